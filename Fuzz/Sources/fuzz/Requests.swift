import HTTPRules
@testable import HTTPWire
import NIOCore
import NIOEmbedded
import NIOHTTP1

/// One request as a parser handed it out, whole.
private struct Request: Equatable {
    var head: HTTPRequestHead
    var body: [UInt8] = []
    var trailers: HTTPHeaders?
    var isWhole = false
}

/// Parses an input as a client's connection, whole and in pieces; each request that passes the rules is written for an
/// origin, and must then be exactly one request with the same target, fields and body.
///
/// The first byte says how long the pieces are. What passed the parser must be readable by ``StrictReading`` even where
/// the rules add, drop and rename fields.
func testRequests(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let bytes = Array(input.dropFirst())
    let (whole, wholeFailed) = parse(bytes, pieceBytes: bytes.count)
    let (pieces, piecesFailed) = parse(bytes, pieceBytes: Int(first % 32) + 1)
    precondition(whole == pieces && wholeFailed == piecesFailed)
    for request in whole {
        guard case .forward(var forwarded) = RequestRules.judge(request.head, scheme: .http) else { continue }
        precondition(forwarded.body == (try! BodyFraming(request: request.head.headers, version: request.head.version)))
        checkForwarding(&forwarded, request, trusts: first & 32 != 0)
    }
}

/// Heads that came by the link or HTTP/2, where any text may stand in any place: those that pass must be one request too.
///
/// The first byte says which version, whether the client is trusted, and whether a body follows; then come, with a zero
/// byte between each two, method, target, authority, and fields as `name:value`.
func testHeads(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let lines = input.dropFirst().split(separator: 0, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
    guard lines.count >= 3 else { return }
    var fields = HTTPHeaders(
        lines.dropFirst(3).prefix(20).map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
        })
    guard FieldSyntax.fault(in: fields) == nil, !lines[0].isEmpty, lines[0].utf8.allSatisfy(\.isTokenByte) else {
        return
    }
    if !lines[2].isEmpty { fields.add(name: "host", value: lines[2]) }
    let versions = [HTTPVersion.http2, .http1_1, .http1_0]
    let head = HTTPRequestHead(
        version: versions[Int(first) % 3], method: HTTPMethod(rawValue: lines[0]), uri: lines[1], headers: fields)
    let body = first & 64 == 0 ? [] : Array("GET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n".utf8)
    guard
        case .forward(var forwarded) = RequestRules.judge(head, scheme: .https, bodyFollows: !body.isEmpty)
    else { return }
    var request = Request(head: head, isWhole: true)
    switch forwarded.body {
    case .chunked: request.body = body
    case .length(let count) where count == body.count: request.body = body
    case .length(0), .none: break
    default: return
    }
    checkForwarding(&forwarded, request, trusts: first & 32 != 0)
}

/// Writes a request for an origin, and reads it again.
private func checkForwarding(_ forwarded: inout ForwardedRequest, _ request: Request, trusts: Bool) {
    let fields = ForwardingFields(pseudonym: "railgun")
    guard fields.add(to: &forwarded, clientAddress: "192.0.2.1", trustsClient: trusts) == nil else { return }
    // HTTP/1.0 without Host has no name to ask an origin for: the daemons have none for it either.
    guard !forwarded.authority.isEmpty else { return }
    let head = forwarded.originHead()
    let channel = EmbeddedChannel(handler: OriginCodec())
    defer { _ = try? channel.finish() }
    channel.write(HTTPClientRequestPart.head(head), promise: nil)
    if !request.body.isEmpty {
        channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: request.body))), promise: nil)
    }
    guard request.isWhole else { return }
    channel.write(HTTPClientRequestPart.end(request.trailers), promise: nil)
    channel.flush()
    var written: [UInt8] = []
    while let bytes = try! channel.readOutbound(as: ByteBuffer.self) { written += Array(buffer: bytes) }

    guard let read = StrictReading(written) else { preconditionFailure("not exactly one request") }
    precondition(read.startLine == Array("\(head.method.rawValue) \(forwarded.target) HTTP/1.1".utf8))
    precondition(read.body == request.body)
    precondition(read.fields.count == head.headers.count)
    precondition(read["host"] == [Array(forwarded.authority.utf8)])
    for (name, value) in zip(read.fields, head.headers).map({ ($0.name, $1.name) }) {
        precondition(name == Array(value.utf8))
    }
    for name in ["keep-alive", "proxy-connection", "proxy-authorization", "http2-settings"] {
        precondition(read[name].isEmpty)
    }
    for (name, _) in read.trailers {
        let lower = String(decoding: name, as: UTF8.self).lowercased()
        precondition(!["content-length", "transfer-encoding", "host", "authorization"].contains(lower))
    }
    // Our own parser agrees with the strict one.
    let (again, hasFailed) = parse(written, pieceBytes: written.count)
    precondition(!hasFailed && again.count == 1 && again[0].body == request.body && again[0].isWhole)
    precondition(again[0].head.headers.count == head.headers.count)
}

private func parse(_ bytes: [UInt8], pieceBytes: Int) -> ([Request], hasFailed: Bool) {
    var parser = RequestParser()
    var requests: [Request] = []
    var rest = bytes[...]
    do {
        while !rest.isEmpty {
            parser.append(ByteBuffer(bytes: rest.prefix(pieceBytes)))
            rest = rest.dropFirst(pieceBytes)
            while let part = try parser.next() {
                switch part {
                case .head(let head): requests.append(Request(head: head))
                case .body(let bytes): requests[requests.count - 1].body += Array(buffer: bytes)
                case .end(let trailers):
                    requests[requests.count - 1].trailers = trailers
                    requests[requests.count - 1].isWhole = true
                }
            }
        }
        try parser.finish()
        return (requests, false)
    } catch {
        return (requests, true)
    }
}
