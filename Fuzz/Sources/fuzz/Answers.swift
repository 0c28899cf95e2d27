import HTTPRules
@testable import HTTPWire
import NIOCore
import NIOEmbedded
import NIOHTTP1

/// An origin's bytes after one request, as parts.
private struct Parts: Equatable {
    var heads: [HTTPResponseHead] = []
    var body: [UInt8] = []
    var trailers: HTTPHeaders?
    var isWhole = false
    var hasFailed = false
    var isTunnel = false
}

/// Parses an input as an origin's connection, whole and in pieces; an answer that passes the rules is written for a
/// client, and must then be exactly one answer with the same body, or one that ends with the connection.
///
/// The first byte says how long the pieces are, the next one what was asked.
func testAnswers(_ input: [UInt8]) {
    guard input.count > 2 else { return }
    let bytes = Array(input.dropFirst(2))
    let method = [HTTPMethod.GET, .HEAD, .POST][Int(input[1] % 3)]
    let clientVersion = input[1] & 4 == 0 ? "1.1" : "1.0"
    let whole = parse(bytes, to: method, pieceBytes: bytes.count)
    precondition(parse(bytes, to: method, pieceBytes: Int(input[0] % 32) + 1) == whole)
    guard let head = whole.heads.last, whole.isWhole, !whole.isTunnel else { return }
    guard case .forward(let answer) = ResponseRules.judge(head, requestMethod: method) else { return }

    let channel = EmbeddedChannel(handler: FrontCodec())
    defer { _ = try? channel.finish() }
    try! channel.writeInbound(
        ByteBuffer(
            string:
                "\(method.rawValue) / HTTP/\(clientVersion)\r\nHost: a\r\n\(input[1] & 8 == 0 ? "" : "Connection: close\r\n")\r\n"
        ))
    let forwarded = HTTPResponseHead(version: .http1_1, status: answer.status, headers: answer.fields)
    channel.write(HTTPServerResponsePart.head(forwarded), promise: nil)
    if !whole.body.isEmpty {
        channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: whole.body))), promise: nil)
    }
    channel.write(HTTPServerResponsePart.end(whole.trailers), promise: nil)
    channel.flush()
    var written: [UInt8] = []
    while let bytes = try! channel.readOutbound(as: ByteBuffer.self) { written += Array(buffer: bytes) }
    let hasBody = method != .HEAD && !head.status.forbidsBody
    guard let read = StrictReading(written, isAnswer: true, hasBody: hasBody) else {
        preconditionFailure("not exactly one answer")
    }
    precondition(!hasBody || read.body == whole.body)
    precondition(clientVersion == "1.1" || read["transfer-encoding"].isEmpty)
    precondition(hasBody || read.body.isEmpty)
    // Whoever can't tell where the body ends must be told that the connection ends.
    if hasBody, read["content-length"].isEmpty, read["transfer-encoding"].isEmpty {
        precondition(read["connection"] == [Array("close".utf8)])
    }
    precondition(read["keep-alive"].isEmpty && read["proxy-authenticate"].isEmpty && read["upgrade"].isEmpty)
}

private func parse(_ bytes: [UInt8], to method: HTTPMethod, pieceBytes: Int) -> Parts {
    var parser = ResponseParser()
    var parts = Parts()
    parser.expectAnswer(to: method)
    func take(_ part: HTTPClientResponsePart) {
        switch part {
        case .head(let head):
            parts.heads.append(head)
            if head.status == .switchingProtocols { parts.isTunnel = true }
        case .body(let bytes): parts.body += Array(buffer: bytes)
        case .end(let trailers): (parts.trailers, parts.isWhole) = (trailers, true)
        }
    }
    var rest = bytes[...]
    do {
        while !rest.isEmpty {
            parser.append(ByteBuffer(bytes: rest.prefix(pieceBytes)))
            rest = rest.dropFirst(pieceBytes)
            while let part = try parser.next() { take(part) }
        }
        if let part = try parser.finish() { take(part) }
    } catch {
        parts.hasFailed = true
    }
    return parts
}
