import DeltaEngine
@testable import PageStore
import Testing

@Suite struct PageStoreBehaviour {
    private let store = MemoryPageStore(limits: PageStoreLimits(memoryBytes: 1_000_000, versionsPerPage: 2))
    private let news = PageKey(scheme: "https", authority: "www.example.org", target: "/news")
    private let sport = PageKey(scheme: "https", authority: "www.example.org", target: "/sport")
    private let anna = PageOwner(rawValue: 17)
    private let ben = PageOwner(rawValue: 18)

    @discardableResult
    private func insert(_ text: String, _ key: PageKey, _ owner: PageOwner = .shared) -> PageVersion {
        let bytes = [UInt8](text.utf8)
        let version = PageVersion(of: bytes.span)
        store.insert(bytes, version: version, key: key, owner: owner)
        return version
    }

    private func offers(_ key: PageKey, _ owner: PageOwner, limit: Int = 8) -> [String] {
        store.offers(for: key, owner: owner, limit: limit).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    @Test func theMostRecentVersionIsOfferedFirstAndTheOldestLeaves() {
        for text in ["one", "two", "three"] { insert(text, news) }
        #expect(offers(news, .shared) == ["three", "two"])
        #expect(offers(news, .shared, limit: 1) == ["three"])
        insert("two", news)
        #expect(offers(news, .shared) == ["two", "three"])
        #expect(offers(sport, .shared) == [])
    }

    @Test func aUsersOwnVersionsComeBeforeTheSharedOnes() {
        insert("for all", news)
        insert("for Anna", news, anna)
        #expect(offers(news, anna) == ["for Anna", "for all"])
        #expect(offers(news, ben) == ["for all"])
    }

    @Test func aPageServesTheAddressesAndClassesItWasStoredForOnly() {
        let version = insert("for Anna", news, anna)
        #expect(store.page(prefix: version.prefix, key: news, owner: anna)?.version == version)
        #expect(store.page(prefix: version.prefix, key: news, owner: ben) == nil)
        #expect(store.page(prefix: version.prefix, key: news, owner: .shared) == nil)
        insert("for Anna", sport)
        #expect(store.page(prefix: version.prefix, key: sport, owner: .shared)?.version == version)
        #expect(
            store.page(prefix: version.prefix, key: sport, owner: ben) == nil, "what is shared is no base for Ben's")
        #expect(store.page(prefix: version.prefix, key: news, owner: .shared) == nil, "nor for another address")
    }

    @Test func aPageOfOneSiteIsNeverOfferedForAnother() {
        let sites = [("https", "www.example.com"), ("http", "www.example.org"), ("https", "www.example.org:8443")]
        let others = sites.map { PageKey(scheme: $0, authority: $1, target: "/news") }
        for owner in [PageOwner.shared, anna] {
            insert("a page of \(owner.rawValue)", news, owner)
            for other in others { #expect(offers(other, owner) == []) }
        }
        // What two sites made alike is kept once, and is a base for both.
        insert("alike", news)
        insert("alike", others[0])
        #expect(offers(news, .shared).first == "alike" && offers(others[0], .shared) == ["alike"])
    }

    @Test func aVersionThatIsUsedStaysWhileOthersCome() {
        let version = insert("used", news)
        for count in 0..<10 {
            insert("another \(count)", news)
            #expect(store.page(prefix: version.prefix, key: news, owner: .shared) != nil)
        }
    }

    @Test func aPageUnderSeveralAddressesIsKeptOnceUntilTheLastOneLeaves() {
        let version = insert("the same", news)
        insert("the same", sport)
        #expect(store.summary.versions == 1 && store.summary.pages == 2)
        #expect(store.summary.bytes == 8)
        for text in ["a", "b"] { insert(text, news) }
        #expect(store.page(prefix: version.prefix, key: sport, owner: .shared) != nil)
        for text in ["a", "b"] { insert(text, sport) }
        #expect(store.page(prefix: version.prefix, key: sport, owner: .shared) == nil)
    }

    @Test func aCorruptVersionLeavesAllOfItsAddresses() {
        let version = insert("broken", news)
        insert("broken", sport)
        insert("good", sport)
        store.remove(version)
        #expect(offers(news, .shared) == [] && offers(sport, .shared) == ["good"])
        #expect(store.summary.pages == 1)
    }

    /// Nobody can be kept from making two pages whose versions begin alike: the later one takes the place.
    @Test func ofTwoVersionsThatBeginAlikeTheLaterOneStays() throws {
        let first = PageVersion(of: [1].span)
        let forgedBytes = first.bytes.prefix(8) + [UInt8](repeating: 7, count: 24)
        let parsed = PageVersion(bytes: Array(forgedBytes).span)
        let forged = try #require(parsed)
        store.insert([1], version: first, key: news, owner: .shared)
        store.insert([2], version: forged, key: sport, owner: .shared)
        #expect(store.page(prefix: first.prefix, key: sport, owner: .shared)?.bytes == [2])
        #expect(store.offers(for: news, owner: .shared, limit: 8).isEmpty)
        store.remove(first)
        #expect(store.summary.versions == 1)
    }

    @Test func aPageLargerThanTheStoreIsNotStoredAndPutsNothingOut() {
        insert("small", news)
        insert(String(repeating: "x", count: 1_000_000), sport)
        #expect(offers(news, .shared) == ["small"] && offers(sport, .shared) == [])
    }

    @Test func aStoreThatBecomesMuchSmallerStillHoldsPages() {
        for number in 0..<1000 { insert("page \(number)", PageKey(address: "https://www.example.org/\(number)")) }
        store.update(PageStoreLimits(memoryBytes: 300_000))
        #expect(store.summary.memoryBytes <= 300_000 && store.summary.versions > 0)
        store.update(PageStoreLimits(memoryBytes: 100_000))  // less than the tables of so many pages take
        #expect(store.summary.memoryBytes <= 100_000)
        insert("the news", news)
        #expect(offers(news, .shared) == ["the news"])
        #expect(store.summary.versions == 1 && store.summary.bytes == 8 && store.summary.evictions == 1000)
    }

    @Test func theBaseKeepsThePagesBytesAndIsMadeOnce() throws {
        insert("some page", news)
        let page = try #require(store.offers(for: news, owner: .shared, limit: 1).first)
        let base = try store.base(of: page)
        #expect(try store.base(of: page) === base)
        #expect(base.version == page.version)
        #expect(store.summary.indexBytes > 0)
        let isShared = unsafe base.bytes.withUnsafeBufferPointer { base in
            unsafe page.bytes.withUnsafeBufferPointer { unsafe $0.baseAddress == base.baseAddress }
        }
        #expect(isShared)
    }

    @Test func theListingHasTheLargestFirstAndHidesPrivateTargets() {
        insert("12345", news)
        insert("1234567", news)
        insert("123456789", sport, anna)
        insert("1", sport)
        let listed = store.contents(limit: 2, showsPrivate: false)
        #expect(
            listed == [
                StoredAddress(address: "https://www.example.org/news", isPrivate: false, versions: 2, bytes: 12),
                StoredAddress(address: "https://www.example.org/…", isPrivate: true, versions: 1, bytes: 9),
            ])
        #expect(
            store.contents(limit: 9, showsPrivate: true).map(\.address) == [
                "https://www.example.org/news", "https://www.example.org/sport", "https://www.example.org/sport",
            ])
    }

    @Test func lookUpsAreCounted() {
        let version = insert("page", news, anna)
        _ = store.offers(for: news, owner: anna, limit: 1)
        _ = store.offers(for: news, owner: ben, limit: 1)
        _ = store.page(prefix: version.prefix, key: news, owner: anna)
        _ = store.page(prefix: 0, key: news, owner: anna)
        #expect(store.summary.hits == 2 && store.summary.misses == 2)
    }
}
