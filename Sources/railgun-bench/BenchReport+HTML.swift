import Foundation
import Reports

/// The report as a page with charts.
extension BenchReport {
    var page: HTMLPage {
        let best = total.rows[headline]
        let (mean, delta) = (
            Quantity.bytes(total.targetBytes / total.pairs), Quantity.bytes(rounded(best.meanDeltaBytes))
        )
        return HTMLPage(
            title: "Only the difference: \(delta) instead of \(mean)",
            lead: """
                What sending only the difference between versions of a page saves, and what it costs: measured on \
                \(Quantity.count(total.pairs)) \(total.pairs == 1 ? "version" : "versions"), each sent as the difference \
                to the one before it.
                """,
            body: figures + sizes + savings + distribution + speeds + memory + allFigures + circumstancesSection,
            command: "railgun-bench")
    }

    private var figures: HTML {
        let (best, gzip) = (total.rows[headline], total.rows[levelCount])
        return HTMLPage.figures([
            (Quantity.percent(best.share), "of a page goes over the line at level \(best.level)"),
            (
                Quantity.times(gzip.meanDeltaBytes / max(best.meanDeltaBytes, 1)),
                "less than gzip -6 would send"
            ),
            (speed(best.encodeWarmMBps), "encoding, one thread"),
            (speed(best.decodeMBps), "decoding the same"),
            (Quantity.times(total.kept.factor), "its size is what keeping a page as a base takes in memory"),
        ])
    }

    private var sizes: HTML {
        let chart = BarChart(
            title: "Bytes for one page, on average",
            series: ["the whole page", names[levelCount], "level \(names[headline])"],
            categories: groups.map { group in
                BarChart.Category(
                    group.name,
                    [
                        Double(group.targetBytes) / Double(group.pairs), group.rows[levelCount].meanDeltaBytes,
                        group.rows[headline].meanDeltaBytes,
                    ])
            },
            scale: .logarithmic, format: bytes)
        return HTMLPage.section("What goes over the line", chart.html)
    }

    private var savings: HTML {
        let chart = BarChart(
            title: "Saved of what gzip -6 would send", series: ["saved"],
            categories: groups.map { group in
                let gzip = group.rows[levelCount].meanDeltaBytes
                return BarChart.Category(group.name, [max(0, 1 - group.rows[headline].meanDeltaBytes / max(gzip, 1))])
            },
            format: { Quantity.percent($0, digits: 3) })
        return HTMLPage.section("What is saved", chart.html)
    }

    private var distribution: HTML {
        let chart = LineChart(
            title: "All deltas, from the smallest to the largest",
            series: (deltaLevels + [levelCount]).map { index in
                let deltas = deltaBytes[index]
                return LineChart.Series(
                    names[index],
                    deltas.enumerated().map { place, delta in
                        LineChart.Point(
                            x: Double(place), y: Double(delta),
                            label: "\(names[index]), \(place + 1) of \(deltas.count): \(Quantity.bytes(delta))")
                    })
            },
            xAxis: ("smallest", "largest"), scale: .logarithmic, format: bytes)
        let text: HTML = """
            <p>The median tells of the usual visit; the right end tells of redesigns and of pages with much that is new.</p>

            """
        return HTMLPage.section("How deltas are spread", text + chart.html)
    }

    private var speeds: HTML {
        let codecs = BarChart(
            title: "Bytes of pages per second, one thread",
            series: ["encode, base indexed first", "encode, base kept", "decode"],
            categories: total.rows.map {
                BarChart.Category($0.level, [$0.encodeColdMBps, $0.encodeWarmMBps, $0.decodeMBps])
            },
            scale: .logarithmic, format: speed)
        let corpora = BarChart(
            title: "Encoding with the base kept, by page",
            series: (deltaLevels + [levelCount]).map { names[$0] },
            categories: self.corpora.map { group in
                BarChart.Category(group.name, (deltaLevels + [levelCount]).map { group.rows[$0].encodeWarmMBps })
            },
            scale: .logarithmic, format: speed)
        let text: HTML = """
            <p>Hashing a page (SHA-256), which both ends do once, comes on top: \
            \(Quantity.speed(bytesPerSecond: hashSpeed)) on this machine.</p>

            """
        return HTMLPage.section("What it costs in time", text + codecs.html + corpora.html)
    }

    private var memory: HTML {
        var table = Table([.text("corpus"), .number("mean page"), .number("kept base"), .number("of its page")])
        for group in groups {
            table.append(
                [
                    group.name, Quantity.bytes(group.kept.pageBytes / group.pairs),
                    Quantity.bytes(group.kept.memoryBytes / group.pairs), Quantity.times(group.kept.factor, digits: 3),
                ], emphasis: group.name == Row.totalName ? .strong : .normal)
        }
        let text: HTML = """
            <p>A sender of deltas keeps the last versions of its pages, each with the index that makes searching it fast.</p>

            """
        return HTMLPage.section(
            "What it costs in memory", text + table.html(caption: "Memory of a kept base, page and index"))
    }

    private var allFigures: HTML {
        HTMLPage.section("All figures", table.html(caption: "Sizes, speeds and memory for each page and level"))
    }

    private var circumstancesSection: HTML {
        let sentences = circumstances.method.map { "<li>\($0)</li>\n" as HTML }
        return HTMLPage.section(
            "How this was measured",
            """
            <p><code>\(circumstances.command)</code></p>
            <p>\(circumstances.date), \(circumstances.machine), \(Quantity.count(total.pairs)) pairs.</p>
            <ul>
            \(HTML(joining: sentences))</ul>

            """)
    }

    private func rounded(_ value: Double) -> Int { Int(value.rounded()) }
    private var bytes: @Sendable (Double) -> String { { Quantity.bytes(Int($0.rounded())) } }
    private var speed: @Sendable (Double) -> String { { Quantity.speed(bytesPerSecond: $0 * 1e6) } }
}
