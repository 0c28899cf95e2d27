import DeltaEngine
import Measuring
import Workloads

/// What hostile pages cost the engine, beside real ones in the same run.
struct HostileRun: Codable {
    /// What a page costs to encode, in nanoseconds for each of its bytes.
    struct Cost: Codable {
        var name: String
        var warm: Double
        var cold: Double

        init(_ name: String, _ sum: (warm: Double, cold: Double, byteCount: Int)) {
            let scale = 1e9 / Double(max(1, sum.byteCount))
            (self.name, warm, cold) = (name, sum.warm * scale, sum.cold * scale)
        }
    }

    private(set) var level: String
    private(set) var pairCount: Int
    /// The pages of the corpora together.
    private(set) var real: Cost
    /// The corpus whose pages cost most.
    private(set) var costliestCorpus: Cost
    /// Every hostile pair.
    private(set) var hostile: [Cost]

    /// Measures at `level` `pairCount` hostile pairs, and up to `realPairs` pairs of each corpus.
    init(level: DeltaLevel, corpora: [PageCorpus], realPairs: Int, pairCount: Int, seed: UInt64) throws {
        (self.level, self.pairCount) = (level.rawValue, pairCount)
        let codecs = [try EngineCodec(level, .warm), try EngineCodec(level, .cold)]
        let contest = Contest(rounds: 5, sampleSeconds: 200e-6)

        func seconds(_ pair: PagePair, named name: String) throws -> [Double] {
            for codec in codecs {
                try codec.open(pair)
                _ = try codec.encode()
                try codec.decode()
                guard codec.decodedTarget() else { throw CodecFailure(codec.name, "\(name): decoded something else") }
            }
            return try contest.run(codecs.map { codec in { _ = try codec.encode() } })
        }

        printProgress("measuring real pages")
        var total = (warm: 0.0, cold: 0.0, byteCount: 0)
        var costs: [Cost] = []
        for corpus in corpora {
            var sum = (warm: 0.0, cold: 0.0, byteCount: 0)
            for pair in try corpus.pairs(limit: realPairs) {
                let seconds = try seconds(pair, named: corpus.name)
                sum = (sum.warm + seconds[0], sum.cold + seconds[1], sum.byteCount + pair.target.count)
            }
            costs.append(Cost(corpus.name, sum))
            total = (total.warm + sum.warm, total.cold + sum.cold, total.byteCount + sum.byteCount)
        }
        real = Cost("real pages, all bytes", total)
        costliestCorpus = costs.max { $0.warm < $1.warm } ?? real

        printProgress("measuring \(pairCount.grouped) hostile pairs")
        let pairs = HostilePairs(seed: seed)
        hostile = try (0..<pairCount).map { number in
            let pair = pairs.pair(number)
            let name = "#\(number) \(pair.name)"
            let seconds = try seconds(PagePair(base: pair.base, target: pair.target), named: name)
            return Cost(name, (seconds[0], seconds[1], pair.target.count))
        }
    }

    /// The costliest pairs, and how the others spread.
    var text: String {
        var table = TextTable(["pair", "warm ns/B", "× real", "cold ns/B", "× real"])
        func add(_ cost: Cost) {
            table.add([
                cost.name, cost.warm.text(3), (cost.warm / real.warm).text(2), cost.cold.text(3),
                (cost.cold / real.cold).text(2),
            ])
        }
        let sorted = hostile.sorted { ratio($0) > ratio($1) }
        sorted.prefix(5).forEach(add)
        add(Cost("the middle one", (median(\.warm) / 1e9, median(\.cold) / 1e9, 1)))
        add(costliestCorpus)
        add(real)
        return table.text
    }

    /// What a byte may cost at the levels that predict every new one, in nanoseconds.
    private static let bounds: [String: Double] = [
        DeltaLevel.balanced.rawValue: 300, DeltaLevel.small.rawValue: 2_500,
    ]

    /// The costliest hostile pair, over its bound or over real pages: all of them, and the site that costs most.
    var figures: [Figure] {
        if let bound = Self.bounds[level] {
            guard let worst = hostile.max(by: { $0.cold < $1.cold }) else { return [] }
            return [
                Figure(
                    "\(level), ns for a byte of the costliest of \(pairCount.grouped) hostile pairs", worst.cold,
                    .atMost,
                    bar: bound, note: worst.name)
            ]
        }
        return [("warm", \Cost.warm), ("cold", \Cost.cold)].flatMap { name, cost -> [Figure] in
            guard let worst = hostile.max(by: { $0[keyPath: cost] < $1[keyPath: cost] }) else { return [] }
            return [(real, "real pages"), (costliestCorpus, "the costliest site")].map { other, whose in
                Figure(
                    "\(level) \(name), a byte of the costliest of \(pairCount.grouped) hostile pairs over one of \(whose)",
                    worst[keyPath: cost] / other[keyPath: cost], .atMost, bar: 5, note: worst.name)
            }
        }
    }

    private func ratio(_ cost: Cost) -> Double { max(cost.warm / real.warm, cost.cold / real.cold) }

    private func median(_ cost: KeyPath<Cost, Double>) -> Double { hostile.map { $0[keyPath: cost] }.median }
}
