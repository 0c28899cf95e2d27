import Foundation
import Testing

@testable import Dashboard
@testable import Operations

struct PageTests {
    private static let hostile = "</script><script>alert(1)</script>\"'\u{202e}\u{0}\u{7}&lt;<!--"

    private static func markupIsOurs(_ source: String) -> Bool {
        // Bidi and control characters are spelt out; every script is the one in the head.
        !source.contains("<script>") && !source.contains("\u{202e}") && !source.contains("\u{0}")
            && !source.contains("\u{7}") && source.components(separatedBy: "<script").count <= 2
            && source.components(separatedBy: "</script>").count <= 2
    }

    @Test func nothingThatComesFromOutsideBecomesMarkup() {
        var overview = Sample.overview()
        let text = Self.hostile
        overview.price?.currency = text
        overview.sites = (0..<30).map { index in
            .init(
                site: "\(text)\(index)", savings: overview.total,
                paths: (0..<30).map { .init(path: "\(text)\($0)", savings: overview.total) })
        }
        overview.latencies = [.init(name: text, count: 1, p50: 1, p95: 1, p99: 1)]
        overview.links = [
            .init(
                peer: text, state: text, isWell: false, roundTripMilliseconds: nil, openStreams: 0, bytesSent: 0,
                bytesReceived: 0)
        ]
        overview.store.sizes = [.init(label: text, pages: 1, bytes: 1)]
        overview.failures = [
            .init(time: Sample.time, count: 2, status: 502, site: text, path: text, what: text, explanation: text)
        ]
        overview.pages = [
            .init(
                id: 1, time: Sample.time, site: text, path: text, pageBytes: 1, linkBytes: 1, crossing: text,
                totalMilliseconds: 1, hasSource: true)
        ]
        let source = OverviewPage(overview).html.source
        #expect(Self.markupIsOurs(source))
        #expect(source.contains("&lt;/script&gt;&lt;script&gt;alert(1)") && source.contains("\\u{202e}"))
    }

    @Test func hostileSourcesAreShownAndDoNothing() throws {
        var page = try #require(Sample.change(1))
        page.page.path = Self.hostile
        page.bytes = [UInt8](Self.hostile.utf8) + [0xFF, 0xFE, 0xC3] + page.bytes + [0xF0, 0x9F]
        page.base = [0xC0, 0x80] + [UInt8](Self.hostile.utf8) + (page.base ?? [])
        let source = try ChangePage(page).html.source
        #expect(Self.markupIsOurs(source))
        #expect(source.contains("\\xff\\xfe\\xc3") && source.contains("\\xf0\\x9f"))
    }

    @Test func whatIsNewMovedAndGoneIsMarked() throws {
        let source = try ChangePage(try #require(Sample.change(1))).html.source
        #expect(source.contains("<ins>") && source.contains("<del>") && source.contains("class=\"moved\""))
        #expect(source.contains("10:1") && source.contains("class=\"map\""))
    }

    @Test func aFirstVisitIsNewAsAWhole() throws {
        var page = try #require(Sample.change(1))
        page.base = nil
        #expect(try ChangePage(page).html.source.contains("The version before it is not shown"))
        page.page.crossing = "normal"
        #expect(try ChangePage(page).html.source.contains("There was no version before it"))
        page.bytes = []
        #expect(try ChangePage(page).html.source.contains("The page's source"))
    }

    @Test func longSourcesAreCut() throws {
        var page = try #require(Sample.change(1))
        page.bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
        page.base = Array(page.bytes.reversed())
        let source = try ChangePage(page).html.source
        #expect(source.contains("Only the first 512 kB of the source are shown"))
        #expect(source.utf8.count < 8 * ChangePage.sourceBytes)
    }

    @Test func aPageOfHardlyAnythingIsAPageToo() {
        var overview = Overview(role: "rg-listener", version: "1", uptimeSeconds: 0, time: Sample.time)
        #expect(OverviewPage(overview).html.source.contains("No page came by in the last hour"))
        overview.lastHour = .init(requests: 1, pageBytes: 100, gzipBytes: 40, linkBytes: 130)
        #expect(OverviewPage(overview).html.source.contains("Nothing was saved in the last hour"))
        overview.steps = [.init()]
        #expect(OverviewPage(overview).html.source.contains("The last hour as a table"))
    }

    @Test func noFigureLooksLikeMoreThanItIs() {
        #expect(Words.saved(0.99999) == "99.9 %" && Words.saved(0.9779) == "97.7 %" && Words.saved(nil) == "–")
        #expect(Words.saved(1) == "100.0 %" && Words.saved(-0.3) == "−30.0 %" && Words.saved(.nan) == "–")
        #expect(Words.money(80.3, "€") == "€80.30" && Words.money(1234.4, "USD") == "USD 1,234")
        #expect(Words.money(0.0123, "€") == "€0.012" && Words.money(-2, "$") == "−$2.00")
    }

    @Test func moneyIsOfAWholeHourAlsoWhereLessHasPassed() {
        var overview = Overview(role: "rg-sender", version: "1", uptimeSeconds: 900, time: Sample.time)
        overview.price = .init(perGB: 2, currency: "€")
        overview.lastHour = .init(
            requests: 1, pageBytes: 3_000_000_000, gzipBytes: 2_000_000_000, linkBytes: 1_000_000_000)
        let source = HeadlineView(overview).savings.source
        #expect(source.contains("€8.00") && source.contains("€16.00 against whole pages") && source.contains("€5,840"))
        overview.uptimeSeconds = 599
        #expect(!HeadlineView(overview).savings.source.contains("month"))
    }

    @Test func whatHasNoRoomIsAddedUp() {
        var overview = Sample.overview()
        let one = Overview.Savings(requests: 10, pageBytes: 1000, gzipBytes: 200, linkBytes: 20)
        overview.sites = (0..<20).map {
            .init(site: "site\($0).example", savings: one, paths: (0..<20).map { .init(path: "/\($0)/", savings: one) })
        }
        let source = SitesView(overview.sites).html.source
        #expect(
            source.contains("13 other sites") && source.contains("130 <small>answers")
                && source.contains("13 other paths"))
    }
}
