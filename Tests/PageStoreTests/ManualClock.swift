import NIOConcurrencyHelpers

/// Time that passes when a test says so.
final class ManualClock: Sendable {
    private let start = ContinuousClock.now
    private let elapsed = NIOLockedValueBox(0)

    var seconds: Int {
        get { elapsed.withLockedValue { $0 } }
        set { elapsed.withLockedValue { $0 = newValue } }
    }

    var now: ContinuousClock.Instant { start + .seconds(seconds) }
}
