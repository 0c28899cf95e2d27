/// A table for the terminal: numbers to the right, text to the left.
package struct TextTable {
    private var rows: [[String]]
    private let textColumns: Set<Int>

    /// Starts a table with its head; `textColumns` says which columns hold text.
    package init(_ head: [String], textColumns: Set<Int> = [0]) {
        rows = [head]
        self.textColumns = textColumns
    }

    /// Adds a row.
    package mutating func add(_ row: [String]) { rows.append(row) }

    /// The table in lines, head first.
    package var text: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines = rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return textColumns.contains(column) ? cell + padding : padding + cell
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
        lines.insert(widths.map { String(repeating: "─", count: $0) }.joined(separator: "  "), at: 1)
        return lines.joined(separator: "\n")
    }
}

extension Double {
    /// The number with so many digits behind the point.
    package func text(_ digits: Int) -> String {
        guard isFinite else { return "–" }
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let (whole, part) = Int64((magnitude * scale).rounded()).quotientAndRemainder(dividingBy: Int64(scale))
        let sign = self < 0 && (whole, part) != (0, 0) ? "-" : ""
        guard digits > 0 else { return sign + whole.grouped }
        let partText = String(part)
        return sign + whole.grouped + "." + String(repeating: "0", count: digits - partText.count) + partText
    }
}

extension BinaryInteger {
    /// The number with a comma between thousands.
    package var grouped: String {
        var text = String(magnitude)
        var cut = text.count - 3
        while cut > 0 {
            text.insert(",", at: text.index(text.startIndex, offsetBy: cut))
            cut -= 3
        }
        return self < 0 ? "-" + text : text
    }
}
