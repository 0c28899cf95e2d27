import Operations
import Reports

/// How long each part of an answer takes.
struct LatencyView {
    private let overview: Overview

    init(_ overview: Overview) { self.overview = overview }

    /// What is timed, from the whole to its parts.
    private static let words: [(name: String, words: String)] = [
        ("request", "the whole answer"), ("first_byte", "up to its first byte"), ("origin", "the origin"),
        ("link_round_trip", "the link, there and back"), ("encode", "comparing the page with its base"),
        ("decode", "rebuilding the page"),
    ]

    var html: HTML {
        let known = Self.words.compactMap { name, words in
            overview.latencies.first { $0.name == name }.map { ($0, words) }
        }
        let others = overview.latencies.filter { latency in !Self.words.contains { $0.name == latency.name } }
            .prefix(6).map { ($0, Words.line($0.name.replacing("_", with: " "), limit: 40)) }
        let rows = (known + others).filter { $0.0.count > 0 }
        guard !rows.isEmpty else { return "<p class=\"nothing\">Nothing was timed in the last hour.</p>\n" }
        var table = Table([
            .text("what"), .number("median"), .number("p95"), .number("p99"), .number("times"),
        ])
        for (latency, words) in rows {
            table.append([
                words, Words.milliseconds(latency.p50), Words.milliseconds(latency.p95),
                Words.milliseconds(latency.p99), Quantity.count(latency.count),
            ])
        }
        return table.html(
            caption: "In the last hour: half took at most the median, 19 of 20 at most p95, 99 of 100 at most p99")
    }
}
