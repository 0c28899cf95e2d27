import Foundation
import Reports

/// The report as a page with charts.
extension BenchReport {
    var page: HTMLPage {
        let versions = "\(Quantity.count(total.pairs)) \(total.pairs == 1 ? "version" : "versions")"
        return HTMLPage(
            title: title,
            lead: """
                Who comes back to a page gets only what changed in it. Measured on \(versions) of pages at level \
                \(names[headline]), each sent as the difference to the version before it. A page has \
                \(bytes(Double(total.targetBytes) / Double(total.pairs))) on average, and \
                \(bytes(total.rows[levelCount].meanDeltaBytes)) with gzip -6.
                """,
            body: figures + sizes + distribution + speeds + memory + allFigures + circumstancesSection,
            command: "railgun-bench")
    }

    private var title: String {
        let (mean, delta) = (
            bytes(Double(total.targetBytes) / Double(total.pairs)), bytes(total.rows[headline].meanDeltaBytes)
        )
        guard let times = lessThanGzip(total) else { return "\(delta) for a page of \(mean): not less than with gzip" }
        return "\(times) fewer bytes than gzip: \(delta) for a page of \(mean)"
    }

    /// How many times less than gzip a group's deltas take; `nil` where they take as much or more.
    private func lessThanGzip(_ group: Group) -> String? {
        let (gzip, best) = (group.rows[levelCount].meanDeltaBytes, group.rows[headline].meanDeltaBytes)
        return gzip > best ? Quantity.times(gzip / max(best, 1)) : nil
    }

    private var figures: HTML {
        let best = total.rows[headline]
        return HTMLPage.figures([
            (lessThanGzip(total) ?? "–", "fewer bytes than gzip -6 would send"),
            (Quantity.percent(best.share), "of a page goes over the line at level \(best.level)"),
            (speed(best.encodeWarmMBps), "encoding, one thread"),
            (speed(best.decodeMBps), "decoding, one thread"),
            (Quantity.times(total.kept.factor), "its size is what keeping a page as a base takes in memory"),
        ])
    }

    private var sizes: HTML {
        let series = ["the whole page", names[levelCount], "level \(names[headline])"]
        let colours: [SeriesColour] = [.wholePage, .gzip, .delta]
        func values(_ group: Group) -> [Double] {
            [
                Double(group.targetBytes) / Double(group.pairs), group.rows[levelCount].meanDeltaBytes,
                group.rows[headline].meanDeltaBytes,
            ]
        }
        let all = BarChart(
            title: "Bytes for one page, on average over all", series: series,
            categories: [BarChart.Category("all pages", values(total))], colours: colours, format: bytes)
        let byPage = BarChart(
            title: "By page, on a scale where each step is ten times as much", series: series,
            categories: corpora.map { group in
                let less = lessThanGzip(group).map { ": \($0) fewer than gzip" } ?? ": no less than gzip"
                return BarChart.Category(group.name + less, values(group))
            },
            scale: .logarithmic, colours: colours, format: bytes)
        return HTMLPage.section("What goes over the line", all.html + byPage.html)
    }

    /// The colour of a level or a codec: always the same in this page.
    private func colour(_ index: Int) -> SeriesColour {
        if index == headline { return .delta }
        if index == levelCount { return .gzip }
        return [.grey, .green, .violet, .grey, .pink, .olive][index % 6]
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
                            label: "\(place + 1) of \(deltas.count)")
                    })
            },
            xAxis: ("smallest", "largest"), scale: .logarithmic,
            colours: (deltaLevels + [levelCount]).map(colour), format: bytes)
        let text: HTML = """
            <p>The median tells of the usual visit; the right end tells of redesigns and of pages with much that is new.</p>

            """
        return HTMLPage.section("How deltas are spread", text + chart.html)
    }

    private var speeds: HTML {
        let codecs = BarChart(
            title: "Bytes of pages per second, one thread; each step of the scale is ten times as much",
            series: ["encode, base indexed first", "encode, base kept", "decode"],
            categories: total.rows.map {
                BarChart.Category($0.level, [$0.encodeColdMBps, $0.encodeWarmMBps, $0.decodeMBps])
            },
            scale: .logarithmic, colours: [.violet, .delta, .green], format: speed)
        let corpora = BarChart(
            title: "Encoding with the base kept, by page",
            series: (deltaLevels + [levelCount]).map { names[$0] },
            categories: self.corpora.map { group in
                BarChart.Category(group.name, (deltaLevels + [levelCount]).map { group.rows[$0].encodeWarmMBps })
            },
            scale: .logarithmic, colours: (deltaLevels + [levelCount]).map(colour), format: speed)
        let text: HTML = """
            <p>Hashing a page (SHA-256), which both ends do once, comes on top: \
            \(Quantity.speed(bytesPerSecond: hashSpeed)) on this machine.</p>

            """
        return HTMLPage.section(
            "What it costs in time", text + codecs.html + HTMLPage.details("Page by page", corpora.html))
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

    private var bytes: @Sendable (Double) -> String { { Quantity.bytes(Int($0.rounded())) } }
    private var speed: @Sendable (Double) -> String { { Quantity.speed(bytesPerSecond: $0 * 1e6) } }
}
