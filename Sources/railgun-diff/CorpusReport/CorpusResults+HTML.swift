import Explanations
import DeltaEngine
import Reports

extension CorpusResults {
    /// The whole page that `corpus --html` writes.
    func htmlPage(folder name: String) -> HTMLPage {
        let best = sum(headline)
        let sizes = folderChart.html + sizeTable.html(caption: "Bytes, and part of the pages")
        let body: HTML = """
            \(HTMLPage.figures([
                (lessThanGzip() ?? "–", "fewer bytes than gzip -6 would send"),
                (Quantity.bytes(best.deltaBytes), "as deltas, level \(headline.rawValue)"),
                (Quantity.bytes(best.gzipBytes), "with gzip -6"),
                (Quantity.bytes(best.targetBytes), "of pages"),
                (Quantity.count(best.pairs), best.pairs == 1 ? "fetch of a page" : "fetches of a page"),
            ]))\
            \(HTMLPage.section("All fetches", levelChart.html))\
            \(HTMLPage.section("By folder", sizes))\
            \(HTMLPage.section("Time", timeTable.html(caption: "For one page, on average")))\
            \(HTMLPage.section("Version by version", "<div class=\"charts\">\n\(versionCharts)</div>\n"))\
            <p>\(Self.method)</p>

            """
        return HTMLPage(
            title: lessThanGzip().map { "\(name): \($0) fewer bytes than gzip" } ?? "\(name): deltas save nothing here",
            lead: "\(verdict)", body: body,
            style: """
                .charts {
                  display: grid; gap: 0 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr));
                }
                .charts figure { min-width: 0; }
                .charts figcaption { overflow-wrap: anywhere; }

                """,
            command: "railgun-diff")
    }

    /// What all fetches together take, with gzip and at each level.
    private var levelChart: BarChart {
        let gzip = sum(headline).gzipBytes
        return BarChart(
            title: "Bytes sent for all fetches", series: ["gzip -6", "deltas"],
            categories: [.init("gzip -6", [Double(gzip), nil])]
                + levels.map { .init("delta, \($0.rawValue)", [nil, Double(sum($0).deltaBytes)]) },
            colours: [.gzip, .delta]
        ) { Quantity.bytes(Int($0.rounded())) }
    }

    private var names: [String] { ["page", "gzip -6", "delta, \(headline.rawValue)"] }
    private var colours: [SeriesColour] { [.wholePage, .gzip, .delta] }

    private var folderChart: BarChart {
        BarChart(
            title: "Bytes sent for one page, on average, on a scale where each step is ten times as much",
            series: names,
            categories: folders.map { folder in
                let sum = sum(headline, folder: folder)
                let less = lessThanGzip(folder: folder).map { "\($0) fewer than gzip" } ?? "no less than gzip"
                return .init(
                    "\(VisibleText.line(folder)): \(less)",
                    [sum.targetBytes, sum.gzipBytes, sum.deltaBytes].map { Double($0) / Double(sum.pairs) })
            }, scale: .logarithmic, colours: colours
        ) { Quantity.bytes(Int($0.rounded())) }
    }

    private var versionCharts: HTML {
        HTML(
            joining: folders.map { folder in
                let rows = rows.filter { $0.folder == folder && $0.level == headline.rawValue }
                func points(_ bytes: (PairResult) -> Int) -> [LineChart.Point] {
                    rows.enumerated().map { number, row in
                        .init(x: Double(number), y: Double(bytes(row)), label: VisibleText.line(row.target))
                    }
                }
                return LineChart(
                    title: VisibleText.line(folder),
                    series: zip(names, [points(\.targetBytes), points(\.gzipBytes), points(\.deltaBytes)])
                        .map { .init($0, $1) },
                    xAxis: (VisibleText.line(rows.first!.target), VisibleText.line(rows.last!.target)),
                    scale: .logarithmic, colours: colours
                ) { Quantity.bytes(Int($0)) }.html
            })
    }
}
