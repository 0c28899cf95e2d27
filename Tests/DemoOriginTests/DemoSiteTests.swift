import Testing

@testable import demo_origin

@Suite struct DemoSiteTests {
    private let site = DemoSite(seed: 1)

    private func text(_ path: String, cookies: String = "") -> String {
        String(decoding: site.answer(path, cookies: cookies).body, as: UTF8.self)
    }

    @Test(arguments: DemoPage.allCases)
    func everyPageIsLinkedAndDiffersWithEachRequest(page: DemoPage) {
        #expect(text("/").contains("href=\"\(page.path)\""))
        #expect(site.answer(page.path, cookies: "").status == 200)
        #expect(text(page.path) != text(page.path))
        #expect(text(page.path).utf8.count > 10_000)
    }

    @Test func pagesShowTheTimeAndTheWayBack() {
        #expect(text("/news").contains(#/<p class="demo"><a href="/">All pages</a> · \d.*:\d\d.* · request 1</p>/#))
    }

    @Test func aVisitorIsKnownByTheCookie() throws {
        let first = site.answer("/account", cookies: "theme=dark")
        let cookie = try #require(first.headers.first { $0.0 == "Set-Cookie" }?.1)
        let visitor = String(cookie.dropFirst("visitor=".count).prefix(16))
        let second = site.answer("/account", cookies: "theme=dark; visitor=\(visitor)")
        #expect(!second.headers.contains { $0.0 == "Set-Cookie" })
        #expect(second.headers.contains { $0 == ("Cache-Control", "private, no-store") })
        #expect(String(decoding: second.body, as: UTF8.self).contains("you are visitor \(visitor)"))
    }

    @Test func otherAddressesAreNotFound() {
        #expect(site.answer("/nowhere", cookies: "").status == 404)
    }
}
