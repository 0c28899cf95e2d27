import NIOConcurrencyHelpers
import NIOCore
import Synchronization

/// A page, and the base that it was compared with: the arrays that the store has, not copies.
package struct PageSource: Sendable {
    /// The page's address, with its query.
    package var address: String
    package var base: [UInt8]?
    package var bytes: [UInt8]
    /// How often sources were dropped before this one was made; `nil` where it is kept at once.
    fileprivate var dropsBefore: Int?

    package init(address: String, base: [UInt8]?, bytes: [UInt8]) {
        (self.address, self.base, self.bytes) = (address, base, bytes)
    }

    fileprivate var byteCount: Int { bytes.count + (base?.count ?? 0) }
}

/// The sources of the last pages that are the same for everybody, kept only while somebody watches.
final class PageSources: Sendable {
    static let mostPages = 16, mostBytes = 32 << 20
    /// How long one look keeps it going.
    static let patience = TimeAmount.seconds(60)

    private struct Kept {
        let id: Int
        let source: PageSource
    }

    private struct State {
        var kept: [Kept] = []
        /// How often some were dropped.
        var drops = 0
    }

    private let state = NIOLockedValueBox(State())
    private let watchedUntil = Atomic<UInt64>(0)

    /// Somebody looks.
    func watch(at now: NIODeadline = .now()) {
        watchedUntil.store((now + Self.patience).uptimeNanoseconds, ordering: .relaxed)
    }

    func isWatched(at now: NIODeadline = .now()) -> Bool {
        now.uptimeNanoseconds < watchedUntil.load(ordering: .relaxed)
    }

    /// Marks what is kept only when its request is over: what is dropped until then may be meant, too.
    func marked(_ source: PageSource) -> PageSource {
        var source = source
        source.dropsBefore = state.withLockedValue { $0.drops }
        return source
    }

    func keep(_ source: PageSource, id: Int) {
        guard source.byteCount <= Self.mostBytes else { return }
        _ = state.withLockedValue { state -> [Kept] in  // what leaves is freed after the lock
            if let drops = source.dropsBefore, drops != state.drops { return [] }
            state.kept.append(Kept(id: id, source: source))
            var bytes = state.kept.reduce(0) { $0 + $1.source.byteCount }
            var gone: [Kept] = []
            while state.kept.count > Self.mostPages || bytes > Self.mostBytes {
                let oldest = state.kept.removeFirst()
                bytes -= oldest.source.byteCount
                gone.append(oldest)
            }
            return gone
        }
    }

    /// Lets go of all where nobody watches any more.
    func expire(at now: NIODeadline = .now()) {
        guard !isWatched(at: now) else { return }
        drop { _ in true }
    }

    func drop(where matches: (String) -> Bool) {
        _ = state.withLockedValue { state -> [Kept] in
            let before = state.kept
            state.kept.removeAll { matches($0.source.address) }
            state.drops += 1
            return before
        }
    }

    var ids: Set<Int> { state.withLockedValue { Set($0.kept.map(\.id)) } }

    func source(of id: Int) -> PageSource? {
        state.withLockedValue { state in state.kept.first { $0.id == id }?.source }
    }
}
