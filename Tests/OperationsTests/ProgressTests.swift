import NIOCore
import Testing

@testable import Operations

/// The last hour in steps of five seconds.
struct ProgressTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private var progress = Progress(start: Self.start)
    private var totals = Progress.Totals()

    private mutating func count(_ requests: Int, milliseconds: Int64 = 10) {
        totals.savings.requests += requests
        totals.savings.pageBytes += requests * 1000
        totals.failures += 1
        for _ in 0..<requests { totals.latencies.request.record(.milliseconds(milliseconds)) }
    }

    private mutating func note(seconds: Double) {
        progress.note(totals, at: Self.start + .nanoseconds(Int64(seconds * 1e9)))
    }

    @Test mutating func aStepEndsAtItsEdge() {
        count(3)
        note(seconds: 4.999)
        #expect(progress.steps.isEmpty)
        #expect(progress.lastMinute(totals).requests == 3, "what came since counts too")
        note(seconds: 5)
        note(seconds: 5.1)
        #expect(progress.steps.map(\.savings.requests) == [3] && progress.steps[0].failures == 1)
        count(2, milliseconds: 100)
        note(seconds: 10.01)
        #expect(progress.steps.map(\.savings.requests) == [3, 2])
        #expect(abs((progress.steps[1].medianMilliseconds ?? 0) - 100) < 7)
        note(seconds: 15)
        #expect(progress.steps[2].medianMilliseconds == nil && progress.steps[2].p95Milliseconds == nil)
        let left = progress.timeLeft(at: Self.start + .seconds(16))
        #expect(left == .seconds(4))
    }

    @Test mutating func whoComesLateLosesNothing() {
        count(1)
        note(seconds: 5)
        count(7)
        note(seconds: 23)
        #expect(progress.steps.map(\.savings.requests) == [1, 0, 0, 7])
        note(seconds: 22)  // back in time there is nothing
        count(1)
        note(seconds: 1_000_000)
        #expect(progress.steps.count == 720 && progress.steps.last?.savings.requests == 1)
    }

    @Test mutating func minuteAndHourAreThatLong() {
        for step in 1...1000 {
            count(1, milliseconds: step <= 280 ? 500 : 10)
            note(seconds: Double(5 * step))
        }
        #expect(progress.steps.count == 720)
        #expect(progress.lastMinute(totals).requests == 11 && progress.lastHour(totals).requests == 719)
        count(4)
        #expect(progress.lastMinute(totals).requests == 15 && progress.lastHour(totals).pageBytes == 723_000)
        let latency = progress.latencies(totals)[0]
        #expect(latency.name == "request" && (708...724).contains(latency.count), "\(latency)")
        #expect(latency.p99 < 11, "what is older than an hour is gone: \(latency)")
    }

    @Test mutating func anEstimateThatShrinksIsNoNegativeStep() {
        totals.savings.gzipBytes = 1000
        note(seconds: 5)
        totals.savings.gzipBytes = 400
        note(seconds: 10)
        #expect(progress.steps.map(\.savings.gzipBytes) == [1000, 0])
    }

    @Test func aDifferenceOfLatenciesIsWhatCameBetween() {
        var early = LatencyHistogram()
        early.record(.seconds(5))
        var late = early
        for _ in 0..<99 { late.record(.milliseconds(2)) }
        let between = late.since(early)
        #expect(between.count == 99 && between.sum == .milliseconds(198))
        #expect(between.percentile(1) <= .microseconds(2125) && between.greatest <= .microseconds(2125))
        #expect(late.since(late).count == 0 && late.since(late).percentile(0.5) == .zero)
    }
}
