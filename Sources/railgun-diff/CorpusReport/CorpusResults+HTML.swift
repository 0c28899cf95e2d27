import Explanations
import DeltaEngine
import Reports

extension CorpusResults {
    /// The whole page that `corpus --html` writes.
    func htmlPage(folder name: String) -> HTMLPage {
        let best = sum(smallestLevel)
        let sizes = folderChart.html + sizeTable.html(caption: "Bytes, and part of the pages")
        let body: HTML = """
            \(HTMLPage.figures([
                (Quantity.count(best.pairs), "fetches of a page"),
                (Quantity.bytes(best.targetBytes), "pages"),
                (Quantity.bytes(best.gzipBytes), "with gzip -6"),
                (Quantity.bytes(best.deltaBytes), "as deltas, level \(smallestLevel.rawValue)"),
            ]))\
            \(HTMLPage.section("By folder", sizes))\
            \(HTMLPage.section("Time", timeTable.html(caption: "For one page, on average")))\
            \(HTMLPage.section("Version by version", "<div class=\"charts\">\n\(versionCharts)</div>\n"))\
            <p>\(Self.method)</p>

            """
        return HTMLPage(
            title: "What deltas would save: \(name)", lead: "\(verdict)", body: body,
            style: """
                .charts {
                  display: grid; gap: 0 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr));
                }

                """,
            command: "railgun-diff")
    }

    private var folderChart: BarChart {
        BarChart(
            title: "Bytes sent for one page, on average",
            series: ["page", "gzip -6"] + levels.map { "delta, \($0.rawValue)" },
            categories: folders.map { folder in
                let sums = levels.map { sum($0, folder: folder) }
                func mean(_ bytes: Int) -> Double { Double(bytes) / Double(sums[0].pairs) }
                return .init(
                    VisibleText.line(folder),
                    [mean(sums[0].targetBytes), mean(sums[0].gzipBytes)] + sums.map { mean($0.deltaBytes) })
            }, scale: .logarithmic
        ) { Quantity.bytes(Int($0.rounded())) }
    }

    private var versionCharts: HTML {
        HTML(
            joining: folders.map { folder in
                let rows = rows.filter { $0.folder == folder }
                func points(_ level: DeltaLevel, _ bytes: (PairResult) -> Int) -> [LineChart.Point] {
                    rows.filter { $0.level == level.rawValue }.enumerated().map { number, row in
                        .init(x: Double(number), y: Double(bytes(row)), label: VisibleText.line(row.target))
                    }
                }
                return LineChart(
                    title: VisibleText.line(folder),
                    series: [
                        .init("page", points(levels[0], \.targetBytes)),
                        .init("gzip -6", points(levels[0], \.gzipBytes)),
                    ] + levels.map { .init("delta, \($0.rawValue)", points($0, \.deltaBytes)) },
                    xAxis: (VisibleText.line(rows.first!.target), VisibleText.line(rows.last!.target)),
                    scale: .logarithmic
                ) { Quantity.bytes(Int($0)) }.html
            })
    }
}
