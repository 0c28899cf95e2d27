/// Whether a server is asked.
///
/// After a time-out, or a few other failures in a row, it is left alone for a while. Then it is tried by one probe that nobody
/// waits for, and is asked again once that went well. So a server that is silent costs one time-out, not one each.
package struct CircuitBreaker: Sendable {
    package enum Admission: Hashable, Sendable {
        case ask
        case leaveAlone
        /// The same, but probe it now, and say ``CircuitBreaker/probed(_:now:)``.
        case probe
    }

    package enum Failure: Hashable, Sendable {
        case timeout
        /// What is known at once: nobody listens, the connection broke, nonsense came.
        case error
    }

    private enum State: Hashable {
        case closed(failures: Int)
        case open(until: ContinuousClock.Instant)
        case probing
    }

    private var state = State.closed(failures: 0)
    private let maxFailures: Int
    private let pause: Duration

    /// Begins with a server that is asked; `maxFailures` errors in a row, or one time-out, have it left alone for `pause`.
    package init(maxFailures: Int = 3, pause: Duration = .seconds(1)) {
        (self.maxFailures, self.pause) = (maxFailures, pause)
    }

    /// Whether the server is asked.
    package var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    /// Somebody wants to ask.
    package mutating func admit(now: ContinuousClock.Instant) -> Admission {
        switch state {
        case .closed: return .ask
        case .probing: return .leaveAlone
        case .open(let until):
            guard now >= until else { return .leaveAlone }
            state = .probing
            return .probe
        }
    }

    /// An answer came.
    package mutating func succeeded() {
        if case .closed = state { state = .closed(failures: 0) }  // else it was asked before the failures
    }

    /// No answer came; returns whether the server is left alone from now on.
    package mutating func failed(_ failure: Failure, now: ContinuousClock.Instant) -> Bool {
        guard case .closed(let failures) = state else { return false }
        guard failure == .timeout || failures + 1 >= maxFailures else {
            state = .closed(failures: failures + 1)
            return false
        }
        state = .open(until: now + pause)
        return true
    }

    /// The probe is over.
    package mutating func probed(_ isWell: Bool, now: ContinuousClock.Instant) {
        guard case .probing = state else { return }
        state = isWell ? .closed(failures: 0) : .open(until: now + pause)
    }
}
