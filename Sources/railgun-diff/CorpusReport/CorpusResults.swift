import DeltaEngine
import Foundation
import Reports

/// All rows of a run, and sums over them.
struct CorpusResults {
    let levels: [DeltaLevel]
    /// In order of folder, pair and level.
    let rows: [PairResult]

    /// The names of the folders, in order.
    var folders: [String] {
        rows.reduce(into: []) { if $0.last != $1.folder { $0.append($1.folder) } }
    }

    /// Sums over pairs, for one level.
    struct Sum {
        var pairs = 0
        var targetBytes = 0
        var gzipBytes = 0
        var deltaBytes = 0
        var (gzipMicroseconds, indexMicroseconds, encodeMicroseconds, decodeMicroseconds) = (0.0, 0.0, 0.0, 0.0)

        mutating func add(_ row: PairResult) {
            pairs += 1
            targetBytes += row.targetBytes
            gzipBytes += row.gzipBytes
            deltaBytes += row.deltaBytes
            gzipMicroseconds += row.gzipMicroseconds
            indexMicroseconds += row.indexMicroseconds
            encodeMicroseconds += row.encodeMicroseconds
            decodeMicroseconds += row.decodeMicroseconds
        }

        /// A part of the pages' bytes: "0.29 %".
        func share(_ bytes: Int) -> String { Quantity.percent(Double(bytes) / Double(targetBytes)) }

        /// A time for one page, from a sum.
        func perPage(_ microseconds: Double) -> String {
            Quantity.duration(.nanoseconds(Int(1000 * microseconds / Double(max(1, pairs)))))
        }
    }

    /// The sum for a level, over one folder or all.
    func sum(_ level: DeltaLevel, folder: String? = nil) -> Sum {
        rows.reduce(into: Sum()) { sum, row in
            if row.level == level.rawValue, folder == nil || row.folder == folder { sum.add(row) }
        }
    }

    /// The level that the headlines are about: the library's default, or else that of the smallest deltas.
    var headline: DeltaLevel {
        levels.contains(.balanced) ? .balanced : levels.min { sum($0).deltaBytes < sum($1).deltaBytes }!
    }

    /// How many times less than gzip the headline's deltas take; `nil` where they take as much or more.
    func lessThanGzip(folder: String? = nil) -> String? {
        let sum = sum(headline, folder: folder)
        guard sum.gzipBytes > sum.deltaBytes else { return nil }
        return Quantity.times(Double(sum.gzipBytes) / Double(max(sum.deltaBytes, 1)))
    }

    /// What a person takes home.
    var verdict: String {
        let best = headline
        let sum = sum(best)
        let text = """
            Of \(Quantity.bytes(sum.targetBytes, digits: 3)) that visitors fetched, gzip would send \
            \(Quantity.bytes(sum.gzipBytes, digits: 3)), Railgun \(Quantity.bytes(sum.deltaBytes, digits: 3))
            """
        let saved = 1 - Double(sum.deltaBytes) / Double(sum.gzipBytes)
        guard saved > 0 else { return text + ": here, deltas save nothing." }
        return text + ": \(Quantity.percent(saved)) less than gzip (level \(best.rawValue))."
    }

    /// What was counted.
    static let method = """
        Each version is compared with the one before it, so the first of each folder isn't counted. Each delta was \
        decoded and compared with its page. Times are the shortest of 3 runs, index at hand, without SHA-256.
        """
}
