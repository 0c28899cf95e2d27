import Crypto
import Foundation
import NIOConcurrencyHelpers

/// An origin server that answers with the bytes that a test chooses, and remembers everything it got.
///
/// Many tests share one: a request belongs to the key in its head, such as `row-a01`, and so does the script.
final class ScriptedOrigin: Sendable {
    let port: UInt16
    private let socket: TCPSocket
    private struct State {
        var scripts: [String: Script] = [:]
        var requests: [String: [Int]] = [:]
        var all: [OriginRequest] = []
        var connections: [TCPSocket] = []
    }
    private let state = NIOLockedValueBox(State())

    init() throws {
        (socket, port) = try TCPSocket.listening()
        Thread.detachNewThread { [socket, weak self] in
            while let connection = socket.accept() {
                guard let self else { return }
                let number = state.withLockedValue {
                    $0.connections.append(connection)
                    return $0.connections.count - 1
                }
                Thread.detachNewThread { [weak self] in self?.serve(connection, number: number) }
            }
        }
    }

    deinit { stop() }

    /// Refuses new connections and breaks the ones there are.
    func stop() {
        socket.shutDown()
        for connection in state.withLockedValue({ $0.connections }) { connection.shutDown() }
    }

    /// Says what requests with this key get; without a script it is `200 ok`.
    func answer(_ key: String, with script: Script) { state.withLockedValue { $0.scripts[key] = script } }

    /// What came with this key.
    func requests(_ key: String) -> [OriginRequest] {
        state.withLockedValue { state in (state.requests[key] ?? []).map { state.all[$0] } }
    }

    /// Returns once a request with this key is here.
    func awaitRequest(_ key: String) throws {
        let isHere = eventually(within: .seconds(20)) { !requests(key).isEmpty }
        guard isHere else { throw WireFailure.timedOut("no request with the key \(key) came") }
    }

    /// How many connections there were.
    var connectionCount: Int { state.withLockedValue { $0.connections.count } }

    /// The first `row-…` or `test-…` of a text.
    static func key(in text: String) -> String {
        guard let start = text.range(of: #"(row|test)-[a-z0-9]+"#, options: .regularExpression) else { return "" }
        return String(text[start])
    }

    // MARK: A connection, on a thread of its own

    private func serve(_ connection: TCPSocket, number: Int) {
        let reader = WireReader(connection, within: .seconds(120))
        for place in 0... {
            guard let goesOn = try? serveRequest(connection, reader, number, place), goesOn else { break }
        }
        connection.close()
    }

    private func update(_ index: Int, _ change: (inout OriginRequest) -> Void) {
        state.withLockedValue { change(&$0.all[index]) }
    }

    /// - Returns: Whether another request may follow.
    private func serveRequest(_ connection: TCPSocket, _ reader: WireReader, _ number: Int, _ place: Int) throws -> Bool
    {
        var request = OriginRequest(connection: number, place: place)
        do {
            let line = try reader.line(isFirst: true)
            let parts = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            request.head = line
            guard parts.count == 3, parts[2].hasPrefix("HTTP/1.") else {
                throw WireFailure.malformed("request line \(line)")
            }
            (request.method, request.target, request.version) = (parts[0], parts[1], parts[2])
            request.fields = try reader.fields()
            request.head += request.fields.map { "\r\n\($0.name): \($0.value)" }.joined()
        } catch WireFailure.finished {
            return false
        } catch {
            request.failure = "\(error)"
            request.head += latin1(reader.unread.prefix(2000))
        }
        let key = Self.key(in: request.head)
        let (script, index) = state.withLockedValue { state in
            state.all.append(request)
            state.requests[key, default: []].append(state.all.count - 1)
            return (state.scripts[key] ?? .ok, state.all.count - 1)
        }
        guard request.failure == nil else {
            try connection.send(
                Array("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".utf8))
            return false
        }
        let wantsBodyNow =
            request.fields["Expect"].contains { $0.lowercased() == "100-continue" } && script.readsBodyFirst
        if wantsBodyNow { try connection.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
        if script.readsBodyFirst {
            try readBody(index, reader)
            request = state.withLockedValue { $0.all[index] }
        }
        let mayFollow = try play(script.steps(request), connection, reader, index)
        if mayFollow && !script.readsBodyFirst && !(state.withLockedValue { $0.all[index].isComplete }) {
            try readBody(index, reader)
        }
        return mayFollow && !request.fields["Connection"].contains { $0.lowercased() == "close" }
    }

    private func readBody(_ index: Int, _ reader: WireReader) throws {
        let request = state.withLockedValue { $0.all[index] }
        var hash = SHA256()
        func take(_ bytes: [UInt8]) {
            hash.update(data: bytes)
            update(index) {
                $0.body += bytes.prefix(max(0, 1 << 20 - $0.body.count))
                $0.bodyBytes += bytes.count
            }
        }
        do {
            let lengths = request.fields["Content-Length"]
            let codings = request.fields["Transfer-Encoding"]
            var trailers: [Field] = []
            switch (lengths.count, codings) {
            case (0, []): break
            case (0, ["chunked"]): trailers = try reader.chunks(take)
            case (1, []):
                guard let length = Int(lengths[0]), String(length) == lengths[0] else {
                    throw WireFailure.malformed("Content-Length: \(lengths[0])")
                }
                try reader.exactly(length, take)
            default: throw WireFailure.malformed("framing: \(lengths) \(codings)")
            }
            update(index) {
                $0.bodyHash = hash.finalize().hex
                $0.trailers = trailers
                $0.isComplete = true
            }
        } catch {
            update(index) { $0.failure = "\(error)" }
            throw error
        }
    }

    private func play(
        _ steps: [Script.Step], _ connection: TCPSocket, _ reader: WireReader, _ index: Int
    ) throws -> Bool {
        let began = ContinuousClock.now
        do {
            for step in steps {
                switch step {
                case .send(let text): try connection.send([UInt8](latin1: text))
                case .bytes(let bytes): try connection.send(bytes)
                case .pause(let time): Thread.sleep(forTimeInterval: time / .seconds(1))
                case .event:
                    let event = "data: \(DispatchTime.now().uptimeNanoseconds)\n\n"
                    try connection.send(Array("\(String(event.utf8.count, radix: 16))\r\n\(event)\r\n".utf8))
                case .readBody: try readBody(index, reader)
                case .body(let body, let chunked): try send(body, chunked: chunked, on: connection)
                case .endless:
                    let block = [UInt8](latin1: "1000\r\n" + String(repeating: "x", count: 4096) + "\r\n")
                    while true { try connection.send(block) }
                case .echo: try reader.untilFinished { try? connection.send($0) }
                case .finish:
                    connection.finish()
                    return false
                case .reset:
                    connection.reset()
                    return false
                }
            }
        } catch {
            update(index) { $0.brokenOffAfter = ContinuousClock.now - began }
            throw error
        }
        return true
    }

    private func send(_ body: LongBody, chunked: Bool, on connection: TCPSocket) throws {
        for index in 0..<body.blockCount {
            if chunked { try connection.send(Array("\(String(LongBody.blockBytes, radix: 16))\r\n".utf8)) }
            try connection.send(body.block(index))
            if chunked { try connection.send([13, 10]) }
        }
        if chunked { try connection.send(Array("0\r\n\r\n".utf8)) }
    }
}
