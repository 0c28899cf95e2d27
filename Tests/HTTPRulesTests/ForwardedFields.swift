import HTTPRules
import NIOHTTP1
import Testing

struct ForwardedFields {
    static let host = ("Host", "site.test")

    private func fields(_ fields: [(String, String)], _ method: HTTPMethod = .GET) throws -> [String] {
        lines(try forwarded(judge(method, "/p", [Self.host] + fields)).fields)
    }

    @Test func namedFieldsStayOnTheirConnectionC01() throws {
        #expect(try fields([("Connection", "close, X-Hop"), ("x-hop", "1"), ("X-A", "2")]) == ["X-A: 2"])
    }

    @Test(arguments: ["Host", "content-length", "Cookie", "Authorization", "X-Forwarded-For"])
    func fieldsForAllCantBeNamedC02(_ name: String) {
        #expect(refusal(judge(.GET, "/p", [Self.host, ("Connection", name)]))?.status == .badRequest)
    }

    @Test func knownHopFieldsGoWithoutBeingNamedC03() throws {
        let hop = ["Keep-Alive", "Proxy-Connection", "TE", "Upgrade", "HTTP2-Settings", "Proxy-Authorization"]
        #expect(try fields(hop.map { ($0, "x") } + [("X-A", "1")]) == ["X-A: 1"])
    }

    @Test func teIsReducedToTrailers() throws {
        let request = try forwarded(
            judge(.GET, "/p", [Self.host, ("TE", "gzip, trailers;q=1"), ("TE", "trailers"), ("Connection", "TE")]))
        #expect(lines(request.fields) == ["TE: trailers"])
        #expect(request.originHead().headers["connection"] == ["TE"])
    }

    @Test func orderAndDuplicatesAreKeptC07() throws {
        let sent = [("X-A", "1"), ("X-B", "x"), ("X-A", "2"), ("Cookie", "a"), ("Cookie", "b")]
        #expect(try fields(sent) == ["X-A: 1", "X-B: x", "X-A: 2", "Cookie: a", "Cookie: b"])
    }

    @Test func underscoresPassVerbatimC09() throws {
        #expect(try fields([("X_A", "1"), ("Content_Length", "5")]) == ["X_A: 1", "Content_Length: 5"])
    }

    @Test func aWaitForA100IsNotedC10() throws {
        let waits = [Self.host, ("Expect", "100-Continue"), ("Content-Length", "5")]
        let request = try forwarded(judge(.POST, "/", waits))
        #expect(request.wants100 && request.fields["expect"] == ["100-continue"])
        let old = try forwarded(judge(.POST, "/", waits, version: .http1_0))
        #expect(!old.wants100 && old.fields["expect"].isEmpty, "C13: no 100 to a client of HTTP/1.0")
        let bodyless = try forwarded(judge(.GET, "/", [Self.host, ("Expect", "100-continue")]))
        #expect(!bodyless.wants100 && bodyless.fields["expect"].isEmpty)
    }

    @Test func otherExpectationsAreA417C12() {
        #expect(refusal(judge(.GET, "/", [Self.host, ("Expect", "foo")]))?.status == .expectationFailed)
    }

    @Test(arguments: [
        ("C17-websocket", "websocket", "websocket"), ("C18-h2c-upgrade", "h2c", nil),
        ("C18-list", "h2c, websocket", "websocket"),
        ("C18-case", "H2C", nil), ("HTTP/2.0", "HTTP/2.0", nil), ("TLS/1.0", "TLS/1.0", nil),
        ("other", "chat/2", "chat/2"),
    ])
    func onlySafeProtocolsAreTunnelled(_ id: String, _ asked: String, _ passed: String?) throws {
        let upgrade = [
            Self.host, ("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", asked), ("HTTP2-Settings", "AAA"),
        ]
        let request = try forwarded(judge(.GET, "/", upgrade))
        #expect(request.upgrade == passed && request.fields.isEmpty)
        #expect(request.originHead().headers["upgrade"] == (passed.map { [$0] } ?? []))
        #expect(request.originHead().headers["connection"] == (passed == nil ? [] : ["Upgrade"]))
    }

    @Test func upgradeNeedsConnectionAndNoBodyAndHTTP11() throws {
        let field = ("Upgrade", "websocket"), connection = ("Connection", "upgrade")
        #expect(try forwarded(judge(.GET, "/", [Self.host, field])).upgrade == nil)
        #expect(
            try forwarded(judge(.POST, "/", [Self.host, field, connection, ("Content-Length", "1")])).upgrade == nil)
        #expect(try forwarded(judge(.GET, "/", [Self.host, field, connection], version: .http1_0)).upgrade == nil)
    }

    @Test func originHeadsFrameTheirBodies() throws {
        let chunked = try forwarded(judge(.POST, "/", [Self.host, ("Transfer-Encoding", "Chunked")]))
        #expect(lines(chunked.originHead(host: "inner").headers) == ["Host: inner", "Transfer-Encoding: chunked"])
        let length = try forwarded(judge(.POST, "/", [Self.host, ("content-length", "007")]))
        #expect(lines(length.originHead().headers) == ["Host: site.test", "Content-Length: 7"])
    }
}

struct ForwardingFieldsBehaviour {
    private func added(
        _ fields: [(String, String)] = [], trusts: Bool = false, host: String = "site.test",
        client: String = "192.0.2.7"
    ) throws -> [String] {
        var request = try forwarded(judge(.GET, "/", [("Host", host)] + fields))
        #expect(
            ForwardingFields(pseudonym: "rg").add(to: &request, clientAddress: client, trustsClient: trusts) == nil)
        return lines(request.fields)
    }

    @Test func aFirstHopSaysWhoCameAndHowC05() throws {
        #expect(
            try added() == [
                "X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: http", "X-Forwarded-Host: site.test",
                "Forwarded: for=192.0.2.7;proto=http;host=site.test", "Via: 1.1 rg",
            ])
    }

    @Test func whatAClientClaimsIsReplacedAndWhatAProxyOfOursSaysIsContinuedC06() throws {
        let claims = [
            ("X-Forwarded-For", "1.2.3.4"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "bad.test"),
            ("Forwarded", "for=1.2.3.4"), ("Via", "1.0 fred"), ("X-Forwarded-For", "5.6.7.8"),
        ]
        #expect(
            try added(claims) == [
                "X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: http", "X-Forwarded-Host: site.test",
                "Forwarded: for=192.0.2.7;proto=http;host=site.test", "Via: 1.0 fred, 1.1 rg",
            ])
        #expect(
            try added(claims, trusts: true) == [
                "X-Forwarded-For: 1.2.3.4, 5.6.7.8, 192.0.2.7", "X-Forwarded-Proto: https",
                "X-Forwarded-Host: bad.test", "Forwarded: for=1.2.3.4, for=192.0.2.7;proto=http;host=site.test",
                "Via: 1.0 fred, 1.1 rg",
            ])
    }

    @Test func addressesWithColonsAreQuoted() throws {
        let forwarded = try added(host: "site.test:81", client: "2001:db8::1")[3]
        #expect(forwarded == "Forwarded: for=\"[2001:db8::1]\";proto=http;host=\"site.test:81\"")
    }

    @Test func aLoopEndsAfterEightPasses() throws {
        let via = Array(repeating: "1.1 rg", count: 8).joined(separator: ", ")
        var request = try forwarded(judge(.GET, "/", [("Host", "a"), ("Via", via)]))
        #expect(ForwardingFields(pseudonym: "rg").add(to: &request, clientAddress: "::1")?.status == .loopDetected)
        #expect(ForwardingFields(pseudonym: "other").add(to: &request, clientAddress: "::1") == nil)
    }

    @Test func answersAreSignedToo() {
        var fields: HTTPHeaders = ["Via": "1.1 a"]
        ForwardingFields(pseudonym: "rg").addVia(toAnswer: &fields, version: .http1_0)
        #expect(fields["via"] == ["1.1 a", "1.0 rg"])
    }
}
