import NIOCore
import Testing

@testable import Operations
@testable import Origin

/// When one origin is up or down, without clock and connections.
struct Conditions {
    private var condition = OriginCondition()
    private let settings = OriginHealthSettings()
    private let check = OriginHealthSettings.Check(target: "/", interval: .seconds(5), timeout: .seconds(2))

    private func at(_ seconds: Double) -> NIODeadline { .uptimeNanoseconds(UInt64(1e12 + seconds * 1e9)) }

    private mutating func fail(_ seconds: Double) -> OriginCondition.Change? { condition.failed(at(seconds), settings) }

    private func share(_ seconds: Double) -> Int { condition.share(at(seconds), settings) }

    private func isDue(_ seconds: Double, isRepeatable: Bool = true) -> Bool {
        condition.isDue(at(seconds), settings, isRepeatable: isRepeatable)
    }

    @Test mutating func threeFailuresWithinTenSecondsTakeItOut() {
        #expect([fail(0), fail(5)] == [nil, nil] && share(5) == 100)
        #expect(fail(10) == .wentDown && share(10) == 0)
    }

    @Test mutating func failuresThatAreLongPastDoNotCount() {
        #expect([fail(0), fail(1), fail(10.1), fail(11)] == [nil, nil, nil, nil] && share(11) == 100)
        #expect(fail(12) == .wentDown)
    }

    @Test mutating func withoutALimitItIsNeverDown() {
        let never = OriginHealthSettings(maxFailures: 0)
        for _ in 0..<100 { #expect(condition.failed(at(0), never) == nil) }
        #expect(share(0) == 100)
    }

    @Test mutating func oneRequestFindsOutAndIfItFailsAnotherOneLater() {
        for time in 0..<3 { _ = fail(Double(time)) }
        #expect(!isDue(11.9) && isDue(12))
        condition.chosen(at(12), settings)
        #expect(!isDue(12) && !isDue(21.9))
        #expect(fail(15) == nil && !isDue(24.9) && isDue(25))
    }

    @Test mutating func aRequestThatMustNotBeLostFindsOutOnlyWhereNoOtherOneDid() {
        for time in 0..<3 { _ = fail(Double(time)) }
        #expect(!isDue(21.9, isRepeatable: false) && isDue(22, isRepeatable: false))
    }

    @Test mutating func anAnswerBringsItBackSlowly() {
        for time in 0..<3 { _ = fail(Double(time)) }
        #expect(condition.answered(began: at(12), at(12)) == .cameUp)
        #expect([12, 13, 17, 21.9, 22, 90].map { share($0) } == [1, 10, 50, 99, 100, 100])
        #expect(condition.answered(began: at(13), at(13)) == nil)
    }

    @Test mutating func anAnswerToAnOlderRequestSaysNothing() {
        for time in 0..<3 { _ = fail(Double(time)) }
        #expect(condition.answered(began: at(1.9), at(30)) == nil && share(30) == 0)
    }

    @Test mutating func checksTakeItOutAndBring() {
        func checked(_ passed: Bool) -> OriginCondition.Change? { condition.checked(passed: passed, at(0), check) }
        #expect(
            [checked(false), checked(false), checked(true), checked(false), checked(false)].allSatisfy { $0 == nil })
        #expect(checked(false) == .wentDown && checked(false) == nil)
        #expect(condition.waitsForChecks && !isDue(1e6) && condition.answered(began: at(1), at(2)) == nil)
        #expect(fail(3) == nil && condition.waitsForChecks)
        #expect([checked(true), checked(false), checked(true)] == [nil, nil, nil])
        #expect(checked(true) == .cameUp && share(1) == 10)
    }

    @Test mutating func checksBringBackWhatRequestsTookOut() {
        for time in 0..<3 { _ = fail(Double(time)) }
        #expect(condition.checked(passed: true, at(3), check) == nil)
        #expect(condition.checked(passed: true, at(4), check) == .cameUp)
    }

    @Test mutating func failingChecksKeepOutWhatRequestsTookOut() {
        for time in 0..<3 { _ = fail(Double(time)) }
        for _ in 0..<3 { #expect(condition.checked(passed: false, at(3), check) == nil) }
        #expect(condition.waitsForChecks && !isDue(100))
        condition.checksEnded(at(100))
        #expect(isDue(100))
    }
}
