extension Table {
    /// The table for a terminal, with a line feed at the end of each row.
    package func text(style: TerminalStyle = .plain) -> String {
        let cellRows = rows.compactMap { row in
            if case .cells(let cells, _) = row { cells } else { nil }
        }
        let widths = columns.indices.map { column in
            cellRows.reduce(columns[column].title.displayWidth) { max($0, $1[column].displayWidth) }
        }
        func line(_ cells: [String]) -> String {
            let padded = columns.indices.map {
                cells[$0].padded(to: widths[$0], right: columns[$0].isNumeric)
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
}
