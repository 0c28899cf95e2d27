import DeltaEngine
@testable import PageStore

/// The same as a store in the most obvious way: one list, searched from end to end.
///
/// It doesn't know how much room there is: a test tells it how many pages the store has put out.
struct PageStoreModel {
    private struct Entry {
        /// In the order of coming.
        let number: Int
        let key: PageKey
        let owner: PageOwner
        let version: PageVersion
        let pageCost: Int
        let expiry: Int
        var isUsed: Bool

        var isPrivate: Bool { owner != .shared }
    }

    let versionsPerPage: Int
    /// The oldest of each shelf first.
    private var entries: [Entry] = []
    /// Their numbers, the least recently used first.
    private var recency: [Int] = []
    private var came = 0

    init(versionsPerPage: Int) { self.versionsPerPage = versionsPerPage }

    var versions: Set<PageVersion> { Set(entries.map(\.version)) }
    var pages: Int { Set(entries.map { "\($0.owner.rawValue) \($0.key.address)" }).count }

    mutating func offers(for key: PageKey, owner: PageOwner, limit: Int) -> [PageVersion] {
        var found: [Entry] = []
        for owner in owner == .shared ? [owner] : [owner, .shared] {
            for entry in entries.reversed() where entry.key == key && entry.owner == owner {
                if found.count < limit, !found.contains(where: { $0.version == entry.version }) { found.append(entry) }
            }
        }
        for entry in found { use(entry.number) }
        return found.map(\.version)
    }

    mutating func page(_ version: PageVersion, key: PageKey, owner: PageOwner) -> PageVersion? {
        guard let index = entries.firstIndex(where: { $0.version == version && $0.key == key && $0.owner == owner })
        else { return nil }
        use(entries[index].number)
        entries.append(entries.remove(at: index))
        return version
    }

    mutating func insert(_ page: StoredPage, key: PageKey, owner: PageOwner, expiry: Int) {
        let old = entries.first { $0.key == key && $0.owner == owner && $0.version == page.version }
        came += 1
        entries.append(
            Entry(
                number: came, key: key, owner: owner, version: page.version, pageCost: MemoryCost.page(page),
                expiry: owner == .shared ? .max : expiry, isUsed: old?.isUsed ?? false))
        recency.append(came)
        if let old { forget { $0.number == old.number } }
        let shelf = entries.filter { $0.key == key && $0.owner == owner }
        if shelf.count > versionsPerPage { forget { $0.number == shelf[0].number } }
    }

    mutating func remove(_ version: PageVersion) { forget { $0.version == version } }

    mutating func expire(now: Int) { forget { $0.expiry <= now } }

    mutating func evict(_ count: Int) {
        for _ in 0..<count {
            let last = next
            forget { $0.number == last }
        }
    }

    /// Who leaves next.
    private var next: Int {
        let halves = [entries.filter { !$0.isPrivate }, entries.filter(\.isPrivate)]
        var half = cost(halves[1]) > cost(halves[0]) ? 1 : 0
        if halves[half].count == 1, !halves[1 - half].isEmpty { half = 1 - half }
        let (fresh, used) = (halves[half].filter { !$0.isUsed }, halves[half].filter(\.isUsed))
        let leavesFresh = used.isEmpty || fresh.count > 1 && 4 * cost(fresh) > cost(halves[half])
        let numbers = Set((leavesFresh ? fresh : used).map(\.number))
        return recency.first { numbers.contains($0) }!  // the store says that one left
    }

    /// Places and addresses, and each page once: for its oldest entry of all.
    private func cost(_ some: [Entry]) -> Int {
        some.reduce(0) { sum, entry in
            let isOldest = !entries.contains { $0.version == entry.version && $0.number < entry.number }
            return sum + MemoryCost.tables(pageSlots: 1, shelfSlots: 1, itemSlots: 1)
                + MemoryCost.address(entry.key) + (isOldest ? entry.pageCost : 0)
        }
    }

    private mutating func use(_ number: Int) {
        recency.removeAll { $0 == number }
        recency.append(number)
        entries[entries.firstIndex { $0.number == number }!].isUsed = true  // it was found among them
    }

    private mutating func forget(_ isMeant: (Entry) -> Bool) {
        let gone = Set(entries.filter(isMeant).map(\.number))
        entries.removeAll { gone.contains($0.number) }
        recency.removeAll { gone.contains($0) }
    }
}
