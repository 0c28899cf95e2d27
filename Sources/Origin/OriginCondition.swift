import NIOCore
import Operations

/// Whether one origin is well, as requests and checks have shown.
struct OriginCondition: Hashable, Sendable {
    enum Change: Hashable, Sendable { case wentDown, cameUp }

    private enum State: Hashable, Sendable {
        /// Takes requests; at first only few of them where it was down until `since`.
        case up(since: NIODeadline?)
        /// Gets no requests until `retryAt`, and one then; `nil` until enough checks have passed.
        case down(since: NIODeadline, retryAt: NIODeadline?)
    }

    private var state = State.up(since: nil)
    /// Since ``firstFailure``.
    private var failures = 0
    private var firstFailure = NIODeadline.distantPast
    /// How many of the last checks passed, or, below zero, failed.
    private var checksInARow = 0

    /// Whether only checks can bring it back.
    var waitsForChecks: Bool {
        if case .down(_, nil) = state { true } else { false }
    }

    var wasChecked: Bool { checksInARow != 0 }

    /// How much of its weight it has, in per cent: 0 while it is down, growing from 1 once it is up again.
    func share(_ now: NIODeadline, _ settings: OriginHealthSettings) -> Int {
        switch state {
        case .down: return 0
        case .up(nil): return 100
        case .up(let since?):
            let elapsed = (now - since).nanoseconds
            return max(1, Int(min(100, elapsed / max(1, settings.failTimeout.nanoseconds / 100))))
        }
    }

    /// Whether it is down, and a request should find out whether it still is.
    ///
    /// One that could not be repeated elsewhere does so only where for as long again no other one did.
    func isDue(_ now: NIODeadline, _ settings: OriginHealthSettings, isRepeatable: Bool) -> Bool {
        guard case .down(_, let retryAt?) = state else { return false }
        return now >= retryAt + (isRepeatable ? .zero : .nanoseconds(settings.failTimeout.nanoseconds))
    }

    /// A request goes there: where it is down, no other one should for a while.
    mutating func chosen(_ now: NIODeadline, _ settings: OriginHealthSettings) {
        guard case .down(let since, .some) = state else { return }
        state = .down(since: since, retryAt: now + .nanoseconds(settings.failTimeout.nanoseconds))
    }

    /// A request that was sent at `began` got an answer, whatever its status.
    ///
    /// What was sent before it went down says nothing: a server that ends answers what it has, and takes nothing new.
    mutating func answered(began: NIODeadline, _ now: NIODeadline) -> Change? {
        guard case .down(let since, .some) = state, began >= since else { return nil }
        return comeUp(now)
    }

    /// A request got no answer.
    mutating func failed(_ now: NIODeadline, _ settings: OriginHealthSettings) -> Change? {
        let window = TimeAmount.nanoseconds(settings.failTimeout.nanoseconds)
        switch state {
        case .down(_, nil): return nil
        case .down(let since, .some):
            state = .down(since: since, retryAt: now + window)
            return nil
        case .up:
            guard settings.maxFailures > 0 else { return nil }
            if failures == 0 || now - firstFailure > window { (failures, firstFailure) = (0, now) }
            failures += 1
            guard failures >= settings.maxFailures else { return nil }
            return goDown(now, retryAt: now + window)
        }
    }

    /// A check passed, or didn't.
    mutating func checked(
        passed: Bool, _ now: NIODeadline, _ check: OriginHealthSettings.Check
    ) -> Change? {
        checksInARow = passed ? max(0, checksInARow) + 1 : min(0, checksInARow) - 1
        switch state {
        case .down where checksInARow >= check.rise: return comeUp(now)
        case .down(let since, .some) where -checksInARow >= check.fall:
            state = .down(since: since, retryAt: nil)
            return nil
        case .up where -checksInARow >= check.fall: return goDown(now, retryAt: nil)
        default: return nil
        }
    }

    /// There are no checks any more: requests find out.
    mutating func checksEnded(_ now: NIODeadline) {
        checksInARow = 0
        if case .down(let since, nil) = state { state = .down(since: since, retryAt: now) }
    }

    private mutating func goDown(_ now: NIODeadline, retryAt: NIODeadline?) -> Change {
        failures = 0
        state = .down(since: now, retryAt: retryAt)
        return .wentDown
    }

    private mutating func comeUp(_ now: NIODeadline) -> Change {
        failures = 0
        state = .up(since: now)
        return .cameUp
    }
}
