import NIOConcurrencyHelpers
import SharedStore
import Testing

struct CircuitBreakerTests {
    private let breaker = NIOLockedValueBox(CircuitBreaker(maxFailures: 3, pause: .seconds(1)))
    private let start = ContinuousClock.now

    private func admit(after time: Duration = .zero) -> CircuitBreaker.Admission {
        breaker.withLockedValue { $0.admit(now: start + time) }
    }

    /// Whether the server is left alone because of this one.
    private func fail(_ failure: CircuitBreaker.Failure, after time: Duration = .zero) -> Bool {
        breaker.withLockedValue { $0.failed(failure, now: start + time) }
    }

    private func succeed() { breaker.withLockedValue { $0.succeeded() } }

    private func probe(_ isWell: Bool, after time: Duration) {
        breaker.withLockedValue { $0.probed(isWell, now: start + time) }
    }

    @Test func oneTimeoutIsEnough() {
        #expect(admit() == .ask)
        #expect(fail(.timeout))
        #expect(admit() == .leaveAlone && !breaker.withLockedValue { $0.isClosed })
    }

    @Test func ofErrorsItTakesThreeInARow() {
        for _ in 0..<5 {
            #expect(!fail(.error) && !fail(.error))
            succeed()
        }
        #expect(!fail(.error) && !fail(.error))
        #expect(fail(.error))
        #expect(admit() == .leaveAlone)
    }

    @Test func afterThePauseOneProbeIsMadeAndNobodyWaitsForIt() {
        _ = fail(.timeout)
        #expect(admit(after: .milliseconds(999)) == .leaveAlone)
        #expect(admit(after: .seconds(1)) == .probe)
        #expect(admit(after: .seconds(50)) == .leaveAlone)
        probe(false, after: .seconds(50))
        #expect(admit(after: .milliseconds(50_999)) == .leaveAlone)
        #expect(admit(after: .seconds(51)) == .probe)
        probe(true, after: .seconds(51))
        #expect(admit(after: .seconds(51)) == .ask)
    }

    @Test func whatWasAskedBeforeTheBreakChangesNothingInIt() {
        _ = fail(.timeout)
        succeed()
        #expect(!fail(.timeout, after: .milliseconds(900)))
        #expect(admit(after: .seconds(1)) == .probe)
        succeed()
        #expect(admit(after: .seconds(1)) == .leaveAlone)
    }
}
