import Foundation
import PageStore

/// What the store of a daemon holds, as its statistics server tells.
package struct StoreCheck: Sendable {
    private let statistics: StatisticsClient

    /// - Parameter url: `http://HOST:PORT/`, as `stats.listen` names it; the path doesn't matter.
    /// - Throws: ``DiagnosisFailure`` for anything else.
    package init(_ url: String) throws(DiagnosisFailure) { statistics = try StatisticsClient(url) }

    /// Asks, and puts the answer into words.
    ///
    /// - Returns: Lines for people.
    /// - Throws: ``DiagnosisFailure``.
    package func run() async throws(DiagnosisFailure) -> [String] {
        let answer = try await statistics.get("/store")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let report = try? decoder.decode(StoreReport.self, from: Data(answer.body.readableBytesView)) else {
            throw DiagnosisFailure(
                "http://\(statistics.server)/store doesn't tell of a store",
                check: "is that stats.listen of rg-sender or rg-listener?")
        }
        return Self.lines(report)
    }

    static func lines(_ report: StoreReport) -> [String] {
        let summary = report.summary
        let lookups = summary.hits + summary.misses
        var lines = [
            "addresses   \(grouped(summary.pages)), with \(grouped(summary.versions)) different versions",
            "bytes       \(grouped(summary.bytes)) of pages, \(grouped(summary.indexBytes)) of indexes, "
                + "\(grouped(summary.memoryBytes)) of memory in all",
            "look-ups    \(grouped(lookups)), of which \(percent(summary.hits, of: lookups)) found something",
            "left        \(grouped(summary.evictions)) for want of room, \(grouped(summary.expirations)) after their time",
        ]
        guard !report.addresses.isEmpty else { return lines }
        lines += ["", "     bytes  versions  address"]
        for page in report.addresses {
            func right(_ text: String, _ width: Int) -> String {
                String(repeating: " ", count: max(0, width - text.count)) + text
            }
            lines.append(
                right(grouped(page.bytes), 10) + right(String(page.versions), 10) + "  \(page.address)"
                    + (page.isPrivate ? "  (one visitor's)" : ""))
        }
        return lines
    }
}
