internal import NIOConcurrencyHelpers

/// So many places that all event loops share: for connections, for requests under way.
///
/// Safe to use from any thread; each call holds a lock for some 30 ns.
package final class Places: Sendable {
    private struct State {
        var most: Int
        var taken = 0
        var waiting: [@Sendable () -> Void] = []

        var hasRoom: Bool { taken < most }
    }

    private let state: NIOLockedValueBox<State>

    /// Makes `most` places.
    package init(_ most: Int = .max) { state = NIOLockedValueBox(State(most: most)) }

    /// How many places there are.
    package var most: Int { state.withLockedValue { $0.most } }

    /// How many are taken: more than ``most`` after that was lowered, or where ``takeAnyway()`` was called.
    package var taken: Int { state.withLockedValue { $0.taken } }

    /// How many wait to be called.
    package var waiting: Int { state.withLockedValue { $0.waiting.count } }

    /// Changes how many there are; who has one keeps it.
    package func update(most: Int) {
        wake {
            $0.most = most
            return $0.hasRoom
        }
    }

    /// Takes a place; `false` where none is left.
    package func take() -> Bool {
        state.withLockedValue { state in
            guard state.hasRoom else { return false }
            state.taken += 1
            return true
        }
    }

    /// Takes a place for what can't be sent away any more.
    package func takeAnyway() { state.withLockedValue { $0.taken += 1 } }

    /// Gives a place back.
    package func free() {
        wake {
            $0.taken -= 1
            return $0.hasRoom
        }
    }

    /// Calls `wake` once, on any thread, when there is room: at once where there is.
    ///
    /// All who wait are called then; who comes late finds no room, and waits again.
    package func whenFree(_ wake: @escaping @Sendable () -> Void) {
        self.wake {
            $0.waiting.append(wake)
            return $0.hasRoom
        }
    }

    private func wake(_ change: (inout State) -> Bool) {
        let woken = state.withLockedValue { state in
            guard change(&state), !state.waiting.isEmpty else { return [@Sendable () -> Void]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for wake in woken { wake() }
    }
}
