import DeltaEngine
import PageStore

/// The same as a store in the most obvious way: one list, searched from end to end.
///
/// It doesn't know what anything costs: a test tells it how many pages the store has put out.
struct PageStoreModel {
    private struct Entry {
        let key: PageKey
        let owner: PageOwner
        let version: PageVersion
        let expiry: Int
    }

    let versionsPerPage: Int
    /// The oldest first.
    private var entries: [Entry] = []
    /// The least recently used first.
    private var recency: [PageVersion] = []

    init(versionsPerPage: Int) { self.versionsPerPage = versionsPerPage }

    var versions: [PageVersion] { recency }
    var pages: Int { Set(entries.map { "\($0.owner.rawValue) \($0.key.address)" }).count }

    mutating func offers(for key: PageKey, owner: PageOwner, limit: Int) -> [PageVersion] {
        var found: [PageVersion] = []
        for owner in owner == .shared ? [owner] : [owner, .shared] {
            for entry in entries.reversed() where entry.key == key && entry.owner == owner {
                if found.count < limit, !found.contains(entry.version) { found.append(entry.version) }
            }
        }
        found.forEach { use($0) }
        return found
    }

    mutating func page(_ version: PageVersion, owner: PageOwner) -> PageVersion? {
        let found = entries.filter { $0.version == version }
        guard found.contains(where: { $0.owner == owner }) else { return nil }
        use(version)
        if found.count == 1 {
            entries.removeAll { $0.version == version }
            entries.append(found[0])
        }
        return version
    }

    mutating func insert(_ version: PageVersion, key: PageKey, owner: PageOwner, expiry: Int) {
        entries.removeAll { $0.key == key && $0.owner == owner && $0.version == version }
        entries.append(Entry(key: key, owner: owner, version: version, expiry: owner == .shared ? .max : expiry))
        let shelf = entries.indices.filter { entries[$0].key == key && entries[$0].owner == owner }
        if shelf.count > versionsPerPage { entries.remove(at: shelf[0]) }
        use(version)
        forgetUnused()
    }

    mutating func remove(_ version: PageVersion) {
        entries.removeAll { $0.version == version }
        forgetUnused()
    }

    mutating func expire(now: Int) {
        entries.removeAll { $0.expiry <= now }
        forgetUnused()
    }

    mutating func evict(_ count: Int) {
        for _ in 0..<count { remove(recency[0]) }
    }

    mutating func use(_ version: PageVersion) {
        recency.removeAll { $0 == version }
        recency.append(version)
    }

    private mutating func forgetUnused() {
        let used = Set(entries.map(\.version))
        recency.removeAll { !used.contains($0) }
    }
}
