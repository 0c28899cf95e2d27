internal import DeltaEngine

/// What a store in memory holds: a value without locks or clock.
///
/// Every operation takes O(1), amortized.
/// A *page* is the bytes of one version. A *shelf* is what one address has in one class: a few *items*, the oldest first,
/// each of which names a page. Pages whose last item leaves are gone.
struct Holdings {
    struct Page {
        let stored: StoredPage
        var items = Chains.Ends()
        var sharedItems: Int32 = 0
        var isIndexed = false
    }

    struct Shelf {
        let key: PageKey
        let owner: PageOwner
        var items = Chains.Ends()
        var count = 0
    }

    struct Item {
        let page: Slot
        let shelf: Slot
        /// Nanoseconds on the store's clock; ``never`` on shared shelves.
        var expiry: Int64
    }

    struct Membership: Hashable {
        let page: Slot
        let owner: PageOwner
    }

    static let never = Int64.max

    var limits: PageStoreLimits
    var counters = PageStoreSummary()

    var pages = Slab<Page>()
    var shelves = Slab<Shelf>()
    var items = Slab<Item>()
    var itemsOfPage = Chains()
    var itemsOfShelf = Chains()

    /// By the first 8 bytes of the version.
    ///
    /// Of two pages that share those, which somebody may have worked for, the later one stays: the full version is
    /// compared wherever it is known.
    var pageByPrefix: [UInt64: Slot] = [:]
    /// By a hash of key and class, with the same rule.
    var shelfByDigest: [UInt64: Slot] = [:]
    /// How many items of a page a private class has.
    var privateItems: [Membership: Int32] = [:]

    /// Pages, the least recently used first.
    var recency = Order()
    /// Pages with an index, the least recently used first.
    var indexRecency = Order()
    /// Private items, the next to expire first.
    var expiring = Order()

    var pageMemory = 0
    var addressMemory = 0

    init(limits: PageStoreLimits) { self.limits = limits }

    /// All memory in use, in bytes.
    var memoryBytes: Int {
        pageMemory + addressMemory + counters.indexBytes
            + MemoryCost.tables(pageSlots: pages.slots, shelfSlots: shelves.slots, itemSlots: items.slots)
    }

    var summary: PageStoreSummary {
        var summary = counters
        (summary.pages, summary.versions, summary.memoryBytes) = (shelves.count, pages.count, memoryBytes)
        return summary
    }

    /// The shelf of an address in a class; ``Slot/none`` where there is none.
    func shelf(_ key: PageKey, _ owner: PageOwner) -> Slot {
        guard let slot = shelfByDigest[Self.digest(key, owner)] else { return .none }
        return shelves[slot].key == key && shelves[slot].owner == owner ? slot : .none
    }

    static func digest(_ key: PageKey, _ owner: PageOwner) -> UInt64 {
        // Odd, so that no two classes of an address meet.
        key.digest ^ (owner.rawValue &* 0x9E37_79B9_7F4A_7C15)
    }

    // MARK: Look-ups

    mutating func offers(for key: PageKey, owner: PageOwner, limit: Int) -> [StoredPage] {
        var found: [StoredPage] = []
        if owner != .shared { collect(shelf(key, owner), limit, into: &found) }
        collect(shelf(key, .shared), limit, into: &found)
        count(found: !found.isEmpty)
        return found
    }

    private mutating func collect(_ shelf: Slot, _ limit: Int, into found: inout [StoredPage]) {
        guard shelf != .none else { return }
        var slot = shelves[shelf].items.last
        while slot != .none, found.count < limit {
            let item = items[slot]
            let stored = pages[item.page].stored
            if !found.contains(where: { $0 === stored }) {
                found.append(stored)
                recency.moveToEnd(item.page)
            }
            slot = itemsOfShelf.previous(slot)
        }
    }

    mutating func page(prefix: UInt64, owner: PageOwner) -> StoredPage? {
        guard let slot = pageByPrefix[prefix], isStored(slot, for: owner) else {
            count(found: false)
            return nil
        }
        recency.moveToEnd(slot)
        moveToEnd(of: owner, slot)
        count(found: true)
        return pages[slot].stored
    }

    func holds(prefix: UInt64, owner: PageOwner) -> Bool {
        pageByPrefix[prefix].map { isStored($0, for: owner) } ?? false
    }

    private func isStored(_ page: Slot, for owner: PageOwner) -> Bool {
        owner == .shared
            ? pages[page].sharedItems > 0 : privateItems[Membership(page: page, owner: owner)] != nil
    }

    /// A version that is in use stays: where many visitors ask at once, each of them brings a newer one.
    private mutating func moveToEnd(of owner: PageOwner, _ page: Slot) {
        let item = pages[page].items.first
        let shelf = items[item].shelf
        // A page with many addresses stays by them; to look for the right one would take too long.
        guard pages[page].items.last == item, shelves[shelf].owner == owner, shelves[shelf].items.last != item else {
            return
        }
        itemsOfShelf.remove(item, from: &shelves[shelf].items)
        itemsOfShelf.append(item, to: &shelves[shelf].items)
    }

    private mutating func count(found: Bool) {
        if found { counters.hits += 1 } else { counters.misses += 1 }
    }
}
