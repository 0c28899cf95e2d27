import HTTPRules
import NIOHTTP1
import Testing

func judge(
    _ method: HTTPMethod = .GET, _ target: String = "/p", _ fields: [(String, String)] = [("Host", "site.test")],
    version: HTTPVersion = .http1_1, bodyFollows: Bool = false
) -> RequestVerdict {
    let head = HTTPRequestHead(version: version, method: method, uri: target, headers: HTTPHeaders(fields))
    return RequestRules.judge(head, scheme: .http, bodyFollows: bodyFollows)
}

func forwarded(_ verdict: RequestVerdict, sourceLocation: SourceLocation = #_sourceLocation) throws -> ForwardedRequest
{
    guard case .forward(let request) = verdict else {
        Issue.record("not forwarded: \(verdict)", sourceLocation: sourceLocation)
        throw CancellationError()
    }
    return request
}

func refusal(_ verdict: RequestVerdict) -> Refusal? {
    if case .refuse(let refusal) = verdict { refusal } else { nil }
}

func lines(_ fields: HTTPHeaders) -> [String] { fields.map { "\($0.name): \($0.value)" } }

struct Requests {
    static let host = ("Host", "site.test")

    @Test(arguments: [
        ("A14-no-host", []), ("A15-two-host", [host, host]), ("A16-bad-host", [("Host", "a b")]),
        ("A17-host-userinfo", [("Host", "u@site.test")]), ("A18-host-path", [("Host", "site.test/x")]),
        ("empty", [("Host", "")]), ("only a port", [("Host", ":80")]), ("two ports", [("Host", "a:1:2")]),
        ("large port", [("Host", "a:65536")]), ("open bracket", [("Host", "[::1")]), ("no address", [("Host", "[]")]),
        ("list", [("Host", "a,b c")]), ("8bit", [("Host", "\u{E9}.test")]), ("query", [("Host", "a?b")]),
    ])
    func badHostsAreA400(_ id: String, _ fields: [(String, String)]) {
        #expect(refusal(judge(.GET, "/", fields))?.status == .badRequest)
    }

    @Test(arguments: [
        "site.test", "site.test:8080", "site.test:", "[::1]", "[2001:db8::1]:443", "127.0.0.1:80", "a_b.test",
        "xn--e9.test",
    ])
    func goodHostsPassAsTheyAre(_ host: String) throws {
        #expect(try forwarded(judge(.GET, "/", [("Host", host)])).authority == host)
    }

    @Test(arguments: [
        "/p#frag", "/a b", "/\u{1}", "/\u{E9}", "", "p", "ftp://a/", "http://", "http:///p", "http://u@a/",
        "http://a b/",
    ])
    func badAddressesAreA400(_ target: String) {
        #expect(refusal(judge(.GET, target))?.status == .badRequest)
    }

    @Test(arguments: [
        ("http://abs.test/p", "abs.test", "/p"), ("http://abs.test", "abs.test", "/"),
        ("HTTP://abs.test:81?x=/", "abs.test:81", "/?x=/"), ("https://abs.test//a", "abs.test", "//a"),
    ])
    func anAbsoluteAddressWinsOverHostA19(_ target: String, _ authority: String, _ path: String) throws {
        let request = try forwarded(judge(.GET, target, [("Host", "other.test")]))
        #expect(request.authority == authority && request.target == path && request.scheme == .http)
        #expect(request.originHead().headers["host"] == [authority])
    }

    @Test func http10NeedsNoHostA20() throws {
        let request = try forwarded(judge(.GET, "/", [], version: .http1_0))
        #expect(request.authority.isEmpty && !request.keepAlive)
    }

    @Test func pathsPassByteForByteA32() throws {
        let path = "/p/%2e%2e/%2F//x;y?a=%00&&b=+%7e|{}[]\"<>\\^`"
        #expect(try forwarded(judge(.GET, path)).target == path)
    }

    @Test func onlyOptionsMayAskForStarA33A34() {
        #expect(refusal(judge(.GET, "*"))?.status == .badRequest)
        for target in ["*", "http://site.test"] {
            guard case .answer(let head) = judge(.OPTIONS, target) else { return #expect(Bool(false)) }
            #expect(head.status == .ok && head.headers["content-length"] == ["0"])
        }
    }

    @Test(arguments: [HTTPMethod.CONNECT, .TRACE])
    func noTunnelsAndNoReflectionA35A36A37(_ method: HTTPMethod) {
        #expect(refusal(judge(method, "/", [Self.host, ("Max-Forwards", "0")]))?.status == .notImplemented)
        #expect(refusal(judge(method, "x.test:443"))?.status == .notImplemented)
    }

    @Test func maxForwardsCountsDownA38A39() throws {
        guard case .answer(let head) = judge(.OPTIONS, "/", [Self.host, ("Max-Forwards", "0")]) else {
            return #expect(Bool(false))
        }
        #expect(head.status == .ok)
        #expect(
            try forwarded(judge(.OPTIONS, "/", [Self.host, ("Max-Forwards", "3")])).fields["max-forwards"] == ["2"])
        #expect(try forwarded(judge(.GET, "/", [Self.host, ("Max-Forwards", "0")])).fields["max-forwards"] == ["0"])
        #expect(refusal(judge(.OPTIONS, "/", [Self.host, ("Max-Forwards", "-1")]))?.status == .badRequest)
    }

    @Test(arguments: [HTTPMethod.RAW(value: "get"), .RAW(value: "BREW")])
    func unknownMethodsPassUnchangedA26A27(_ method: HTTPMethod) throws {
        let request = try forwarded(judge(method, "/", [Self.host, ("Content-Length", "5")]))
        #expect(request.originHead().method == method && request.body == .length(5))
    }

    @Test(arguments: [
        ("B01/B02", [("Content-Length", "4"), ("Transfer-Encoding", "chunked")]),
        ("B03", [("Transfer-Encoding", "xchunked")]),
        ("B05", [("Transfer-Encoding", "chunked, gzip")]), ("B11", [("Content-Length", "+5")]),
        ("B12", [("Content-Length", "18446744073709551621")]),
        ("B13", [("Content-Length", "5"), ("Content-Length", "6")]),
    ])
    func doubtfulFramingIsRefusedHereToo(_ id: String, _ fields: [(String, String)]) {
        #expect(refusal(judge(.POST, "/", [Self.host] + fields))?.closes == true)
    }

    @Test func http2FramesItsBodiesItself() throws {
        #expect(try forwarded(judge(.POST, "/", [Self.host], version: .http2, bodyFollows: true)).body == .chunked)
        #expect(try forwarded(judge(.GET, "/", [Self.host], version: .http2)).body == .none)
        let fields = [Self.host, ("Content-Length", "7")]
        #expect(try forwarded(judge(.POST, "/", fields, version: .http2, bodyFollows: true)).body == .length(7))
        #expect(
            refusal(judge(.GET, "/", [Self.host, ("connection", "close")], version: .http2))?.status == .badRequest)
    }

    @Test(arguments: [" a", "a ", "\ta", "a\t", " "])
    func valuesThatBeginOrEndWithBlanksAreFoundInFieldsThatNoWireParserSaw(_ value: String) {
        #expect(FieldSyntax.fault(in: ["X": value]) != nil)
        #expect(FieldSyntax.fault(in: ["X": ""]) == nil)
    }

    @Test(arguments: ["X: a\r\nY", "a\0b", "a\nb", "\u{7F}"])
    func valuesWithControlCharactersAreFoundInFieldsThatNoWireParserSaw(_ value: String) {
        #expect(FieldSyntax.fault(in: ["X": value]) != nil)
        #expect(FieldSyntax.fault(in: [value: "x"]) != nil)
        #expect(FieldSyntax.fault(in: ["X-A": "a\tb \u{E9}"]) == nil)
    }
}
