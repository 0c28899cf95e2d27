import NIOCore

/// What was counted at the edges of time: the last hour in steps, and its latencies.
///
/// A step is the difference of two sums. So nothing is lost or counted twice, however late somebody looks.
struct Progress: Sendable {
    /// Sums since the start.
    struct Totals: Sendable {
        var savings = Overview.Savings()
        var failures = 0
        var latencies = Latencies()
    }

    static let mostSteps = 720
    private static let stepsOfAMinute = 12

    private let start: NIODeadline
    /// The number of edges that have passed.
    private var edges = 0
    /// The last of them, oldest first.
    private(set) var steps: [Overview.Step] = []
    /// What was counted at the last edge.
    private var last = Totals()
    /// The latencies at the last edges of minutes, oldest first.
    private var minutes = [Latencies()]

    init(start: NIODeadline) { self.start = start }

    /// Nanoseconds until the next edge.
    func timeLeft(at now: NIODeadline) -> TimeAmount {
        start + .seconds(Int64((edges + 1) * Overview.Step.seconds)) - now
    }

    /// Ends the steps whose time is over; what came in a step that nobody noted is in the last one.
    mutating func note(_ totals: Totals, at now: NIODeadline) {
        let passed = Int((now - start).nanoseconds / 1_000_000_000) / Overview.Step.seconds
        guard passed > edges else { return }
        let missed = min(Self.mostSteps, passed - edges - 1)
        steps += [Overview.Step](repeating: Overview.Step(), count: missed)
        steps.append(step(totals))
        steps.removeFirst(max(0, steps.count - Self.mostSteps))
        for _ in 0..<min(60, passed / Self.stepsOfAMinute - edges / Self.stepsOfAMinute) {
            minutes.append(totals.latencies)
        }
        minutes.removeFirst(max(0, minutes.count - 60))
        (edges, last) = (passed, totals)
    }

    private func step(_ totals: Totals) -> Overview.Step {
        let times = totals.latencies.request.since(last.latencies.request)
        var step = Overview.Step()
        step.savings = totals.savings.since(last.savings)
        step.failures = max(0, totals.failures - last.failures)
        if times.count > 0 {
            step.medianMilliseconds = times.percentile(0.5).milliseconds
            step.p95Milliseconds = times.percentile(0.95).milliseconds
        }
        return step
    }

    /// What the last minute brought up to now.
    func lastMinute(_ totals: Totals) -> Overview.Savings { sum(of: Self.stepsOfAMinute, totals) }

    /// What the last hour brought up to now.
    func lastHour(_ totals: Totals) -> Overview.Savings { sum(of: Self.mostSteps, totals) }

    private func sum(of count: Int, _ totals: Totals) -> Overview.Savings {
        // The step that isn't over is one of them.
        var sum = totals.savings.since(last.savings)
        for step in steps.suffix(count - 1) { sum += step.savings }
        return sum
    }

    /// The latencies of the last hour, or of all the time where that is less.
    func latencies(_ totals: Totals) -> [Overview.LatencySummary] {
        Latencies.all.map { name, path in
            let times = totals.latencies[keyPath: path].since(minutes[0][keyPath: path])
            return Overview.LatencySummary(
                name: name, count: times.count, p50: times.percentile(0.5).milliseconds,
                p95: times.percentile(0.95).milliseconds, p99: times.percentile(0.99).milliseconds)
        }
    }
}

extension TimeAmount {
    /// In milliseconds, to the microsecond.
    var milliseconds: Double { Double(nanoseconds / 1_000) / 1_000 }
}
