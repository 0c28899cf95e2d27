import DeltaEngine
import Measuring
import Workloads

/// What a listener's ways to make deltas cost on hostile pages, beside the time that it gives them.
struct BudgetRun: Codable {
    /// A listener's way with a page: what PageEncoder does with so much effort.
    enum Way: String, CaseIterable, Codable {
        case thorough, moderate, fast
        case whole
        case wholeFast = "whole, fast"

        /// What a delta may take by the engine's own estimate, in microseconds.
        var microseconds: Int? {
            switch self {
            case .thorough: 1000
            case .moderate: 200
            case .fast, .whole, .wholeFast: nil
            }
        }
    }

    /// One page in one way.
    struct Cost: Codable {
        var name: String
        var seconds: Double
        var byteCount: Int

        var perByte: Double { seconds * 1e9 / Double(max(1, byteCount)) }
    }

    private(set) var way: Way
    /// All pages of the corpora, and those of each.
    private(set) var real: Cost
    private(set) var sites: [Cost]
    private(set) var hostile: [Cost]

    init(_ way: Way, corpora: [PageCorpus], realPairs: Int, pairCount: Int, seed: UInt64) throws {
        self.way = way
        let contest = Contest(rounds: 3, sampleSeconds: 200e-6, budgetSeconds: 0.02)
        var encoder = try DeltaEncoder()
        func seconds(_ base: [UInt8], _ target: [UInt8]) throws -> Double {
            let kept = try DeltaBase(base)
            return try contest.run([
                {
                    let level: DeltaLevel = way == .fast || way == .wholeFast ? .fast : .auto
                    let isWhole = way == .whole || way == .wholeFast
                    _ = try encoder.encode(
                        target.span, against: isWhole ? nil : kept, level: level,
                        microseconds: way.microseconds ?? 1000, smallest: .balanced)
                }
            ])[0]
        }
        sites = try corpora.map { corpus in
            let pairs = try corpus.pairs(limit: realPairs)
            return Cost(
                name: corpus.name, seconds: try pairs.reduce(0) { $0 + (try seconds($1.base, $1.target)) },
                byteCount: pairs.reduce(0) { $0 + $1.target.count })
        }
        real = Cost(
            name: "real pages", seconds: sites.reduce(0) { $0 + $1.seconds },
            byteCount: sites.reduce(0) { $0 + $1.byteCount })
        let pairs = HostilePairs(seed: seed)
        hostile = try (0..<pairCount).map { number in
            let pair = pairs.pair(number)
            return Cost(
                name: "#\(number) \(pair.name)", seconds: try seconds(pair.base, pair.target),
                byteCount: pair.target.count)
        }
    }

    /// The worst pair over the site that costs most, where there is a base.
    var figures: [Figure] {
        guard way != .whole, way != .wholeFast, let worst = hostile.max(by: { $0.perByte < $1.perByte }),
            let site = sites.max(by: { $0.perByte < $1.perByte })
        else { return [] }
        return [
            Figure(
                "listener \(way.rawValue), a byte of the costliest of \(hostile.count.grouped) hostile pairs over one of the costliest site",
                worst.perByte / site.perByte, .atMost, bar: 5, note: worst.name)
        ]
    }

    /// The worst pairs by time for a byte.
    var text: String {
        var table = TextTable(["page", "ns/B", "× real", "ms"])
        let sorted = hostile.sorted { $0.perByte > $1.perByte }
        for cost in sorted.prefix(5) + [sites.max { $0.perByte < $1.perByte }, real].compactMap({ $0 }) {
            table.add([
                cost.name, cost.perByte.text(2), (cost.perByte / real.perByte).text(1), (cost.seconds * 1e3).text(2),
            ])
        }
        return table.text
    }
}
