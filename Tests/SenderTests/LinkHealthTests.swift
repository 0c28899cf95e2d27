import NIOCore
import Testing

@testable import Sender

/// What of the traffic a listener gets after failures, on a clock that the tests move.
struct LinkHealthTests {
    private var health = LinkHealth()
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private func at(_ seconds: Double) -> NIODeadline { start + .milliseconds(Int64(seconds * 1000)) }

    @Test mutating func whoWasNeverLostHasAllFromTheStart() {
        health.up(at: at(0))
        #expect(health.share(at: at(0)) == 1 && health.circuit == .closed)
    }

    @Test mutating func whoComesBackHasMoreAndMoreWithinTenSeconds() {
        health.failed(at: at(0))
        health.down()
        health.up(at: at(5))
        #expect([5, 6, 10, 15, 20].map { health.share(at: at($0)) } == [0, 0.1, 0.5, 1, 1])
    }

    @Test mutating func withPatienceTheShareGrowsLater() {
        health.down()
        health.up(at: at(0))
        #expect([5, 10, 15, 20].map { health.share(at: at($0), patience: .seconds(10)) } == [0, 0, 0.5, 1])
    }

    @Test mutating func aFailureHalvesTheShareForAWhile() {
        health.failed(at: at(0))
        #expect(health.share(at: at(0)) == 0.5 && health.share(at: at(5)) == 1)
    }

    @Test mutating func theCircuitOpensAfterThreeFailuresInARow() {
        for _ in 1...2 { health.failed(at: at(0)) }
        health.answered(at: at(0))
        for _ in 1...2 { health.failed(at: at(1)) }
        #expect(health.circuit == .closed && health.admits(at: at(1)))
        health.failed(at: at(1))
        #expect(health.circuit == .open && !health.admits(at: at(1.9)) && health.admits(at: at(2)))
    }

    @Test mutating func oneProbeAtATimeClosesItOrMakesThePauseLonger() {
        for _ in 1...3 { health.failed(at: at(0)) }
        for _ in 1...50 { health.failed(at: at(0.1)) }  // sent before it opened: they change nothing
        #expect(health.admits(at: at(1)))
        health.chosen(at: at(1))
        #expect(!health.admits(at: at(1.5)))  // the probe is under way
        health.failed(at: at(1.5))
        #expect(!health.admits(at: at(3.4)) && health.admits(at: at(3.5)))
        health.chosen(at: at(3.5))
        health.answered(at: at(4))
        #expect(health.circuit == .closed && health.share(at: at(4)) == 0 && health.share(at: at(9)) == 0.5)
    }

    @Test mutating func aProbeWithoutAnEndIsFollowedByAnother() {
        for _ in 1...3 { health.failed(at: at(0)) }
        health.chosen(at: at(1))
        #expect(!health.admits(at: at(1.9)) && health.admits(at: at(2)))
    }

    @Test mutating func thePauseIsHalfAMinuteAtMost() {
        for _ in 1...3 { health.failed(at: at(0)) }
        var now = 1.0
        for _ in 1...10 {
            health.chosen(at: at(now))
            health.failed(at: at(now))
            now += 30
            #expect(health.admits(at: at(now)))
        }
        health.chosen(at: at(now))
        health.failed(at: at(now))
        #expect(!health.admits(at: at(now + 29.9)))
    }
}
