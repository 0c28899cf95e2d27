import Reports

/// The report for a terminal.
extension BenchReport {
    func text(style: TerminalStyle) -> String { table.text(style: style) + "\n" + summary(style: style) }

    /// All figures, a group of rows for each corpus.
    var table: Table {
        var table = Table([
            .text("corpus, level"), .number("deltas"), .number("of page"), .number("mean"), .number("median"),
            .number("encode cold"), .number("warm"), .number("decode"), .number("memory"),
        ])
        for group in groups {
            table.appendHeading(heading(of: group))
            for (index, row) in group.rows.enumerated() {
                table.append(cells(row), emphasis: emphasis(index, in: group))
            }
            table.appendSeparator()
        }
        return table
    }

    private func cells(_ row: Row) -> [String] {
        [
            row.level, Quantity.bytes(row.deltaBytes), Quantity.percent(row.share),
            Quantity.bytes(Int(row.meanDeltaBytes.rounded())), Quantity.bytes(Int(row.medianDeltaBytes.rounded())),
            Quantity.speed(bytesPerSecond: row.encodeColdMBps * 1e6),
            Quantity.speed(bytesPerSecond: row.encodeWarmMBps * 1e6),
            Quantity.speed(bytesPerSecond: row.decodeMBps * 1e6), row.peakMemoryBytes.map { Quantity.bytes($0) } ?? "–",
        ]
    }

    private func heading(of group: Group) -> String {
        "\(group.name): \(Quantity.count(group.pairs)) \(group.pairs == 1 ? "pair" : "pairs"), "
            + "\(Quantity.bytes(group.targetBytes)) of pages, a kept base takes \(Quantity.times(group.kept.factor)) its page"
    }

    private func emphasis(_ index: Int, in group: Group) -> Table.Emphasis {
        if index >= levelCount { return .faint }
        return group.name == Row.totalName ? .strong : .normal
    }

    /// What the figures come down to, and what was measured apart from them.
    private func summary(style: TerminalStyle) -> String {
        let (best, gzip) = (total.rows[headline], total.rows[levelCount])
        let mean = Quantity.bytes(total.targetBytes / total.pairs)
        var lead =
            "A page of \(mean) goes as \(Quantity.bytes(Int(best.meanDeltaBytes.rounded()))) at level \(best.level): "
        lead += "\(Quantity.percent(best.share)) of it"
        if best.deltaBytes < gzip.deltaBytes {
            lead += ", \(Quantity.times(gzip.meanDeltaBytes / max(best.meanDeltaBytes, 1))) less than with gzip"
        }
        return """
            \(style.apply(.bold, to: lead + "."))
            Cold indexes the base first, warm has kept it. Speeds are for pages, in processor time of one thread.
            Hashing (SHA-256) comes on top of them on either side: \(Quantity.speed(bytesPerSecond: hashSpeed)).
            Measured on \(circumstances.machine).

            """
    }
}
