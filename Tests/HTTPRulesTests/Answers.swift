import HTTPRules
import NIOHTTP1
import Testing

private func judged(
    _ status: HTTPResponseStatus, _ fields: [(String, String)], method: HTTPMethod = .GET,
    version: HTTPVersion = .http1_1,
    upgrade: String? = nil
) -> ResponseVerdict {
    let head = HTTPResponseHead(version: version, status: status, headers: HTTPHeaders(fields))
    return ResponseRules.judge(head, requestMethod: method, upgradeAsked: upgrade)
}

private func passed(_ verdict: ResponseVerdict) throws -> ForwardedResponse {
    guard case .forward(let answer) = verdict else {
        Issue.record("not forwarded: \(verdict)")
        throw CancellationError()
    }
    return answer
}

struct Answers {
    @Test func namedAndKnownHopFieldsAreRemovedC04() throws {
        let fields = [
            ("Connection", "X-Hop, Content-Length"), ("X-Hop", "1"), ("Keep-Alive", "x"), ("Content-Length", "3"),
            ("Set-Cookie", "a"), ("Set-Cookie", "b"),
        ]
        let answer = try passed(judged(.ok, fields))
        #expect(lines(answer.fields) == ["Content-Length: 3", "Set-Cookie: a", "Set-Cookie: b"])
        #expect(answer.body == .length(3) && answer.keepAlive)
    }

    @Test(arguments: [
        ("D01-head", HTTPMethod.HEAD, HTTPResponseStatus.ok, "12345", BodyFraming.none, ["Content-Length: 12345"]),
        ("D02-204", .GET, .noContent, "0", .none, []),
        ("D03-304", .GET, .notModified, "500", .none, ["Content-Length: 500"]),
    ])
    func answersWithoutABody(
        _ id: String, _ method: HTTPMethod, _ status: HTTPResponseStatus, _ length: String, _ body: BodyFraming,
        _ kept: [String]
    ) throws {
        let answer = try passed(judged(status, [("Content-Length", length)], method: method))
        #expect(answer.body == body && lines(answer.fields) == kept && answer.keepAlive)
    }

    @Test func a204WithALengthEndsItsConnectionD04() throws {
        let answer = try passed(judged(.noContent, [("Content-Length", "5")]))
        #expect(answer.body == .none && !answer.keepAlive && answer.fields.isEmpty)
    }

    @Test(arguments: [
        ("D05-resp-cl-te", [("Content-Length", "3"), ("Transfer-Encoding", "chunked")]),
        ("D06-resp-cl-diff", [("Content-Length", "5"), ("Content-Length", "6")]),
        ("D07-resp-cl-bad", [("Content-Length", "5x")]),
        ("gzip", [("Transfer-Encoding", "gzip, chunked")]),
    ])
    func doubtfulFramingIsRefused(_ id: String, _ fields: [(String, String)]) {
        guard case .refuse = judged(.ok, fields) else { return #expect(Bool(false)) }
    }

    @Test func bodiesWithoutALengthEndWithTheConnectionD16D17() throws {
        for version in [HTTPVersion.http1_1, .http1_0] {
            let answer = try passed(judged(.ok, [("Connection", "keep-alive")], version: version))
            #expect(answer.body == .untilClose && !answer.keepAlive)
        }
    }

    @Test func http10ConnectionsAreKeptOnlyIfTheySaySo() throws {
        #expect(try !passed(judged(.ok, [("Content-Length", "1")], version: .http1_0)).keepAlive)
        #expect(
            try passed(judged(.ok, [("Content-Length", "1"), ("Connection", "Keep-Alive")], version: .http1_0))
                .keepAlive)
        #expect(try !passed(judged(.ok, [("Content-Length", "1"), ("Connection", "Close")])).keepAlive)
    }

    @Test func anUnasked101IsRefusedC16() {
        let fields = [("Connection", "upgrade"), ("Upgrade", "websocket")]
        guard case .refuse = judged(.switchingProtocols, fields) else { return #expect(Bool(false)) }
        guard case .refuse = judged(.switchingProtocols, fields, upgrade: "chat") else { return #expect(Bool(false)) }
        guard case .switchProtocols(_, let name) = judged(.switchingProtocols, fields, upgrade: "WebSocket") else {
            return #expect(Bool(false))
        }
        #expect(name == "websocket")
    }

    @Test func interimAnswersGoOnC14() {
        guard case .interim(let hints) = judged(.custom(code: 103, reasonPhrase: ""), [("Link", "a")]) else {
            return #expect(Bool(false))
        }
        #expect(lines(hints.fields) == ["Link: a"])
    }

    @Test func unknownStatusesPassD22() throws {
        #expect(try passed(judged(.custom(code: 599, reasonPhrase: "x"), [("Content-Length", "0")])).status.code == 599)
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ])
    func datesAreWrittenAsHTTPWantsThem(_ seconds: Int, _ text: String) {
        #expect(HTTPDate.text(secondsSince1970: seconds) == text)
    }

    @Test func dateIsAddedOnlyWhereItIsMissingD27D28() {
        var (without, with): (HTTPHeaders, HTTPHeaders) = ([:], ["date": "x"])
        HTTPDate.addIfMissing("now", to: &without)
        HTTPDate.addIfMissing("now", to: &with)
        #expect(without["date"] == ["now"] && with["date"] == ["x"])
    }

    @Test func forbiddenTrailersAreDroppedB24() {
        let trailers: HTTPHeaders = ["Content-Length": "5", "host": "x", "Authorization": "x", "If-Match": "x"]
        #expect(TrailerRules.allowed(trailers) == nil)
        #expect(TrailerRules.allowed(["X-T": "1", "Host": "x"]).map(lines) == ["X-T: 1"])
    }

    @Test(arguments: [
        ("D30-stale-get", HTTPMethod.GET, true, false, true, 1, true),
        ("D31-stale-post", .POST, true, false, true, 1, false),
        ("never sent", .POST, false, false, true, 1, true), ("twice is enough", .GET, true, false, true, 2, false),
        ("answer begun", .GET, true, true, true, 1, false), ("body gone", .PUT, true, false, false, 1, false),
        ("unknown method", .RAW(value: "BREW"), true, false, true, 1, false),
    ])
    func requestsAreRepeatedOnlyWhereThatChangesNothing(
        _ id: String, _ method: HTTPMethod, _ sent: Bool, _ answered: Bool, _ kept: Bool, _ tries: Int, _ repeats: Bool
    ) {
        #expect(RetryRules.mayRepeat(method, sent: sent, answered: answered, bodyKept: kept, tries: tries) == repeats)
    }
}
