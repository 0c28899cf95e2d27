extension Table {
    /// The table for a terminal, with a line feed at the end of each row.
    ///
    /// - Parameters:
    ///   - style: Colours.
    ///   - limit: How wide the table may be: where it's wider, the first column, which holds names, is shortened.
    /// - Returns: Lines without blanks at their ends.
    package func text(style: TerminalStyle = .plain, columns limit: Int? = nil) -> String {
        let cellRows = rows.compactMap { row in
            if case .cells(let cells, _) = row { cells } else { nil }
        }
        var widths = columns.indices.map { column in
            cellRows.reduce(columns[column].title.displayWidth) { max($0, $1[column].displayWidth) }
        }
        let excess = widths.reduce(-2) { $0 + $1 + 2 } - (limit ?? .max)
        if excess > 0, let first = widths.first { widths[0] = min(first, max(Self.leastNameWidth, first - excess)) }
        func line(_ cells: [String]) -> String {
            let padded = columns.indices.map {
                ($0 == 0 ? cells[0].truncated(to: widths[0]) : cells[$0]).padded(
                    to: widths[$0], right: columns[$0].isNumeric)
            }
            // Blanks at the end of a line are noise in files and pipes.
            let text = padded.joined(separator: "  ")
            return String(text[..<(text.lastIndex { $0 != " " }.map(text.index(after:)) ?? text.startIndex)])
        }
        let separator = style.apply(
            .dim, to: widths.map { String(repeating: "─", count: $0) }.joined(separator: "──"))

        var lines = [style.apply(.bold, to: line(columns.map(\.title))), separator]
        for row in rows {
            switch row {
            case .separator: lines.append(separator)
            case .heading(let text): lines.append(style.apply(.bold, to: text))
            case .cells(let cells, .normal): lines.append(line(cells))
            case .cells(let cells, .strong): lines.append(style.apply(.bold, to: line(cells)))
            case .cells(let cells, .faint): lines.append(style.apply(.dim, to: line(cells)))
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Names are never shortened to less.
    private static let leastNameWidth = 8
}
