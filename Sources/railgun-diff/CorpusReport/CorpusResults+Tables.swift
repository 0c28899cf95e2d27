import Explanations
import DeltaEngine
import Reports

extension CorpusResults {
    /// Bytes by folder: pages, gzip, and each level with its part of the pages.
    var sizeTable: Table {
        var table = Table(
            [.text("folder"), .number("pairs"), .number("pages"), .number("gzip -6"), .number("of page")]
                + levels.flatMap { [.number($0.rawValue), .number("of page")] })
        func append(_ name: String, _ sums: [Sum], emphasis: Table.Emphasis = .normal) {
            let first = sums[0]
            table.append(
                [
                    name, Quantity.count(first.pairs), Quantity.bytes(first.targetBytes),
                    Quantity.bytes(first.gzipBytes), first.share(first.gzipBytes),
                ] + sums.flatMap { [Quantity.bytes($0.deltaBytes), $0.share($0.deltaBytes)] }, emphasis: emphasis)
        }
        for folder in folders { append(VisibleText.line(folder), levels.map { sum($0, folder: folder) }) }
        table.appendSeparator()
        append("total", levels.map { sum($0) }, emphasis: .strong)
        return table
    }

    /// Times for one page on average.
    var timeTable: Table {
        var table = Table([
            .text("for one page"), .number("size"), .number("compress"), .number("at"), .number("expand"),
        ])
        func append(_ name: String, _ bytes: Int?, _ sum: Sum, _ encode: Double, decode: Double?) {
            table.append([
                name, bytes.map { Quantity.bytes($0 / max(1, sum.pairs)) } ?? "", sum.perPage(encode),
                Quantity.speed(bytesPerSecond: 1e6 * Double(sum.targetBytes) / encode),
                decode.map(sum.perPage) ?? "",
            ])
        }
        let first = sum(levels[0])
        append("gzip -6", first.gzipBytes, first, first.gzipMicroseconds, decode: nil)
        for level in levels {
            let sum = sum(level)
            append(
                "delta, \(level.rawValue)", sum.deltaBytes, sum, sum.encodeMicroseconds, decode: sum.decodeMicroseconds)
        }
        append("index of the base", nil, first, first.indexMicroseconds, decode: nil)
        return table
    }
}
