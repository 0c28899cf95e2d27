import Corpus
import DeltaEngine
@testable import PageStore
import Testing

/// One client asks for very much: the pages that others use stay.
@Suite struct Floods {
    /// What one hostile client may bring.
    enum Flood: CaseIterable, CustomTestStringConvertible {
        case addresses, cookies, longAddressesOfOnePage, cookiesOnOnePage

        var testDescription: String { "\(self)" }
    }

    private static let storeBytes = 1_000_000
    private let store = MemoryPageStore(limits: PageStoreLimits(memoryBytes: storeBytes))
    private let anna = PageOwner(rawValue: 17)
    private var random = SeededGenerator(seed: 5)

    private func key(_ target: String) -> PageKey {
        PageKey(scheme: "https", authority: "www.example.org", target: target)
    }

    /// Stores some page, and asks for it again where `uses`; returns the start of its version, which nobody computes here.
    @discardableResult
    private mutating func insert(_ byteCount: Int, _ key: PageKey, _ owner: PageOwner, uses: Bool = false) -> UInt64 {
        let name = random.bytes(32, in: 0...255)
        return insert([UInt8](repeating: name[0], count: byteCount), name: name, key, owner, uses: uses)
    }

    private func insert(_ bytes: [UInt8], name: [UInt8], _ key: PageKey, _ owner: PageOwner, uses: Bool) -> UInt64 {
        let version = PageVersion(bytes: name.span)!  // of 32 bytes, as all are
        store.insert(bytes, version: version, key: key, owner: owner)
        if uses { _ = store.page(prefix: version.prefix, key: key, owner: owner) }
        return version.prefix
    }

    private mutating func flood(_ flood: Flood, number: Int) {
        let visitor = PageOwner(rawValue: 1000 + UInt64(number))
        let (one, name) = ([UInt8](repeating: 7, count: 600), [UInt8](repeating: 7, count: 32))
        switch flood {
        case .addresses: insert(2500, key("/search?q=\(number)"), .shared)
        case .cookies: insert(2500, key("/"), visitor)
        case .longAddressesOfOnePage:
            let key = key("/?" + String(repeating: "x", count: 2000) + "\(number)")
            _ = insert(one, name: name, key, .shared, uses: false)
        case .cookiesOnOnePage: _ = insert(one, name: name, key("/"), visitor, uses: false)
        }
    }

    @Test(arguments: Flood.allCases)
    mutating func pagesThatOthersUseStayInPlace(kind: Flood) {
        // A third of the store, once asked for again.
        let pages = (0..<60).map { number in
            let (key, owner) = (key("/\(number)"), number.isMultiple(of: 2) ? PageOwner.shared : anna)
            return (prefix: insert(5000, key, owner, uses: true), key: key, owner: owner)
        }
        for number in 0..<6000 { flood(kind, number: number) }
        #expect(store.summary.evictions > 1000 && store.summary.memoryBytes <= Self.storeBytes)
        #expect(pages.allSatisfy { store.holds(prefix: $0.prefix, key: $0.key, owner: $0.owner) })
    }

    /// Even where the flood asks for everything twice: half of the store is not theirs.
    @Test(arguments: [true, false])
    mutating func whoAsksTwicePushesOutItsOwnKindOnly(isPrivate: Bool) {
        let (own, others) = (anna, PageOwner.shared)
        let page = insert(300_000, key("/"), isPrivate ? others : own)
        for number in 0..<1000 {
            let flooder = isPrivate ? PageOwner(rawValue: 1000 + UInt64(number)) : .shared
            insert(2500, key("/\(number)"), flooder, uses: true)
        }
        #expect(store.summary.evictions > 500)
        #expect(store.holds(prefix: page, key: key("/"), owner: isPrivate ? others : own))
    }

    /// What was in use yesterday doesn't keep the pages of today out.
    @Test mutating func newPagesHaveAQuarter() {
        let old = (0..<400).map { insert(5000, key("/yesterday/\($0)"), .shared, uses: true) }
        #expect(old.indices.count { store.holds(prefix: old[$0], key: key("/yesterday/\($0)"), owner: .shared) } > 160)
        let new = (0..<400).map { insert(5000, key("/today/\($0)"), .shared) }
        let held = new.indices.count { store.holds(prefix: new[$0], key: key("/today/\($0)"), owner: .shared) }
        #expect((40...55).contains(held))
    }

    /// Whoever alone wants room has all of it.
    @Test(arguments: [true, false])
    mutating func aSiteOfOneKindHasAllOfTheStore(isPrivate: Bool) {
        for number in 0..<400 {
            insert(5000, key("/\(number)"), isPrivate ? PageOwner(rawValue: UInt64(number) + 1) : .shared)
        }
        #expect(store.summary.versions > 160)
    }
}
