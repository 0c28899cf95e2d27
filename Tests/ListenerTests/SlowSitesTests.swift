import EmbeddedLine
import NIOCore
import Testing

@testable import Listener

/// Pages that are made to be slow.
struct SlowSitesTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    @Test func theSecondSlowPageWithinAMinuteMakesASiteFast() {
        var sites = SlowSites()
        func isSlow(_ milliseconds: Int, after time: TimeAmount = .zero) -> Bool {
            sites.note(.milliseconds(milliseconds), byteCount: 100_000, site: "a", now: start + time)
        }
        func effort(_ site: String, after time: TimeAmount) -> EncodingEffort {
            sites.effort(for: site, wanted: .thorough, now: start + time)
        }
        #expect(isSlow(16))
        #expect(effort("a", after: .zero) == .thorough)
        #expect(isSlow(16, after: .seconds(59)))
        #expect(effort("a", after: .seconds(118)) == .fast && effort("b", after: .seconds(118)) == .thorough)
        #expect(effort("a", after: .seconds(119)) == .thorough)
    }

    @Test func aSlowPageAMinuteIsForgiven() {
        var sites = SlowSites()
        for minute in 0..<10 {
            let now = start + .minutes(Int64(minute))
            _ = sites.note(.milliseconds(16), byteCount: 100_000, site: "a", now: now)
            #expect(sites.effort(for: "a", wanted: .thorough, now: now) == .thorough)
        }
    }

    @Test func aLongPageMayTakeLonger() {
        var sites = SlowSites()
        func isSlow(_ milliseconds: Int, byteCount: Int) -> Bool {
            sites.note(.milliseconds(milliseconds), byteCount: byteCount, site: "a", now: start)
        }
        #expect(!isSlow(15, byteCount: 100_000) && isSlow(16, byteCount: 100_000) && !isSlow(5, byteCount: 0))
    }

    @Test func onlySoManySitesAreKept() {
        var sites = SlowSites()
        for number in 0..<257 {
            for _ in 0..<2 {
                _ = sites.note(.seconds(1), byteCount: 0, site: "\(number)", now: start + .milliseconds(Int64(number)))
            }
        }
        let efforts = (0..<257).map { sites.effort(for: "\($0)", wanted: .thorough, now: start + .seconds(1)) }
        #expect(efforts == [.thorough] + [EncodingEffort](repeating: .fast, count: 256))
    }

    /// Where every page counts as slow.
    @Test func pagesOfASlowSiteAreMadeWithLittleWork() throws {
        let end = try ListenerEnd()
        end.worker.slowSites = SlowSites(base: .zero, perByte: .zero)
        for word in ["one", "two", "three"] {
            let page = samplePage(3000, word: word)
            #expect(try decoded(end.fetch(page)) == page)
        }
        let counters = end.worker.statistics.counters
        #expect(counters.pagesThorough == 2 && counters.pagesFast == 1 && counters.pagesSlow == 3)
    }
}
