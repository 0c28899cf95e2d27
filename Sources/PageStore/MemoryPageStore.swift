package import DeltaEngine
internal import HeapModule
internal import NIOConcurrencyHelpers

/// A page store in memory, for any number of threads.
///
/// One lock is held for 0.2 to 2 µs at a time; indexes are built and memory is freed without it. Only where tables of
/// 200,000 pages double, which happens once, is it some 10 ms.
package final class MemoryPageStore: PageStore {
    private static let addressesAtATime = 256

    private let state: NIOLockedValueBox<Holdings>
    private let privateLifetime: Int64
    /// The most memory that it may use, in bytes.
    package let byteLimit: Int
    private let now: @Sendable () -> ContinuousClock.Instant
    private let start: ContinuousClock.Instant

    /// Makes an empty store.
    ///
    /// - Parameters:
    ///   - limits: How much it may hold.
    ///   - now: The clock that private pages expire by.
    package init(
        limits: PageStoreLimits, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        state = NIOLockedValueBox(Holdings(limits: limits))
        byteLimit = limits.memoryBytes
        privateLifetime = limits.privateLifetime.nanoseconds
        self.now = now
        start = now()
    }

    package func offers(for key: PageKey, owner: PageOwner, limit: Int) -> [StoredPage] {
        change { holdings, _ in holdings.offers(for: key, owner: owner, limit: limit) }
    }

    package func page(prefix: UInt64, key: PageKey, owner: PageOwner) -> StoredPage? {
        change { holdings, _ in holdings.page(prefix: prefix, key: key, owner: owner) }
    }

    package func holds(prefix: UInt64, key: PageKey, owner: PageOwner) -> Bool {
        state.withLockedValue { $0.holds(prefix: prefix, key: key, owner: owner) }
    }

    package func insert(_ bytes: [UInt8], version: PageVersion, key: PageKey, owner: PageOwner) {
        let stored = StoredPage(bytes: bytes, version: version)
        let expiry = owner == .shared ? Holdings.never : elapsed + privateLifetime
        change { holdings, remains in
            holdings.insert(stored, key: key, owner: owner, expiry: expiry, into: &remains)
        }
    }

    /// Stores a version that was kept elsewhere over a restart, behind all that is held: as the oldest one of its page, and
    /// as the least recently used of all.
    ///
    /// Bring the most recently used ones first, private ones by their time, the longest first.
    ///
    /// - Parameters:
    ///   - bytes: The page.
    ///   - version: Its version, checked by this end.
    ///   - key: The page that this is a version of.
    ///   - owner: Whose it is.
    ///   - remaining: How long a private page has still to live; at most what a new one gets.
    /// - Returns: `false` where there is no room for it but that of others: nor will there be for the next.
    package func restore(
        _ bytes: [UInt8], version: PageVersion, key: PageKey, owner: PageOwner, remaining: Duration = .zero
    ) -> Bool {
        let stored = StoredPage(bytes: bytes, version: version)
        let expiry = owner == .shared ? Holdings.never : elapsed + min(remaining.nanoseconds, privateLifetime)
        return change { holdings, _ in holdings.restore(stored, key: key, owner: owner, expiry: expiry) }
    }

    package func remove(_ version: PageVersion) {
        change { holdings, remains in holdings.remove(version, into: &remains) }
    }

    package func base(of page: StoredPage) throws(DeltaError) -> DeltaBase {
        let base = try page.makeBase()
        change { holdings, remains in holdings.use(base, of: page, into: &remains) }
        return base
    }

    package func purge(where matches: @escaping @Sendable (String) -> Bool) -> PurgedPages {
        var purged = PurgedPages()
        var next = 0
        var slots = 1
        while next < slots {
            let range = next..<next + Self.addressesAtATime
            let before = purged
            (purged, slots) = change { holdings, remains in
                var purged = before
                holdings.purge(at: range, where: matches, noting: &purged, into: &remains)
                return (purged, holdings.shelves.slots)
            }
            next = range.upperBound
        }
        return purged
    }

    package func update(_ limits: PageStoreLimits) {
        shrink(toBytes: limits.memoryBytes)  // in steps: all at once would hold up everyone for as long as that takes
        change { holdings, remains in holdings.update(limits, into: &remains) }
    }

    package func expire() {
        var mayBeMore = true
        while mayBeMore {
            mayBeMore = change { [now = elapsed] holdings, remains in holdings.expire(now: now, into: &remains) }
        }
    }

    package func shrink(toBytes memoryBytes: Int) {
        while change({ holdings, remains in holdings.shrink(to: memoryBytes, atMost: 64, into: &remains) }) {}
    }

    package var summary: PageStoreSummary { state.withLockedValue { $0.summary } }

    package func contents(limit: Int, showsPrivate: Bool) -> [StoredAddress] {
        var largest = Heap<RankedShelf>()
        var next = 0
        var slots = 1
        while next < slots {
            let range = next..<next + Self.addressesAtATime
            let some = state.withLockedValue { holdings in
                slots = holdings.shelves.slots
                return holdings.shelves.elements(in: range).map { RankedShelf($0, bytes: holdings.bytes(on: $0)) }
            }
            for shelf in some {
                largest.insert(shelf)
                if largest.count > limit { largest.removeMin() }
            }
            next = range.upperBound
        }
        return largest.unordered.sorted { $0 > $1 }.map { $0.address(showsPrivate: showsPrivate) }
    }

    package var distribution: StoreDistribution {
        var distribution = StoreDistribution()
        var next = 0
        var places = 1
        while next < places {
            let range = next..<next + Self.addressesAtATime
            let before = distribution
            (distribution, places) = change { holdings, _ in
                var distribution = before
                holdings.addPages(at: range, to: &distribution)
                distribution.limitBytes = holdings.limits.memoryBytes
                return (distribution, holdings.items.slots)
            }
            next = range.upperBound
        }
        return distribution
    }

    /// Nanoseconds since the store was made.
    private var elapsed: Int64 { (now() - start).nanoseconds }

    /// Changes the holdings under the lock, and frees what left after it.
    @discardableResult
    private func change<Result: Sendable>(_ body: (inout Holdings, inout Remains) -> Result) -> Result {
        let now = elapsed
        let (result, _) = state.withLockedValue { holdings in
            var remains: Remains = []
            holdings.seconds = UInt32(clamping: now / 1_000_000_000)
            holdings.expire(now: now, into: &remains)
            let result = body(&holdings, &remains)
            return (result, remains)
        }
        return result
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
