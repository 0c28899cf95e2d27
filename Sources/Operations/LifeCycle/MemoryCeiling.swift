import CGlibc
import Foundation
import NIOConcurrencyHelpers
import Synchronization

/// `memory.limit`: looks at the memory of the process, and says while it is short.
///
/// Safe to use from any thread. It is short above the limit, until 5 % below it.
package final class MemoryCeiling: Sendable {
    private struct State {
        var limitBytes: Int
        var isShort = false
        var looking: Task<Void, Never>?
    }

    private let state: NIOLockedValueBox<State>
    /// The same as in ``state``, for those who ask at each request.
    private let isShortNow = Atomic(false)

    /// Sets the limit, in bytes; 0 for none.
    package init(limitBytes: Int) { state = NIOLockedValueBox(State(limitBytes: limitBytes)) }

    /// Whether there is no room for what needs memory.
    package var isShort: Bool { isShortNow.load(ordering: .relaxed) }

    /// The limit, in bytes; 0 for none.
    var limitBytes: Int { state.withLockedValue { $0.limitBytes } }

    /// Changes the limit; it counts from the next look on.
    package func update(limitBytes: Int) { state.withLockedValue { $0.limitBytes = limitBytes } }

    /// Looks twice a second, until ``stop()``.
    ///
    /// - Parameters:
    ///   - makeRoom: Called, on no event loop, at each look that finds too little: forget what can be spared.
    ///   - changed: Called when it becomes short, with `true`, and when it isn't any more; with the bytes in use.
    package func start(
        makeRoom: @escaping @Sendable () -> Void, changed: @escaping @Sendable (_ isShort: Bool, _ bytes: Int) -> Void
    ) {
        let looking = Task {
            while (try? await Task.sleep(for: .milliseconds(500))) != nil {
                guard hasLimit, let bytes = StatisticsDocument.currentResidentBytes() else { continue }
                if let news = look(at: bytes) { changed(news, bytes) }
                guard isShort else { continue }
                makeRoom()
                malloc_trim(0)  // else what was freed would stay with the process, as if it were in use
            }
        }
        state.withLockedValue { $0.looking = looking }
    }

    package func stop() { state.withLockedValue { $0.looking.take() }?.cancel() }

    private var hasLimit: Bool { state.withLockedValue { $0.limitBytes > 0 || $0.isShort } }

    /// Takes note of the memory in use; returns whether it is short from now on, where that has changed.
    @discardableResult package func look(at bytes: Int) -> Bool? {
        state.withLockedValue { state in
            let bound = state.isShort ? state.limitBytes / 20 * 19 : state.limitBytes
            let isShort = state.limitBytes > 0 && bytes > bound
            guard isShort != state.isShort else { return nil }
            state.isShort = isShort
            isShortNow.store(isShort, ordering: .relaxed)
            return isShort
        }
    }
}
