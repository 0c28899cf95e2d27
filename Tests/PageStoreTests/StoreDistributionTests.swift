import DeltaEngine
import Testing

@testable import PageStore

/// How large pages are, and how long ago they were used.
struct StoreDistributionTests {
    @Test func eachPageIsCountedOnceByItsSizeAndLastUse() {
        let clock = ManualClock()
        let store = MemoryPageStore(limits: PageStoreLimits(memoryBytes: 1 << 26)) { clock.now }
        func key(_ number: Int) -> PageKey { PageKey(scheme: "http", authority: "a", target: "/\(number)") }
        func insert(_ number: Int, bytes: Int, at target: Int? = nil) {
            var page = [UInt8](repeating: 0, count: bytes)
            (page[0], page[1]) = (UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8))
            store.insert(page, version: PageVersion(of: page.span), key: key(target ?? number), owner: .shared)
        }
        for number in 0..<500 { insert(number, bytes: 1000) }
        insert(500, bytes: 4001)
        insert(501, bytes: 2_000_000)
        insert(501, bytes: 2_000_000, at: 502)  // the same page at another address
        clock.seconds = 3600
        _ = store.offers(for: key(7), owner: .shared, limit: 1)
        insert(600, bytes: 50_000)
        clock.seconds = 3700
        insert(601, bytes: 16_000)
        let distribution = store.distribution
        #expect(distribution.sizes.map(\.pages) == [500, 2, 1, 0, 0, 1])
        #expect(distribution.sizes.map(\.bytes) == [500_000, 20_001, 50_000, 0, 0, 2_000_000])
        #expect(distribution.ages.map(\.pages) == [1, 2, 0, 501, 0])
        #expect(distribution.ages.reduce(0) { $0 + $1.bytes } == store.summary.bytes)
        #expect(distribution.limitBytes == 1 << 26)
        store.shrink(toBytes: 0)
        #expect(store.distribution.sizes.allSatisfy { $0.pages == 0 })
    }
}
