import Exchange
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import Link

/// One lane on a channel without a socket.
final class LaneEnd {
    let lane: Lane
    let channel: EmbeddedChannel
    let owner = RecordingOwner()

    init(_ role: LinkRole, settings: LaneSettings = LaneSettings(), lastStream: UInt32 = 0, loop: EmbeddedEventLoop) {
        lane = Lane(role: role, settings: settings, owner: owner)
        lane.machine = LaneMachine(role: role, settings: settings, lastStream: lastStream)
        channel = EmbeddedChannel(handler: lane, loop: loop)
        channel.connect(to: try! SocketAddress(ipAddress: "127.0.0.1", port: 2408), promise: nil)
    }

    /// All that the lane wrote since the last call.
    func written() -> ByteBuffer {
        var all = ByteBuffer()
        while var next = try? channel.readOutbound(as: ByteBuffer.self) { all.writeBuffer(&next) }
        return all
    }

    func setWritable(_ isWritable: Bool) {
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
        channel.embeddedEventLoop.run()
    }
}

/// A sender's lane and a listener's lane, connected in memory on one event loop.
final class LanePair {
    let loop = EmbeddedEventLoop()
    let sender: LaneEnd, listener: LaneEnd
    /// The most bytes that are handed over at once: how a network may split them.
    var pieceBytes = Int.max
    /// Every byte from each end, in order.
    private(set) var fromSender = ByteBuffer(), fromListener = ByteBuffer()

    init(
        sender: LaneSettings = LaneSettings(), listener: LaneSettings = LaneSettings(), lastStream: UInt32 = 0,
        opens: Bool = true
    ) {
        self.sender = LaneEnd(.sender, settings: sender, lastStream: lastStream, loop: loop)
        self.listener = LaneEnd(.listener, settings: listener, loop: loop)
        if opens { run() }
    }

    /// Hands bytes over until both ends are quiet.
    func run() {
        var moved = true
        while moved {
            loop.run()
            let (there, back) = (sender.written(), listener.written())
            fromSender.writeImmutableBuffer(there)
            fromListener.writeImmutableBuffer(back)
            moved = there.readableBytes + back.readableBytes > 0
            deliver(there, to: listener)
            deliver(back, to: sender)
            if sender.channel.isActive != listener.channel.isActive {
                (sender.channel.isActive ? sender : listener).channel.close(promise: nil)
            }
        }
    }

    private func deliver(_ bytes: ByteBuffer, to end: LaneEnd) {
        var bytes = bytes
        while bytes.readableBytes > 0, end.channel.isActive {
            let piece = bytes.readSlice(length: min(pieceBytes, bytes.readableBytes))!
            _ = try? end.channel.writeInbound(piece)
        }
    }

    /// Opens a stream with a request; its answer goes to the receiver.
    func open(_ request: LinkRequest = .get("/"), consumes: Bool = true) -> (stream: LinkStream, receiver: Recorder)? {
        let receiver = Recorder(consumes: consumes)
        guard let stream = sender.lane.open(request, receiver: receiver) else { return nil }
        receiver.stream = stream
        return (stream, receiver)
    }

    /// Opens a stream whose request ends with its head, and returns both ends of it.
    func exchange(
        _ request: LinkRequest = .get("/"), consumes: Bool = true
    ) -> (stream: LinkStream, answer: Recorder, server: LinkStream, request: Recorder) {
        let (stream, receiver) = open(request, consumes: consumes)!
        stream.finish(trailers: nil)
        run()
        let served = listener.owner.requests.last!
        return (stream, receiver, served.stream, served.receiver)
    }
}

extension LinkRequest {
    static func get(_ target: String, _ fields: HTTPHeaders = [:], offers: [UInt64] = []) -> LinkRequest {
        LinkRequest(
            method: "GET", scheme: "https", authority: "www.example.org", target: target, fields: fields, offers: offers
        )
    }
}

extension Answer {
    static func status(_ code: Int, _ fields: HTTPHeaders = [:], page: PageTransfer? = nil) -> Answer {
        let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: code), headers: fields)
        return Answer(head: head, page: page)
    }
}

extension ByteBuffer {
    static func zeros(_ count: Int) -> ByteBuffer { ByteBuffer(repeating: 0, count: count) }
}
