import Operations
import Reports

/// The charts of the last hour, and the same in numbers.
struct HourView {
    /// What a few steps brought together.
    private struct Period {
        var savings: Overview.Savings
        var medians: [Double] = []
        var p95: Double?
        var failures = 0

        /// Adds up one step or more.
        init(_ steps: ArraySlice<Overview.Step>) {
            savings = steps[steps.startIndex].savings
            for step in steps.dropFirst() { savings += step.savings }
            for step in steps {
                if let median = step.medianMilliseconds { medians.append(median) }
                if let slow = step.p95Milliseconds { p95 = max(p95 ?? 0, slow) }
                failures += step.failures
            }
        }

        /// The middle of the medians: near enough for a chart.
        var median: Double? { medians.isEmpty ? nil : medians.sorted()[medians.count / 2] }
    }

    private let minutes: [Period]
    private let fiveMinutes: [Period]

    init(_ overview: Overview) {
        let steps = overview.steps.suffix(3600 / Overview.Step.seconds)
        minutes = Self.periods(steps, seconds: 60)
        fiveMinutes = Self.periods(steps, seconds: 300)
    }

    /// Periods of equal length, but the oldest, which has what is left.
    private static func periods(_ steps: ArraySlice<Overview.Step>, seconds: Int) -> [Period] {
        let count = seconds / Overview.Step.seconds
        var (periods, rest) = ([Period](), steps)
        while !rest.isEmpty {
            periods.append(Period(rest.suffix(count)))
            rest = rest.dropLast(count)
        }
        return periods.reversed()
    }

    var html: HTML {
        guard !minutes.isEmpty else {
            return "<p class=\"nothing\">Nothing yet: the first point comes in a few seconds.</p>\n"
        }
        let bytes = HourChart(
            title: "Bytes a minute",
            series: [
                .init(name: "whole pages", kind: "whole", values: minutes.map { Double($0.savings.pageBytes) }),
                .init(
                    name: "with gzip, as estimated", kind: "gzip", values: minutes.map { Double($0.savings.gzipBytes) }),
                .init(
                    name: "what crossed the link", kind: "crossed", values: minutes.map { Double($0.savings.linkBytes) }
                ),
            ]
        ) { Quantity.bytes(Int($0)) }
        let times = HourChart(
            title: "How long requests took",
            series: [
                .init(name: "19 of 20 were faster, in the slowest 5 seconds", kind: "slow", values: minutes.map(\.p95)),
                .init(name: "half were faster (median)", kind: "median", values: minutes.map(\.median)),
            ], marks: minutes.map(\.failures)
        ) { Words.milliseconds($0) }
        return """
            <div class="pair">
            \(bytes.html)\(times.html)</div>
            <details data-key="hour-table"><summary>The last hour as a table</summary>
            \(table)</details>

            """
    }

    private var table: HTML {
        var table = Table([
            .text("from … to, minutes ago"), .number("answers"), .number("pages"), .number("gzip"), .number("link"),
            .number("saved"), .number("median"), .number("p95 of the slowest 5 s"), .number("errors"),
        ])
        for (index, period) in fiveMinutes.reversed().enumerated() {
            table.append([
                "\(5 * index + 5) … \(5 * index)", Quantity.count(period.savings.requests),
                Words.bytes(period.savings.pageBytes), Words.bytes(period.savings.gzipBytes),
                Words.bytes(period.savings.linkBytes), Words.saved(period.savings.share),
                Words.milliseconds(period.median), Words.milliseconds(period.p95), Quantity.count(period.failures),
            ])
        }
        return table.html(caption: "The last hour in steps of five minutes")
    }
}
