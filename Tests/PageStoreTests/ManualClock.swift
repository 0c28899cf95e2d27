import Synchronization

/// Time that passes when a test says so.
final class ManualClock: Sendable {
    private let start = ContinuousClock.now
    private let elapsed = Mutex(0)

    var seconds: Int {
        get { elapsed.withLock { $0 } }
        set { elapsed.withLock { $0 = newValue } }
    }

    var now: ContinuousClock.Instant { start + .seconds(seconds) }
}
