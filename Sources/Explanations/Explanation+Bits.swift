import DeltaEngine
import Reports

/// Where the bits of an arithmetic-coded delta go.
extension Explanation {
    /// The parts of the stream: copies and new bytes.
    func codedTexts(_ level: DeltaLevel) -> [(label: String, value: String)] {
        let bits = description.codedBits
        let copies = description.segments.count { $0.origin != .new }
        let newBytes = description.segments.reduce(0) { $1.origin == .new ? $0 + $1.range.count : $0 }
        return [
            ("what to copy", "\(Self.bytes(bits.copies)), \(Quantity.count(copies)) copies, \(level.rawValue)"),
            ("bytes told apart", "\(Self.bytes(bits.literals)), for \(Quantity.count(newBytes)) that were predicted"),
        ]
    }

    /// The bits of the delta by parts of the page, all of the same length; empty where they can't be told apart.
    func bits(cells: Int) -> [Double] {
        guard !page.isEmpty, description.segments.contains(where: { $0.bits != nil }) else { return [] }
        let count = min(cells, page.count)
        var sums = [Double](repeating: 0, count: count)
        for segment in description.segments {
            guard let bits = segment.bits else { continue }
            // A copy's bits say where it starts; those of new bytes go to where they stand.
            guard segment.origin == .new else {
                sums[segment.range.lowerBound * count / page.count] += bits
                continue
            }
            let each = bits / Double(segment.range.count)
            for position in segment.range { sums[position * count / page.count] += each }
        }
        return sums
    }

    /// The bits by parts of the page, as a row of bars: the parts that cost most reach the top.
    func bitsRow(cells: Int) -> String {
        let sums = bits(cells: cells)
        guard let most = sums.max(), most > 0 else { return "" }
        let bars = Array(" ▁▂▃▄▅▆▇█")
        return String(sums.map { $0 == 0 ? "·" : bars[max(1, Int(($0 / most * 8).rounded()))] })
    }

    private static func bytes(_ bits: Double) -> String { Quantity.exactBytes(Int((bits / 8).rounded())) }
}

extension DeltaDescription.Kind {
    /// How a page or a part of it is coded, in a person's words.
    var words: String {
        switch self {
        case .identical: "as the base has it"
        case .page(let coding): "on its own, \(coding.words)"
        case .delta: "copies and new bytes"
        case .replacement: "one stretch replaced"
        case .coded(let level): "level \(level.rawValue)"
        case .zones: "zones"
        }
    }
}
