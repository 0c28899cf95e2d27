import Measuring
import Workloads

/// How the engine's cost grows with the length of a page.
struct SizeCurve: Codable {
    /// The cost of each operation on pages of one length.
    struct Point: Codable {
        var byteCount: Int
        /// Nanoseconds for each byte of the page, in the order of ``operations``.
        var costs: [Double]
    }

    static let operations = ["index", "encode fast", "encode deflate", "decode fast", "decode deflate"]
    private(set) var points: [Point] = []

    /// Measures pages of 1 kB, 10 kB and so on, up to `largest` bytes.
    init(largest: Int) throws {
        var byteCount = 1000
        while byteCount <= largest {
            printProgress("measuring pages of \(byteCount.grouped) bytes")
            points.append(Point(byteCount: byteCount, costs: try Self.costs(byteCount)))
            byteCount *= 10
        }
    }

    private static func costs(_ byteCount: Int) throws -> [Double] {
        let page = SyntheticPage(byteCount: byteCount, seed: UInt64(byteCount))
        let pair = PagePair(base: page.base, target: page.target)
        let (fast, deflate) = (try EngineCodec(.fast, .warm), try EngineCodec(.deflate, .warm))
        for codec in [fast, deflate] {
            try codec.open(pair)
            _ = try codec.encode()
            try codec.decode()
            guard codec.decodedTarget() else { throw CodecFailure(codec.name, "decoded something else") }
        }
        let seconds = try Contest(rounds: 7, budgetSeconds: 2).run([
            { try fast.indexBase() }, { _ = try fast.encode() }, { _ = try deflate.encode() }, { try fast.decode() },
            { try deflate.decode() },
        ])
        return seconds.map { $0 * 1e9 / Double(byteCount) }
    }

    /// The costs as a table.
    var text: String {
        var table = TextTable(["page, bytes"] + Self.operations, textColumns: [])
        for point in points { table.add([point.byteCount.grouped] + point.costs.map { $0.text(3) }) }
        return table.text
    }

    /// How straight the curve is: what a byte of the longest page costs, over what a byte of one a tenth as long costs.
    ///
    /// What grows as the square of the length shows as 10. Some growth is in the nature of memory: 1 MB and its index
    /// fit a processor's caches, 10 MB fit the larger ones, 100 MB none.
    var figure: Figure? {
        guard let last = points.last, last.byteCount >= 1_000_000 else { return nil }
        func ratios(over point: Point) -> [Double] { zip(last.costs, point.costs).map { $0 / $1 } }
        let tenth = ratios(over: points[points.count - 2])
        let worst = tenth.indices.max { tenth[$0] < tenth[$1] }!
        var note = Self.operations[worst]
        if points.count > 4 {
            let hundredth = points[points.count - 3]
            let most = ratios(over: hundredth).max()!
            note += "; over that at \(Self.megabytes(hundredth)), which fits the caches: \(most.text(2))"
        }
        return Figure(
            "cost of a byte at \(Self.megabytes(last)) over that at a tenth of it, most of all operations",
            tenth[worst], .atMost, bar: 2.5, note: note)
    }

    private static func megabytes(_ point: Point) -> String { "\((Double(point.byteCount) / 1e6).text(0)) MB" }
}
