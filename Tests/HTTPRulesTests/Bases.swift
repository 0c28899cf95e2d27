import Crypto
import HTTPRules
import NIOHTTP1
import Testing

struct Bases {
    static let rules = BaseRules(key: SymmetricKey(data: [UInt8](repeating: 7, count: 32)))

    private func mayBe(
        _ type: String? = "text/html", method: HTTPMethod = .GET, status: HTTPResponseStatus = .ok,
        request: HTTPHeaders = [:],
        answer: HTTPHeaders = [:], bytes: Int? = 10_000
    ) -> Bool {
        var answer = answer
        if let type { answer.add(name: "Content-Type", value: type) }
        return Self.rules.mayBeBase(method: method, request: request, status: status, answer: answer, bytes: bytes)
    }

    @Test(arguments: [
        "text/html", "Text/HTML; charset=utf-8", "text/css", "application/json", "application/ld+json",
        "application/javascript",
        "application/xhtml+xml", "application/rss+xml", "application/atom+xml", "image/svg+xml", "application/xml",
    ])
    func textKindsMayBeBases(_ type: String) { #expect(mayBe(type)) }

    @Test(arguments: [
        "image/png", "application/wasm", "font/woff2", "video/mp4", "application/zip", "text/event-stream", "", nil,
    ])
    func otherKindsMayNot(_ type: String?) { #expect(!mayBe(type)) }

    @Test func onlyWholeSuccessfulGetsMay() {
        #expect(!mayBe(method: .POST) && !mayBe(method: .HEAD))
        #expect(!mayBe(status: .partialContent) && !mayBe(status: .notFound))
        #expect(!mayBe(request: ["Range": "bytes=0-3"]) && !mayBe(answer: ["Content-Range": "bytes 0-3/9"]))
        #expect(!mayBe(answer: ["Content-Encoding": "br"]) && mayBe(answer: ["Content-Encoding": "identity"]))
        #expect(
            !mayBe(bytes: 511) && mayBe(bytes: 512) && mayBe(bytes: 250_000) && !mayBe(bytes: 250_001)
                && mayBe(bytes: nil))
        #expect(
            mayBe(answer: ["Cache-Control": "no-transform, no-store"]),
            "a delta changes no byte, and nothing is served from it")
    }

    @Test(
        arguments: [
            (nil, ("Cache-Control", "max-age=0, Private")), (nil, ("Cache-Control", "no-store")),
            (nil, ("Cache-Control", "private=\"x\"")), (nil, ("Set-Cookie", "a=b")),
            (("Authorization", "Basic x"), ("X", "y")),
        ] as [((String, String)?, (String, String))])
    func usersPagesAreTheirOwn(_ asked: (String, String)?, _ answered: (String, String)) {
        let (request, answer) = (HTTPHeaders(asked.map { [$0] } ?? []), HTTPHeaders([answered]))
        var (anna, bert) = (request, request)
        anna.add(name: "Cookie", value: "id=anna")
        bert.add(name: "Cookie", value: "id=bert")
        let classes = [request, anna, bert].map { Self.rules.pageClass(request: $0, answer: answer) }
        #expect(Set(classes).count == 3 && !classes.contains(.shared))
        #expect(Self.rules.pageClass(request: anna, answer: answer) == classes[1])
    }

    @Test func authorizationAndCookieAreNotMistakenForEachOther() {
        let answer: HTTPHeaders = ["Cache-Control": "private"]
        let classes = [
            HTTPHeaders([("Cookie", "x")]), ["Authorization": "x"], HTTPHeaders([("Cookie", "x"), ("Cookie", "")]),
        ]
        .map { Self.rules.pageClass(request: $0, answer: answer) }
        #expect(Set(classes).count == 3)
    }

    @Test func allOtherPagesAreShared() {
        let cookie: HTTPHeaders = ["Cookie": "id=anna"]
        #expect(Self.rules.pageClass(request: cookie, answer: ["Cache-Control": "max-age=5"]) == .shared)
        let sharing = BaseRules(sharesUserPages: true, key: SymmetricKey(size: .bits256))
        #expect(sharing.pageClass(request: ["Authorization": "x"], answer: ["Set-Cookie": "y"]) == .shared)
    }

    @Test func anotherKeyGivesOtherClasses() {
        let other = BaseRules(key: SymmetricKey(size: .bits256))
        let (request, answer): (HTTPHeaders, HTTPHeaders) = (["Cookie": "a"], ["Cache-Control": "private"])
        #expect(
            other.pageClass(request: request, answer: answer) != Self.rules.pageClass(request: request, answer: answer))
    }
}
