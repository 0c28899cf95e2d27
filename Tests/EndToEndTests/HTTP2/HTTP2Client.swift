import Foundation
import NIOCore
import NIOHPACK

/// A client of HTTP/2 that sends what frames a test likes, right or wrong, and reads answers as they are.
final class HTTP2Client {
    /// What came on one stream.
    struct Stream {
        var answer = Answer()
        var isComplete = false
        var resetCode: UInt32?
        var isOver: Bool { isComplete || resetCode != nil }
    }

    let socket: TCPSocket
    private(set) var streams: [UInt32: Stream] = [:]
    /// The code of the GOAWAY that came.
    private(set) var goAwayCode: UInt32?
    private(set) var isClosed = false
    private let grantsWindow, answersPings: Bool
    private let time: Duration
    private var buffer: [UInt8] = []
    private var start = 0
    private var decoder = HPACKDecoder(allocator: ByteBufferAllocator())

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// Connects, and begins with SETTINGS; without `grantsWindow` no more may come than its settings say.
    init(
        _ port: UInt16, settings: [(UInt16, UInt32)] = [], grantsWindow: Bool = true, answersPings: Bool = true,
        within time: Duration = .seconds(20)
    ) throws {
        (self.grantsWindow, self.answersPings, self.time) = (grantsWindow, answersPings, time)
        socket = try TCPSocket(connectingTo: port)
        try socket.send(Self.preface + HTTP2Frame.settings(settings).bytes)
    }

    func send(_ frames: HTTP2Frame...) throws { try send(frames) }

    func send(_ frames: [HTTP2Frame]) throws { try socket.send(frames.flatMap(\.bytes)) }

    /// The status of the answer on a stream; 0 where none came.
    func status(_ stream: UInt32) -> Int { streams[stream]?.answer.status ?? 0 }

    /// Reads until these streams are over, or the connection is; all within the client's time, whatever else comes.
    func awaitEnd(of awaited: [UInt32]) throws {
        let end = ContinuousClock.now + time
        while !areOver(awaited), try read(within: max(.zero, end - ContinuousClock.now)) {}
    }

    func areOver(_ awaited: [UInt32]) -> Bool { awaited.allSatisfy { streams[$0]?.isOver ?? false } }

    /// Reads until the connection is over; false where it isn't within the time.
    func awaitClose(within bound: Duration) throws -> Bool {
        let end = ContinuousClock.now + bound
        do {
            while try read(within: max(.zero, end - ContinuousClock.now)) {}
            return true
        } catch SocketFailure.timedOut {
            return false
        }
    }

    /// Takes the next frame; false where the connection is over.
    @discardableResult func read(within bound: Duration? = nil) throws -> Bool {
        guard let frame = try next(within: bound ?? time) else {
            isClosed = true
            return false
        }
        try take(frame)
        return true
    }

    private func next(within bound: Duration) throws -> HTTP2Frame? {
        guard let head = try peek(9, within: bound) else { return nil }
        let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
        guard let whole = try peek(9 + length, within: bound) else { return nil }
        start += whole.count
        let stream = whole[5..<9].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return HTTP2Frame(kind: whole[3], flags: whole[4], stream: stream, payload: Array(whole[9...]))
    }

    /// The next bytes, which are not taken yet; `nil` where they don't come.
    private func peek(_ count: Int, within bound: Duration) throws -> [UInt8]? {
        while buffer.count - start < count {
            buffer.removeSubrange(..<start)
            start = 0
            do {
                let more = try socket.receive(within: bound)
                guard !more.isEmpty else { return nil }
                buffer += more
            } catch SocketFailure.reset {
                return nil
            }
        }
        return Array(buffer[start..<start + count])
    }

    private func take(_ frame: HTTP2Frame) throws {
        let isAcknowledgement = frame.flags & HTTP2Frame.acknowledges != 0
        switch frame.kind {
        case HTTP2Frame.Kind.settings where !isAcknowledgement:
            try? send(HTTP2Frame(kind: frame.kind, flags: HTTP2Frame.acknowledges))
        case HTTP2Frame.Kind.ping where !isAcknowledgement && answersPings:
            try? send(HTTP2Frame(kind: frame.kind, flags: HTTP2Frame.acknowledges, payload: frame.payload))
        case HTTP2Frame.Kind.headers: try takeHead(frame)
        case HTTP2Frame.Kind.data: takeData(frame)
        case HTTP2Frame.Kind.reset:
            var stream = streams[frame.stream, default: Stream()]
            stream.resetCode = frame.number()
            if !stream.isComplete { stream.answer.cut = "reset with code \(frame.number())" }
            streams[frame.stream] = stream
        case HTTP2Frame.Kind.goAway: goAwayCode = frame.number(at: 4)
        default: break
        }
    }

    private func takeHead(_ frame: HTTP2Frame) throws {
        guard frame.flags & HTTP2Frame.endHeaders != 0 else {
            throw WireFailure.malformed("an answer's head in several frames, which this client doesn't read")
        }
        var block = ByteBuffer(bytes: frame.payload)
        let fields = try decoder.decodeHeaders(from: &block).map { Field(name: $0.name, value: $0.value) }
        var stream = streams[frame.stream, default: Stream()]
        if let status = fields[":status"].first.flatMap({ Int($0) }) {
            if stream.answer.status != 0 {
                stream.answer.interim.append((stream.answer.status, stream.answer.fields))
            }
            (stream.answer.version, stream.answer.status) = ("HTTP/2", status)
            stream.answer.fields = fields.filter { $0.name != ":status" }
        } else {
            stream.answer.trailers = fields
        }
        stream.isComplete = frame.flags & HTTP2Frame.endStream != 0
        streams[frame.stream] = stream
    }

    private func takeData(_ frame: HTTP2Frame) {
        var stream = streams[frame.stream, default: Stream()]
        stream.answer.body += frame.payload.prefix(max(0, 1 << 20 - stream.answer.body.count))
        stream.answer.bodyBytes += frame.payload.count
        stream.isComplete = frame.flags & HTTP2Frame.endStream != 0
        streams[frame.stream] = stream
        guard grantsWindow, !frame.payload.isEmpty else { return }
        try? send(
            .windowUpdate(by: frame.payload.count), .windowUpdate(stream: frame.stream, by: frame.payload.count))
    }
}
