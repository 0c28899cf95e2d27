import HTTPWire
import NIOCore
import NIOHTTP1

/// What a parser made of some bytes, in a form that tests compare.
struct Parsed: Equatable, CustomStringConvertible {
    var heads: [String] = []
    var fields: [[String]] = []
    var body: [UInt8] = []
    var trailers: [String] = []
    var ends = 0
    /// What was handed out, without regard to how a body was cut.
    var order = ""
    var failure: WireError?
    /// Set when the connection's end was an error.
    var cutShort = false

    var description: String {
        "\(heads) \(fields) \(String(decoding: body, as: UTF8.self)) \(order) \(String(describing: failure))"
    }

    mutating func take(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            heads.append("\(head.method.rawValue) \(head.uri) \(head.version)")
            takeHead(head.headers)
        case .body(let bytes): takeBody(bytes)
        case .end(let trailers): takeEnd(trailers)
        }
    }

    mutating func take(_ part: HTTPClientResponsePart) {
        switch part {
        case .head(let head):
            heads.append("\(head.status.code) \(head.status.reasonPhrase) \(head.version)")
            takeHead(head.headers)
        case .body(let bytes): takeBody(bytes)
        case .end(let trailers): takeEnd(trailers)
        }
    }

    private mutating func takeHead(_ headers: HTTPHeaders) {
        fields.append(headers.map { "\($0.name)=\($0.value)" })
        order += "H"
    }

    private mutating func takeBody(_ bytes: ByteBuffer) {
        body += Array(buffer: bytes)
        if order.last != "B" { order += "B" }
    }

    private mutating func takeEnd(_ headers: HTTPHeaders?) {
        trailers += headers?.map { "\($0.name)=\($0.value)" } ?? []
        ends += 1
        order += "E"
    }
}

/// Feeds a request parser with pieces, then with the connection's end.
func parseRequests(_ pieces: [[UInt8]], finish: Bool = true) -> Parsed {
    var (parser, parsed) = (RequestParser(), Parsed())
    do throws(WireError) {
        for piece in pieces {
            parser.append(ByteBuffer(bytes: piece))
            while let part = try parser.next() { parsed.take(part) }
        }
    } catch {
        parsed.failure = error
        return parsed
    }
    do throws(WireError) { if finish { try parser.finish() } } catch { parsed.cutShort = true }
    return parsed
}

func parseRequests(_ text: String) -> Parsed { parseRequests([Array(text.utf8)]) }

/// Feeds an answer parser that expects one answer with pieces, then with the connection's end.
func parseAnswers(_ pieces: [[UInt8]], to method: HTTPMethod = .GET, finish: Bool = true) -> Parsed {
    var (parser, parsed) = (ResponseParser(), Parsed())
    parser.expectAnswer(to: method)
    do throws(WireError) {
        for piece in pieces {
            parser.append(ByteBuffer(bytes: piece))
            while let part = try parser.next() { parsed.take(part) }
        }
    } catch {
        parsed.failure = error
        return parsed
    }
    do throws(WireError) { if finish, let part = try parser.finish() { parsed.take(part) } } catch {
        parsed.cutShort = true
    }
    return parsed
}

func parseAnswers(_ text: String, to method: HTTPMethod = .GET) -> Parsed {
    parseAnswers([Array(text.utf8)], to: method)
}

/// One case of the list of HTTP cases: its number and the bytes.
struct Case: CustomTestStringConvertible, Sendable {
    var id: String
    var bytes: [UInt8]
    var testDescription: String { id }

    init(_ id: String, _ text: String) { (self.id, bytes) = (id, Array(text.utf8)) }
    init(_ id: String, bytes: [UInt8]) { (self.id, self.bytes) = (id, bytes) }

    /// A GET with one more field line.
    static func field(_ id: String, _ line: String) -> Case {
        Case(id, "GET /p HTTP/1.1\r\nHost: site.test\r\n\(line)\r\n\r\n")
    }

    /// A POST with its framing fields and what follows.
    static func post(_ id: String, _ fields: String, _ body: String = "hello") -> Case {
        Case(id, "POST /p HTTP/1.1\r\nHost: site.test\r\n\(fields)\r\n\r\n\(body)")
    }

    static func chunked(_ id: String, _ body: String) -> Case { post(id, "Transfer-Encoding: chunked", body) }

    static func answer(_ id: String, _ fields: String, _ body: String = "") -> Case {
        Case(id, "HTTP/1.1 200 OK\r\n\(fields)\r\n\r\n\(body)")
    }
}

import Testing
