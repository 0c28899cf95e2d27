import DeltaEngine
import NIOCore
import PageStore
import SharedStore

/// Looks for the versions that a request offers in the store that listeners share, while the origin makes the answer; confined
/// to one event loop.
///
/// What is found goes into memory, where it is looked for as any other base.
final class SharedBases {
    /// The most offers that are looked for: the best ones, and these say it for most pages.
    private static let maxOffers = 3

    private let worker: ListenerWorker
    private let key: PageKey
    private var running = 0
    private var then: (() -> Void)?

    /// Begins to look.
    ///
    /// - Parameters:
    ///   - offers: The versions, best first.
    ///   - owners: The classes that the answer may have.
    ///   - key: The page that is asked for.
    ///   - store: Where to look.
    ///   - worker: What is found becomes part of its memory.
    init(_ offers: [UInt64], owners: [PageOwner], key: PageKey, in store: any SharedStore, worker: ListenerWorker) {
        (self.worker, self.key) = (worker, key)
        let isolated = NIOLoopBound(self, eventLoop: worker.eventLoop)
        for prefix in offers.prefix(Self.maxOffers) {
            for owner in owners {
                running += 1
                store.lookUp(prefix: prefix, owner: owner, on: worker.eventLoop) { result in
                    isolated.value.ended(result, owner)
                }
            }
        }
    }

    /// Calls `then` once all is looked for: now, or after the store's time-out at the latest.
    func whenDone(_ then: @escaping () -> Void) {
        if running == 0 { then() } else { self.then = then }
    }

    private func ended(_ result: SharedLookUp, _ owner: PageOwner) {
        switch result {
        case .found(let bytes, let version):
            worker.statistics.counters.storeSharedHits += 1
            worker.store.insert(bytes, version: version, key: key, owner: owner)
        case .missing: worker.statistics.counters.storeSharedMisses += 1
        case .damaged: worker.statistics.counters.storeSharedDamaged += 1
        case .failed: worker.statistics.counters.storeSharedErrors += 1
        case .skipped: worker.statistics.counters.storeSharedSkipped += 1
        }
        running -= 1
        guard running == 0, let then else { return }
        self.then = nil
        then()
    }
}

extension ListenerWorker {
    /// Begins to look for a request's bases where none of them is in memory; `nil` where there is nothing to look for.
    func sharedBases(of offers: [UInt64], key: PageKey, user: @autoclosure () -> PageOwner) -> SharedBases? {
        guard let shared, !offers.isEmpty else { return nil }
        let user = user()
        // Only the answer tells whose page it is.
        let classes = user == .shared ? [user] : [.shared, user]
        guard !offers.contains(where: { offer in classes.contains { store.holds(prefix: offer, key: key, owner: $0) } })
        else {
            return nil
        }
        return SharedBases(
            offers, owners: keepsPrivate ? classes : [.shared], key: key, in: shared, worker: self)
    }

    /// Gives a new version to the other listeners.
    func share(_ bytes: [UInt8], version: PageVersion, owner: PageOwner) {
        guard owner == .shared || keepsPrivate else { return }
        shared?.keep(bytes, version: version, owner: owner)
    }
}
