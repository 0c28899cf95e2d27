import Corpus
import DeltaEngine
@testable import PageStore
import Testing

/// For the thread sanitizer: every operation against every other, in a store that is always full.
@Suite struct PageStoreConcurrency {
    @Test func threadsMayDoEverythingAtOnce() async throws {
        let store = MemoryPageStore(limits: PageStoreLimits(memoryBytes: 200_000, versionsPerPage: 2))
        var random = SeededGenerator(seed: 3)
        let pages = (0..<40).map { _ in random.bytes(random.integer(in: 500...20_000), in: 97...122) }
        let versions = pages.map { PageVersion(of: $0.span) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<8 as Range<UInt64> {
                group.addTask {
                    var random = SeededGenerator(seed: worker)
                    for _ in 0..<400 {
                        let index = random.integer(in: 0...pages.count - 1)
                        let key = PageKey(scheme: "http", authority: "a", target: "/\(index % 7)")
                        let owner = PageOwner(rawValue: random.next() % 3)
                        store.insert(pages[index], version: versions[index], key: key, owner: owner)
                        for page in store.offers(for: key, owner: owner, limit: 2) {
                            let base = try store.base(of: page)
                            #expect(base.version == page.version)
                        }
                        _ = store.page(prefix: versions[random.integer(in: 0...39)].prefix, key: key, owner: owner)
                        if random.chance(oneIn: 9) { store.remove(versions[index]) }
                        if random.chance(oneIn: 9) { _ = store.contents(limit: 3, showsPrivate: false) }
                        #expect(store.summary.memoryBytes <= 200_000)
                    }
                }
            }
            try await group.waitForAll()
        }
        versions.forEach { store.remove($0) }
        #expect(store.summary.versions == 0 && store.summary.indexBytes == 0)
    }

    @Test func aBaseIsMadeOnceHoweverManyAskForIt() async throws {
        let store = MemoryPageStore(limits: PageStoreLimits(memoryBytes: 10_000_000))
        let bytes = [UInt8](repeating: 7, count: 1_000_000)
        let key = PageKey(scheme: "http", authority: "a", target: "/")
        store.insert(bytes, version: PageVersion(of: bytes.span), key: key, owner: .shared)
        let page = try #require(store.offers(for: key, owner: .shared, limit: 1).first)
        let bases = try await withThrowingTaskGroup(of: DeltaBase.self) { group in
            for _ in 0..<8 { group.addTask { try store.base(of: page) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(bases.allSatisfy { $0 === bases[0] })
    }

    /// Between making a base and counting it, another thread may have dropped it for want of room.
    @Test func aBaseThatWasDroppedBeforeItWasCountedIsKeptAgain() throws {
        var holdings = Holdings(limits: PageStoreLimits(memoryBytes: 1_000_000))
        var remains: Remains = []
        let stored = StoredPage(bytes: [1, 2, 3], version: PageVersion(of: [1, 2, 3].span))
        let key = PageKey(scheme: "http", authority: "a", target: "/")
        holdings.insert(stored, key: key, owner: .shared, expiry: Holdings.never, into: &remains)
        let base = try stored.makeBase()
        _ = stored.dropBase()
        holdings.use(base, of: stored, into: &remains)
        #expect(try stored.makeBase() === base)
        holdings.remove(stored.version, into: &remains)
        #expect(holdings.summary.indexBytes == 0)
    }
}
