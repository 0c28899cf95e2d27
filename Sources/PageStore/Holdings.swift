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
        var kind: Departures.Kind
        /// When it was used last, in seconds on the store's clock; in what would be padding.
        var used: UInt32
    }

    static let never = Int64.max

    var limits: PageStoreLimits
    /// The time on the store's clock, as the store says before it changes anything.
    var seconds: UInt32 = 0
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

    /// Items, as they leave for want of room.
    var departures = Departures()
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
        summary.limitBytes = limits.memoryBytes
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
            let stored = pages[items[slot].page].stored
            if !found.contains(where: { $0 === stored }) {
                found.append(stored)
                use(slot)
            }
            slot = itemsOfShelf.previous(slot)
        }
    }

    mutating func page(prefix: UInt64, key: PageKey, owner: PageOwner) -> StoredPage? {
        let slot = item(prefix: prefix, key: key, owner: owner)
        count(found: slot != .none)
        guard slot != .none else { return nil }
        use(slot)
        // A version that is in use stays: where many visitors ask at once, each of them brings a newer one.
        let shelf = items[slot].shelf
        if shelves[shelf].items.last != slot {
            itemsOfShelf.remove(slot, from: &shelves[shelf].items)
            itemsOfShelf.append(slot, to: &shelves[shelf].items)
        }
        return pages[items[slot].page].stored
    }

    func holds(prefix: UInt64, key: PageKey, owner: PageOwner) -> Bool {
        item(prefix: prefix, key: key, owner: owner) != .none
    }

    private func item(prefix: UInt64, key: PageKey, owner: PageOwner) -> Slot {
        let shelf = shelf(key, owner)
        guard shelf != .none, let page = pageByPrefix[prefix] else { return .none }
        return item(of: page, on: shelf)
    }

    /// The item of a page on a shelf, which has few; ``Slot/none`` where it isn't there.
    func item(of page: Slot, on shelf: Slot) -> Slot {
        var slot = shelves[shelf].items.last
        while slot != .none, items[slot].page != page { slot = itemsOfShelf.previous(slot) }
        return slot
    }

    /// Makes an item the last one to leave among those that were used.
    private mutating func use(_ slot: Slot) {
        let bytes = charge(of: slot)
        departures.remove(slot, items[slot].kind, bytes: bytes)
        items[slot].kind.isUsed = true
        items[slot].used = seconds
        departures.add(slot, items[slot].kind, bytes: bytes)
    }

    /// What an item is charged with when somebody has to leave: its places, its address, and the page if it is the first
    /// one of that.
    func charge(of slot: Slot) -> Int {
        let item = items[slot]
        let own =
            MemoryCost.tables(pageSlots: 1, shelfSlots: 1, itemSlots: 1) + MemoryCost.address(shelves[item.shelf].key)
        return pages[item.page].items.first == slot ? own + MemoryCost.page(pages[item.page].stored) : own
    }

    private mutating func count(found: Bool) {
        if found { counters.hits += 1 } else { counters.misses += 1 }
    }
}
