import Corpus
import DeltaEngine
@testable import PageStore
import Testing

/// Pages that were kept elsewhere over a restart.
@Suite struct Restoring {
    private let clock = ManualClock()
    private let news = PageKey(address: "https://www.example.org/news")
    private let anna = PageOwner(rawValue: 17)

    private func store(memoryBytes: Int = 1_000_000) -> MemoryPageStore {
        MemoryPageStore(
            limits: PageStoreLimits(memoryBytes: memoryBytes, versionsPerPage: 3), now: { [clock] in clock.now })
    }

    private func texts(_ store: MemoryPageStore, _ owner: PageOwner = .shared) -> [String] {
        store.offers(for: news, owner: owner, limit: 8).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    private func restore(
        _ text: String, to store: MemoryPageStore, _ owner: PageOwner = .shared, remaining: Duration = .zero
    ) -> Bool {
        let bytes = [UInt8](text.utf8)
        return store.restore(
            bytes, version: PageVersion(of: bytes.span), key: news, owner: owner, remaining: remaining)
    }

    private func insert(_ text: String, to store: MemoryPageStore, _ owner: PageOwner = .shared) {
        let bytes = [UInt8](text.utf8)
        store.insert(bytes, version: PageVersion(of: bytes.span), key: news, owner: owner)
    }

    @Test func whatIsRestoredComesBehindWhatIsThere() {
        let store = store()
        insert("now", to: store)
        for text in ["yesterday", "now", "last week", "last year"] { #expect(restore(text, to: store)) }
        #expect(texts(store) == ["now", "yesterday", "last week"])
        insert("later", to: store)
        #expect(texts(store) == ["later", "now", "yesterday"])
        #expect(store.summary.versions == 3)
    }

    @Test func privatePagesExpireAtTheirOldTime() {
        let store = store()
        #expect(restore("five minutes", to: store, anna, remaining: .seconds(300)))
        #expect(restore("one minute", to: store, anna, remaining: .seconds(60)))
        insert("new", to: store, anna)
        clock.seconds += 61
        #expect(texts(store, anna) == ["new", "five minutes"])
        clock.seconds += 240
        #expect(texts(store, anna) == ["new"])
        #expect(restore("from a clock that went wrong", to: store, anna, remaining: .seconds(1_000_000)))
        clock.seconds += 600
        #expect(texts(store, anna) == [])
    }

    @Test(arguments: UInt64(0)..<40) func nothingLeavesForIt(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let store = store(memoryBytes: 60_000)
        var versions: [PageVersion] = []
        for number in 0..<60 {
            let bytes = random.bytes(random.integer(in: 1...4000), in: 0...255)
            let version = PageVersion(of: bytes.span)
            let key = PageKey(address: "https://www.example.org/\(random.integer(in: 0...20))")
            let before = store.summary
            if number % 3 == 0, before.evictions == 0, before.memoryBytes < 40_000 {
                store.insert(bytes, version: version, key: key, owner: .shared)
            } else {
                let isTaken = store.restore(bytes, version: version, key: key, owner: .shared)
                #expect(store.summary.versions >= before.versions)
                guard isTaken, store.summary.versions > before.versions else { continue }
            }
            versions.append(version)
            #expect(store.summary.memoryBytes <= 60_000)
        }
        let summary = store.summary
        #expect(summary.evictions == 0 && versions.count > 10)
        for version in versions { store.remove(version) }
        #expect(store.summary.pages == 0 && store.summary.versions == 0 && store.summary.bytes == 0)
    }
}
