internal import DeltaEngine

/// Pages and indexes that have left the store.
///
/// Freeing takes longer than forgetting: the caller does it without the lock.
typealias Remains = [any AnyObject & Sendable]

extension Holdings {
    /// The most private items to forget in passing: one operation never pays for a whole idle night.
    static let expirationsAtATime = 64

    /// Stores a version as the most recent one on its shelf.
    mutating func insert(
        _ stored: StoredPage, key: PageKey, owner: PageOwner, expiry: Int64, into remains: inout Remains
    ) {
        // Nothing is put out for a page that wouldn't stay.
        let tables = MemoryCost.tables(
            pageSlots: pages.slots + 1, shelfSlots: shelves.slots + 1, itemSlots: items.slots + 1)
        guard MemoryCost.page(stored) + MemoryCost.address(key) + tables <= limits.memoryBytes else { return }

        let page = makePage(stored, into: &remains)
        let shelf = makeShelf(key, owner, into: &remains)
        let held = item(of: page, on: shelf)
        add(page, to: shelf, expiry: expiry, isUsed: held != .none && items[held].kind.isUsed)
        // The new item first: the page doesn't leave with its only item.
        if held != .none { removeItem(held, into: &remains) }
        while shelves[shelf].count > limits.versionsPerPage {
            removeItem(shelves[shelf].items.first, into: &remains)
        }
        shrink(into: &remains)
    }

    /// Goes on with other limits.
    mutating func update(_ limits: PageStoreLimits, into remains: inout Remains) {
        self.limits = limits
        shrink(into: &remains)
    }

    /// Stores a version as the oldest one on its shelf, if nothing has to leave for it; returns whether there was room.
    mutating func restore(_ stored: StoredPage, key: PageKey, owner: PageOwner, expiry: Int64) -> Bool {
        let places = MemoryCost.tables(pageSlots: 1, shelfSlots: 1, itemSlots: 1)
        guard memoryBytes + MemoryCost.page(stored) + MemoryCost.address(key) + places <= limits.memoryBytes else {
            return false
        }
        // What shares a number with something else stays out: it is the later one that stays.
        let heldShelf = shelfByDigest[Self.digest(key, owner)]
        guard heldShelf == nil || shelf(key, owner) != .none else { return true }
        let heldPage = pageByPrefix[stored.version.prefix]
        if let heldPage, pages[heldPage].stored.version != stored.version { return true }
        if let heldShelf {
            guard shelves[heldShelf].count < limits.versionsPerPage else { return true }
            if let heldPage, item(of: heldPage, on: heldShelf) != .none { return true }
        }
        var nothing: Remains = []
        let page = heldPage ?? makePage(stored, into: &nothing)
        add(page, to: makeShelf(key, owner, into: &nothing), expiry: expiry, asOldest: true)
        return true
    }

    private mutating func makePage(_ stored: StoredPage, into remains: inout Remains) -> Slot {
        let prefix = stored.version.prefix
        if let slot = pageByPrefix[prefix] {
            if pages[slot].stored.version == stored.version { return slot }
            removePage(slot, into: &remains)
        }
        let slot = pages.insert(Page(stored: stored))
        pageByPrefix[prefix] = slot
        pageMemory += MemoryCost.page(stored)
        counters.bytes += stored.bytes.count
        return slot
    }

    private mutating func makeShelf(_ key: PageKey, _ owner: PageOwner, into remains: inout Remains) -> Slot {
        let digest = Self.digest(key, owner)
        if let slot = shelfByDigest[digest] {
            if shelves[slot].key == key, shelves[slot].owner == owner { return slot }
            // Its last item takes the shelf along.
            for _ in 0..<shelves[slot].count { removeItem(shelves[slot].items.first, into: &remains) }
        }
        let slot = shelves.insert(Shelf(key: key, owner: owner))
        shelfByDigest[digest] = slot
        addressMemory += MemoryCost.address(key)
        return slot
    }

    private mutating func add(
        _ page: Slot, to shelf: Slot, expiry: Int64, isUsed: Bool = false, asOldest: Bool = false
    ) {
        let isPrivate = shelves[shelf].owner != .shared
        let kind = Departures.Kind(isPrivate: isPrivate, isUsed: isUsed)
        let slot = items.insert(Item(page: page, shelf: shelf, expiry: expiry, kind: kind, used: seconds))
        itemsOfPage.append(slot, to: &pages[page].items)
        if asOldest {
            itemsOfShelf.prepend(slot, to: &shelves[shelf].items)
        } else {
            itemsOfShelf.append(slot, to: &shelves[shelf].items)
        }
        shelves[shelf].count += 1
        departures.add(slot, kind, bytes: charge(of: slot), asFirst: asOldest)
        guard isPrivate else { return }
        if asOldest { expiring.prepend(slot) } else { expiring.append(slot) }
    }

    /// Removes an item, and its page or shelf if it was their last one.
    private mutating func removeItem(_ slot: Slot, into remains: inout Remains) {
        let item = items[slot]
        let isCharged = pages[item.page].items.first == slot
        departures.remove(slot, item.kind, bytes: charge(of: slot))
        if item.kind.isPrivate { expiring.remove(slot) }
        itemsOfPage.remove(slot, from: &pages[item.page].items)
        itemsOfShelf.remove(slot, from: &shelves[item.shelf].items)
        items.remove(slot)
        shelves[item.shelf].count -= 1
        if shelves[item.shelf].count == 0 { forgetShelf(item.shelf) }
        let heir = pages[item.page].items.first
        if heir == .none {
            forgetPage(item.page, into: &remains)
        } else if isCharged {
            departures.charge(items[heir].kind, bytes: MemoryCost.page(pages[item.page].stored))
        }
    }

    private mutating func forgetShelf(_ slot: Slot) {
        let shelf = shelves[slot]
        shelfByDigest[Self.digest(shelf.key, shelf.owner)] = nil
        addressMemory -= MemoryCost.address(shelf.key)
        shelves.remove(slot)
    }

    private mutating func forgetPage(_ slot: Slot, into remains: inout Remains) {
        if pages[slot].isIndexed { dropIndex(slot, into: &remains) }
        let stored = pages[slot].stored
        pageByPrefix[stored.version.prefix] = nil
        pageMemory -= MemoryCost.page(stored)
        counters.bytes -= stored.bytes.count
        pages.remove(slot)
        remains.append(stored)
    }

    /// Removes a page with all of its items, in as many steps.
    private mutating func removePage(_ slot: Slot, into remains: inout Remains) {
        let last = pages[slot].items.last
        while pages[slot].items.first != last { removeItem(pages[slot].items.first, into: &remains) }
        removeItem(last, into: &remains)
    }

    /// Forgets what some of the shelves at these places hold.
    mutating func purge(
        at places: Range<Int>, where matches: (String) -> Bool, noting purged: inout PurgedPages,
        into remains: inout Remains
    ) {
        for place in places.clamped(to: 0..<shelves.slots) {
            let slot = Slot(place)
            guard shelves.isUsed(slot), matches(shelves[slot].key.address) else { continue }
            purged.addresses += 1
            let owner = shelves[slot].owner
            for _ in 0..<shelves[slot].count {  // its last item takes the shelf along
                let item = shelves[slot].items.first
                purged.versions.insert(
                    .init(prefix: pages[items[item].page].stored.version.prefix, owner: owner))
                removeItem(item, into: &remains)
            }
        }
    }

    /// Forgets a version under all of its addresses.
    mutating func remove(_ version: PageVersion, into remains: inout Remains) {
        guard let slot = pageByPrefix[version.prefix], pages[slot].stored.version == version else { return }
        removePage(slot, into: &remains)
    }

    /// Forgets private items whose time is over; returns whether some may be left.
    @discardableResult
    mutating func expire(now: Int64, into remains: inout Remains) -> Bool {
        for _ in 0..<Self.expirationsAtATime {
            let slot = expiring.first
            guard slot != .none, items[slot].expiry <= now else { return false }
            removeItem(slot, into: &remains)
            counters.expirations += 1
        }
        return true
    }

    // MARK: Indexes and room

    /// Counts the use of a page's index, and its memory if the page is held and the index is new.
    mutating func use(_ base: DeltaBase, of stored: StoredPage, into remains: inout Remains) {
        guard let slot = pageByPrefix[stored.version.prefix], pages[slot].stored === stored else { return }
        guard !pages[slot].isIndexed else { return indexRecency.moveToEnd(slot) }
        stored.keep(base)  // it may have been dropped between its making and now
        pages[slot].isIndexed = true
        indexRecency.append(slot)
        counters.indexBytes += MemoryCost.index(base)
        shrink(into: &remains)
    }

    private mutating func dropIndex(_ slot: Slot, into remains: inout Remains) {
        guard let base = pages[slot].stored.dropBase() else { preconditionFailure("an indexed page has a base") }
        counters.indexBytes -= MemoryCost.index(base)
        pages[slot].isIndexed = false
        indexRecency.remove(slot)
        remains.append(base)
    }

    /// Makes room, as ``Departures`` says; indexes go before pages as long as they take more than an eighth of it.
    ///
    /// The last eighth is for the pages that are asked for all the time, whose index would otherwise be built anew for
    /// each request.
    private mutating func shrink(into remains: inout Remains) {
        shrink(to: limits.memoryBytes, atMost: .max, into: &remains)
    }

    /// The same for less memory, in steps of so many indexes and items; returns whether some may be left.
    @discardableResult
    mutating func shrink(to bound: Int, atMost count: Int, into remains: inout Remains) -> Bool {
        var left = count
        while memoryBytes > bound, pages.count > 0 {
            guard left > 0 else { return true }
            left -= 1
            if counters.indexBytes > bound / 8 {
                dropIndex(indexRecency.first, into: &remains)
                counters.indexEvictions += 1
            } else {
                removeItem(departures.next, into: &remains)
                counters.evictions += 1
            }
        }
        if memoryBytes > bound {  // nothing is held, and yet there would be no room for anything
            let (counters, seconds) = (counters, seconds)
            self = Holdings(limits: limits)
            self.seconds = seconds
            self.counters = counters
        }
        return false
    }
}
