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

    @Test func whoAsksIsNotLookedAtForAPageThatIsForAll() {
        var asked = 0
        func visitor() -> Visitor {
            asked += 1
            return .known(7)
        }
        #expect(Self.rules.pageClass(of: visitor(), answer: ["Cache-Control": "public"]) == .shared && asked == 0)
        #expect(Self.rules.pageClass(of: visitor(), answer: [:]) == .user(7) && asked == 1)
    }

    private func pageClass(_ request: HTTPHeaders, _ answer: HTTPHeaders, _ rules: BaseRules = Self.rules) -> PageClass
    {
        rules.pageClass(of: rules.visitor(of: request), answer: answer)
    }

    @Test(
        arguments: [
            ("Cache-Control", "max-age=0, Private"), ("Cache-Control", "no-store"),
            ("Cache-Control", "private=\"x\""), ("Set-Cookie", "a=b"), ("Cache-Control", "public, private"),
        ])
    func whatAnAnswerCallsOneVisitorsIsHis(_ field: (String, String)) {
        let answer = HTTPHeaders([field])
        let classes = [[:], ["Cookie": "id=anna"], ["Cookie": "id=bert"]].map { pageClass($0, answer) }
        #expect(Set(classes).count == 3 && !classes.contains(.shared))
        #expect(pageClass(["Cookie": "id=anna"], answer) == classes[1])
    }

    @Test(arguments: ["Cookie", "Authorization", "X-Api-Key", "X-Auth-Token", "X-Access-Token"])
    func whoIsKnownHasPagesOfHisOwnThoughTheAnswerSaysNothing(_ field: String) {
        let classes = [[:], [field: "id=anna"], [field: "id=bert"]].map {
            pageClass(HTTPHeaders(Array($0)), ["Content-Type": "text/html", "Cache-Control": "max-age=5"])
        }
        #expect(classes[0] == .shared && Set(classes).count == 3)
    }

    @Test func whatIsForAllIsShared() {
        let anna: HTTPHeaders = ["Cookie": "id=anna"]
        for value in ["public", "max-age=0, Public", "s-maxage=60", "s-maxage=\"9\""] {
            #expect(pageClass(anna, ["Cache-Control": value]) == .shared, "\(value)")
            #expect(pageClass(["Authorization": "x"], ["Cache-Control": value]) == .shared, "\(value)")
        }
        for value in ["s-maxage=0", "s-maxage", "max-age=60", "publicity"] {
            #expect(pageClass(anna, ["Cache-Control": value]) != .shared, "\(value)")
        }
        for vary in ["Cookie", "Accept, cookie", "*", "Authorization"] {
            #expect(pageClass(anna, ["Cache-Control": "public", "Vary": vary]) != .shared, "\(vary)")
        }
        #expect(pageClass(anna, ["Cache-Control": "public", "Vary": "Accept-Encoding"]) == .shared)
        #expect(pageClass([:], ["Vary": "Cookie"]) == .shared, "who has none gets what all get who have none")
        let sharing = BaseRules(sharesUserPages: true, key: SymmetricKey(size: .bits256))
        #expect(pageClass(["Authorization": "x"], ["Set-Cookie": "y"], sharing) == .shared)
    }

    @Test func whatCountsVisitorsTellsNobodyApart() {
        let counted = "_ga=GA1.2.3; _ga_X1=GS1; _gid=a; __utma=1; _pk_id.1.2=3; ajs_anonymous_id=x; AWSALBCORS=q"
        #expect(pageClass(["Cookie": counted], [:]) == .shared)
        #expect(pageClass(["Cookie": "_gax=1"], [:]) != .shared && pageClass(["Cookie": "_GA=1"], [:]) != .shared)
        let anna = pageClass(["Cookie": "id=anna; theme=dark"], [:])
        #expect(pageClass(["Cookie": "\(counted); id=anna;_gat=2;  theme=dark;"], [:]) == anna)
        #expect(
            pageClass(HTTPHeaders([("Cookie", "id=anna"), ("Cookie", "theme=dark")]), [:]) == anna, "as HTTP/2 splits")
        #expect(pageClass([:], ["Set-Cookie": "_ga = 1; Path=/"]) == .shared)
        #expect(pageClass([:], ["Set-Cookie": "_gax=1; Path=/"]) != .shared)
    }

    @Test func otherCookiesMayBeIgnored() throws {
        let rules = BaseRules(
            ignored: try #require(IgnoredCookies(["theme", "ab_*"])), key: SymmetricKey(size: .bits256))
        #expect(pageClass(["Cookie": "theme=dark; ab_1=2"], [:], rules) == .shared)
        #expect(pageClass(["Cookie": "_ga=1"], [:], rules) != .shared)
        #expect(IgnoredCookies(["a b"]) == nil && IgnoredCookies(["*"]) == nil && IgnoredCookies(["a*b"]) != nil)
        #expect(pageClass(["Cookie": "=;;; ;"], [:], rules) != .shared, "a cookie without a name may be somebody's")
    }

    @Test func authorizationAndCookieAreNotMistakenForEachOther() {
        let classes = [["Cookie": "x"], ["Authorization": "x"], ["X-Api-Key": "x"]].map { pageClass($0, [:]) }
        #expect(Set(classes).count == 3)
    }

    @Test func anotherKeyGivesOtherClasses() {
        let other = BaseRules(key: SymmetricKey(size: .bits256))
        #expect(pageClass(["Cookie": "a"], [:], other) != pageClass(["Cookie": "a"], [:]))
    }
}
