import Corpus
import DeltaEngine
@testable import PageStore
import Testing

@Suite struct PageStoreProperties {
    /// Room for some 30 of the pages below, and for all of them.
    @Test(arguments: [90_000, 10_000_000], 1...4 as ClosedRange<UInt64>)
    func aStoreDoesWhatAnObviousOneDoesAndNeverOutgrowsItsRoom(memoryBytes: Int, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let clock = ManualClock()
        let limits = PageStoreLimits(memoryBytes: memoryBytes, versionsPerPage: 3, privateLifetime: .seconds(40))
        let store = MemoryPageStore(limits: limits) { clock.now }
        var model = PageStoreModel(versionsPerPage: 3)
        let keys = (0..<12).map { PageKey(scheme: "https", authority: "www.example.org", target: "/page/\($0)") }
        let pages = (0..<60).map { _ in random.bytes(random.integer(in: 0...4000), in: 97...122) }
        let versions = pages.map { PageVersion(of: $0.span) }

        for _ in 0..<2000 {
            let (key, owner) = (random.pick(keys), PageOwner(rawValue: UInt64(random.integer(in: 0...2))))
            let index = random.integer(in: 0...pages.count - 1)
            let evictions = store.summary.evictions
            clock.seconds += random.chance(oneIn: 4) ? 1 : 0
            model.expire(now: clock.seconds)
            switch random.integer(in: 0...9) {
            case 0...4:
                store.insert(pages[index], version: versions[index], key: key, owner: owner)
                let page = StoredPage(bytes: pages[index], version: versions[index])
                model.insert(page, key: key, owner: owner, expiry: clock.seconds + 40)
            case 5, 6:
                let offers = store.offers(for: key, owner: owner, limit: 4)
                #expect(offers.map(\.version) == model.offers(for: key, owner: owner, limit: 4))
                let areIntact = offers.allSatisfy { page in
                    let bytes = page.bytes
                    return PageVersion(of: bytes.span) == page.version
                }
                #expect(areIntact)
                guard let page = offers.first else { break }
                _ = try store.base(of: page)
            case 7, 8:
                let found = store.page(prefix: versions[index].prefix, key: key, owner: owner)
                #expect(found?.version == model.page(versions[index], key: key, owner: owner))
            default:
                guard random.chance(oneIn: 4) else { break }
                store.remove(versions[index])
                model.remove(versions[index])
            }
            store.expire()
            let summary = store.summary
            model.evict(summary.evictions - evictions)
            try #require(summary.memoryBytes <= memoryBytes)
            try #require(summary.versions == model.versions.count && summary.pages == model.pages)
        }
        #expect((store.summary.evictions > 0) == (memoryBytes < 1_000_000))
        #expect(store.summary.expirations > 0)

        // Nothing is counted that isn't there any more.
        versions.forEach { store.remove($0) }
        let summary = store.summary
        #expect(summary.pages == 0 && summary.versions == 0 && summary.bytes == 0 && summary.indexBytes == 0)
        #expect(store.contents(limit: 5, showsPrivate: true).isEmpty)
    }

    @Test func indexesLeaveBeforePagesAndTheLeastRecentlyUsedFirst() throws {
        let store = MemoryPageStore(limits: PageStoreLimits(memoryBytes: 1_000_000))
        var random = SeededGenerator(seed: 1)
        func insert(_ number: Int) {
            let bytes = random.bytes(50_000, in: 0...255)
            let key = PageKey(scheme: "http", authority: "a", target: "/\(number)")
            store.insert(bytes, version: PageVersion(of: bytes.span), key: key, owner: .shared)
        }
        func page(_ number: Int) throws -> StoredPage {
            let key = PageKey(scheme: "http", authority: "a", target: "/\(number)")
            return try #require(store.offers(for: key, owner: .shared, limit: 1).first)
        }
        for number in 0..<12 { insert(number) }
        let bases = try (0..<12).map { try store.base(of: page($0)) }
        _ = try store.base(of: page(0))
        for number in 12..<17 { insert(number) }
        #expect(store.summary.evictions == 0 && store.summary.indexEvictions > 0)
        #expect(try store.base(of: page(0)) === bases[0])
        #expect(try store.base(of: page(1)) !== bases[1])
        for number in 17..<40 { insert(number) }
        #expect(store.summary.evictions > 0)
        #expect(store.summary.indexBytes <= 1_000_000 / 8)
    }

    @Test func aThousandExpiredPagesLeaveAnIdleStore() {
        let clock = ManualClock()
        let store = MemoryPageStore(limits: PageStoreLimits(memoryBytes: 10_000_000)) { clock.now }
        for number in 0..<1000 {
            let bytes = [UInt8]("page \(number)".utf8)
            let key = PageKey(scheme: "http", authority: "a", target: "/\(number)")
            store.insert(bytes, version: PageVersion(of: bytes.span), key: key, owner: PageOwner(rawValue: 5))
        }
        clock.seconds = 599
        store.expire()
        #expect(store.summary.versions == 1000)
        clock.seconds = 600
        store.expire()
        #expect(store.summary.versions == 0 && store.summary.expirations == 1000)
    }
}
