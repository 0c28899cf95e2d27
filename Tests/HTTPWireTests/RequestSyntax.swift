import HTTPWire
import NIOCore
import NIOHTTP1
import Testing

struct RequestSyntax {
    static let host = "Host: site.test\r\n"

    @Test(arguments: [
        Case("A03-bare-lf", "GET /p HTTP/1.1\nHost: site.test\n\n"),
        Case("A03-bare-lf later", "GET /p HTTP/1.1\r\nHost: site.test\nX: y\r\n\r\n"),
        Case("A03-bare-lf end", "GET /p HTTP/1.1\r\nHost: site.test\r\n\n"),
        .field("A04-bare-cr-value", "X-A: a\rb"), .field("A04-two-cr", "X-A: a\r"),
        .field("A05-nul-value", "X-A: a\0b"), .field("A06-ctl-value", "X-A: a\u{1}b"),
        .field("A06-del", "X-A: a\u{7F}b"), .field("A07-sp-before-colon", "Content-Length : 5"),
        Case("A08-ws-first-line", "GET /p HTTP/1.1\r\n X-A: b\r\n\(host)\r\n"),
        .field("A09-obs-fold", "X-A: b\r\n c"), .field("A09-obs-fold tab", "X-A: b\r\n\tc"),
        .field("A10-no-colon", "nocolon"), .field("A11-empty-name", ": x"), .field("A12-bad-name-char", "X(A): 1"),
        .field("A13-8bit-name", "X-\u{E9}: 1"),
        Case("A21-http09", "GET /p\r\n"), Case("A24-version-case", "GET /p http/1.1\r\n\(host)\r\n"),
        Case("A24-other-protocol", "GET /p RTSP/1.0\r\n\(host)\r\n"),
        Case("A24-two-digits", "GET /p HTTP/1.10\r\n\(host)\r\n"),
        Case("A25-bad-method", "GE(T /p HTTP/1.1\r\n\(host)\r\n"),
        Case("A28-uri-space", "GET /a b HTTP/1.1\r\n\(host)\r\n"),
        Case("A28-two-spaces", "GET  /p HTTP/1.1\r\n\(host)\r\n"), Case("A28-tab", "GET\t/p HTTP/1.1\r\n\(host)\r\n"),
        Case("A29-uri-ctl", "GET /a\u{1}b HTTP/1.1\r\n\(host)\r\n"),
        Case("A31-uri-8bit", "GET /\u{E9} HTTP/1.1\r\n\(host)\r\n"),
        Case("TLS on a plain port", bytes: [0x16, 0x03, 0x01, 0x02, 0x00]), Case("a lone CR", "\rGET / HTTP/1.1\r\n"),
    ])
    func brokenHeadsAreA400(_ broken: Case) {
        let parsed = parseRequests([broken.bytes])
        #expect(parsed.failure?.status == .badRequest)
        #expect(parsed.order == "", "nothing of it may go on")
    }

    @Test func leadingEmptyLinesAreIgnoredA02() {
        let parsed = parseRequests("\r\n\r\nGET /p HTTP/1.1\r\n\(Self.host)\r\n")
        #expect(parsed.heads == ["GET /p HTTP/1.1"] && parsed.ends == 1)
    }

    @Test(arguments: [
        ("A20-http10-nohost", "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0"),
        ("A23-version-1.2", "GET /p HTTP/1.2\r\n\(host)\r\n", "GET /p HTTP/1.1"),
        ("A26-method-case", "get /p HTTP/1.1\r\n\(host)\r\n", "get /p HTTP/1.1"),
        ("A27-unknown-method", "BREW /p HTTP/1.1\r\n\(host)Content-Length: 5\r\n\r\nhello", "BREW /p HTTP/1.1"),
        (
            "A32-path-bytes", "GET /p/%2e%2e/%2F//x;y?a=%00&&b=+%7e HTTP/1.1\r\n\(host)\r\n",
            "GET /p/%2e%2e/%2F//x;y?a=%00&&b=+%7e HTTP/1.1"
        ),
    ])
    func unusualRequestsPassUnchanged(_ id: String, _ text: String, _ head: String) {
        let parsed = parseRequests(text)
        #expect(parsed.heads == [head] && parsed.ends == 1 && parsed.failure == nil)
    }

    @Test func anotherMajorVersionIsA505() {
        #expect(parseRequests("GET /p HTTP/9.9\r\n\(Self.host)\r\n").failure?.status == .httpVersionNotSupported)
        #expect(parseRequests("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").failure?.status == .httpVersionNotSupported)
    }

    @Test func aLongAddressIsA414() {
        let text = "GET /\(String(repeating: "a", count: 65_536)) HTTP/1.1\r\n\(Self.host)\r\n"
        #expect(parseRequests(text).failure?.status == .uriTooLong)
        let fits = "GET /\(String(repeating: "a", count: 8_000)) HTTP/1.1\r\n\(Self.host)\r\n"
        #expect(parseRequests(fits).ends == 1)
    }

    @Test(arguments: [
        Case.field("A41-header-256k", "X: \(String(repeating: "a", count: 262_144))"),
        Case.field("A42-headers-5000", (0..<5000).map { "X\($0): a" }.joined(separator: "\r\n")),
        Case.field("A42-headers-501", (0..<501).map { "X\($0): a" }.joined(separator: "\r\n")),
        Case.field(
            "A41-many-large",
            (0..<40).map { _ in "X: \(String(repeating: "a", count: 2000))" }.joined(separator: "\r\n")),
    ])
    func largeHeadsAreA431(_ large: Case) {
        #expect(parseRequests([large.bytes]).failure?.status == .requestHeaderFieldsTooLarge)
    }

    @Test func pipelinedRequestsComeInOrderA44() {
        let text = (1...3).map { "GET /\($0) HTTP/1.1\r\n\(Self.host)\r\n" }.joined()
        #expect(parseRequests(text).heads == ["GET /1 HTTP/1.1", "GET /2 HTTP/1.1", "GET /3 HTTP/1.1"])
    }

    @Test func aGetsBodyIsABodyA45() {
        let parsed = parseRequests(
            "GET /p HTTP/1.1\r\n\(Self.host)Content-Length: 5\r\n\r\nhelloGET /q HTTP/1.1\r\n\(Self.host)\r\n")
        #expect(parsed.heads == ["GET /p HTTP/1.1", "GET /q HTTP/1.1"])
        #expect(parsed.body == Array("hello".utf8) && parsed.order == "HBEHE")
    }

    @Test func fieldValuesLoseTheirOuterBlanksOnly() {
        let parsed = parseRequests("GET / HTTP/1.1\r\nX: \t a\tb  c \t\r\nY:\r\nZ:z\r\n\r\n")
        #expect(parsed.fields == [["X=a\tb  c", "Y=", "Z=z"]])
    }
}
