import EmbeddedLine
import Link
import NIOCore
import NIOHTTP1
import Testing

@testable import Listener

/// What a sender with a valid certificate may not bring to an origin.
struct HostileSenders {
    private struct Case: CustomTestStringConvertible {
        var testDescription: String
        var method = "GET"
        var scheme = "http"
        var authority = "www.example.org"
        var target = "/"
        var fields: HTTPHeaders = [:]
        var body = ""
        var trailers: HTTPHeaders?
        /// Whether the request is a GET that ends with its head.
        var endsWithHead = true

        init(_ name: String, _ change: (inout Case) -> Void) {
            testDescription = name
            change(&self)
        }

        /// With one field.
        init(_ name: String, _ value: String) {
            self.init("\(name): \(value.debugDescription)") { $0.fields = [name: value] }
        }
    }

    /// Asks, and says what reached the origin in full, what the sender got, and whether the lane is open.
    private func play(_ hostile: Case) throws -> (origin: String, answer: AnswerRecorder, isOpen: Bool) {
        let end = try ListenerEnd()
        let answer = AnswerRecorder()
        let request = LinkRequest(
            method: hostile.method, scheme: hostile.scheme, authority: hostile.authority, target: hostile.target,
            fields: hostile.fields)
        let stream = try #require(end.link.senderLane.open(request, receiver: answer))
        if !hostile.body.isEmpty { stream.send(ByteBuffer(string: hostile.body)) }
        if hostile.endsWithHead { stream.finish(trailers: hostile.trailers) }
        end.link.run()
        let seen = end.origins.connections.map { $0.received() }.joined()
        return (seen, answer, end.link.senderLane.isOpen)
    }

    private static let crlf = "a\r\nX-Smuggled: 1"
    private static let refused: [Case] = [
        Case("x-a", crlf), Case("x-a", "a\rb"), Case("x-a", "a\nb"), Case("x-a", "a\0b"), Case("x-a", "a\u{1}b"),
        Case("x a", "1"), Case("x-a:b", "1"), Case("x-a\r\nx-smuggled", "1"), Case("", "1"),
        Case("a method with a space") { $0.method = "GET / HTTP/1.1\r\nX-A:" },
        Case("a bad method") { $0.method = "GE(T" },
        Case("no method") { $0.method = "" },
        Case("CONNECT") { ($0.method, $0.target) = ("CONNECT", "www.example.org:443") },
        Case("CONNECT with a path") { $0.method = "CONNECT" }, Case("TRACE") { $0.method = "TRACE" },
        Case("a path with a space") { $0.target = "/a HTTP/1.1\r\nX-A: b" },
        Case("a path with CR") { $0.target = "/\r" },
        Case("an empty path") { $0.target = "" }, Case("a path that is none") { $0.target = "a" },
        Case("an absolute target") { $0.target = "http://other.example/" },
        Case("a fragment") { $0.target = "/a#b" }, Case("an asterisk") { $0.target = "*" },
        Case("another scheme") { $0.scheme = "ftp" },
        Case("a host with a path") { $0.authority = "www.example.org/x" },
        Case("a host with a user") { $0.authority = "u@www.example.org" },
        Case("a host with CRLF") { $0.authority = "www.example.org\r\nX-A: b" },
        Case("a host with a space") { $0.authority = "a b" },
        Case("a host of no port") { $0.authority = "www.example.org:99999" },
        Case("host", "other.example"),
        Case("connection", "close"), Case("connection", "x-a"), Case("keep-alive", "timeout=5"),
        Case("proxy-connection", "keep-alive"), Case("transfer-encoding", "chunked"),
        Case("transfer-encoding", "gzip"), Case("content-length", "-1"), Case("content-length", "5, 5"),
        Case("content-length", "18446744073709551621"), Case("content-length", ""), Case("expect", "foo"),
        Case("two lengths") { $0.fields = ["content-length": "5", "content-length": "6"] },
        Case("two lengths alike") { $0.fields = ["content-length": "5", "content-length": "5"] },
        Case("a length and chunks") { $0.fields = ["content-length": "5", "transfer-encoding": "chunked"] },
        Case("chunks beside an upgrade") { $0.fields = ["upgrade": "websocket", "transfer-encoding": "chunked"] },
        Case("a Connection beside an upgrade") { $0.fields = ["upgrade": "websocket", "connection": "host"] },
        Case("chunks of HTTP/1.0") { ($0.authority, $0.fields) = ("", ["transfer-encoding": "chunked"]) },
        Case("a pseudo-field") { $0.fields = [":path": "/other"] },
        Case("a body shorter than its length") { ($0.fields, $0.body) = (["content-length": "10"], "hello") },
        Case("a body longer than its length") { ($0.fields, $0.body) = (["content-length": "3"], "hello") },
        Case("no body for its length") { $0.fields = ["content-length": "5"] },
        Case("trailers with a pseudo-field") { ($0.body, $0.trailers) = ("hello", [":path": "/other"]) },
        Case("trailers with CRLF") { ($0.body, $0.trailers) = ("hello", ["x-t": crlf]) },
    ]

    @Test(arguments: refused)
    private func noSuchRequestReachesAnOriginInFull(hostile: Case) throws {
        let (seen, answer, isOpen) = try play(hostile)
        #expect(!Self.isComplete(seen), "\(seen)")
        #expect(!seen.contains("Smuggled") && !seen.contains("other.example"))
        #expect(answer.answer == nil && (answer.failure != nil || !isOpen), "\(answer.events)")
    }

    /// Whether an origin would take the bytes for at least one whole request.
    private static func isComplete(_ text: String) -> Bool {
        guard let head = text.firstRange(of: "\r\n\r\n") else { return false }
        let fields = text[..<head.lowerBound].lowercased()
        if fields.contains("transfer-encoding: chunked") { return text.hasSuffix("0\r\n\r\n") }
        guard let length = fields.firstRange(of: "content-length: ") else { return true }
        let count = Int(fields[length.upperBound...].prefix { $0.isNumber }) ?? 0
        return text[head.upperBound...].utf8.count >= count
    }

    @Test func forbiddenTrailersAreDropped() throws {
        let hostile = Case("") {
            ($0.method, $0.body) = ("POST", "hello")
            $0.trailers = [
                "content-length": "3", "host": "other.example", "transfer-encoding": "chunked", "x-t": "1",
                "authorization": "a",
            ]
        }
        let (seen, _, isOpen) = try play(hostile)
        #expect(seen.hasSuffix("5\r\nhello\r\n0\r\nx-t: 1\r\n\r\n") && isOpen, "\(seen)")
        #expect(!seen.contains("other.example") && !seen.lowercased().contains("authorization"))
    }

    @Test func bodiesAreFramedHereWhateverTheyHold() throws {
        let inner = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
        let hostile = Case("") { ($0.method, $0.body) = ("POST", inner) }
        let (seen, _, _) = try play(hostile)
        #expect(seen.hasSuffix("\r\n\r\n\(String(inner.utf8.count, radix: 16))\r\n\(inner)\r\n0\r\n\r\n"), "\(seen)")
    }

    @Test func fieldsForOneConnectionDoNotPassWithAnUpgrade() throws {
        let hostile = Case("") {
            $0.fields = [
                "upgrade": "websocket", "keep-alive": "timeout=5", "proxy-connection": "a", "x-a": "1",
            ]
            $0.endsWithHead = false
        }
        let (seen, _, _) = try play(hostile)
        #expect(seen.contains("Upgrade: websocket\r\n") && seen.contains("x-a: 1\r\n"), "\(seen)")
        #expect(!seen.lowercased().contains("keep-alive") && !seen.lowercased().contains("proxy-connection"))
    }
}
