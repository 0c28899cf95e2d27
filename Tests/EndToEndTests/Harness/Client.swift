import Foundation

/// A strict HTTP/1.1 client: one connection, one request after the other.
final class Client {
    let socket: TCPSocket
    let reader: WireReader

    init(_ port: UInt16, within time: Duration = .seconds(20), receiveBufferBytes: Int32? = nil) throws {
        socket = try TCPSocket(connectingTo: port, receiveBufferBytes: receiveBufferBytes)
        reader = WireReader(socket, within: time)
    }

    /// Sends a request and reads its answer; `fields` are lines such as `Host: a`, and a body gets its length.
    func request(
        _ method: String, _ target: String, _ fields: [String] = [], body: String = "",
        onBody: ([UInt8]) -> Void = { _ in }
    ) throws -> Answer {
        try send(method, target, fields, body: body)
        return try reader.answer(to: method, onBody: onBody)
    }

    func send(_ method: String, _ target: String, _ fields: [String] = [], body: String = "") throws {
        let host = fields.contains { $0.lowercased().hasPrefix("host:") } ? [] : ["Host: site.test"]
        let length = body.isEmpty ? [] : ["Content-Length: \(body.unicodeScalars.count)"]
        let head = ["\(method) \(target) HTTP/1.1"] + host + fields + length
        try socket.send([UInt8](latin1: head.joined(separator: "\r\n") + "\r\n\r\n" + body))
    }
}

extension Client: @unchecked Sendable {}  // one thread writes, one reads

extension Client {
    /// Sends a long body, in chunks or with its length; the answer is read by ``WireReader/answer(to:onBody:)``.
    func upload(_ body: LongBody, to target: String, chunked: Bool = false) throws {
        let framing = chunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.byteCount)"
        try socket.send(Array("PUT \(target) HTTP/1.1\r\nHost: site.test\r\n\(framing)\r\n\r\n".utf8))
        for index in 0..<body.blockCount {
            if chunked { try socket.send(Array("\(String(LongBody.blockBytes, radix: 16))\r\n".utf8)) }
            try socket.send(body.block(index))
            if chunked { try socket.send([13, 10]) }
        }
        if chunked { try socket.send(Array("0\r\n\r\n".utf8)) }
    }
}
