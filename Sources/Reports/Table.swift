/// A table for people, which looks the same in a terminal and in a web page.
package struct Table: Sendable {
    /// One column.
    package struct Column: Hashable, Sendable {
        /// The header.
        package var title: String
        /// Whether cells stand at the right, as numbers do.
        package var isNumeric: Bool

        /// A column of text, at the left.
        package static func text(_ title: String) -> Column { Column(title: title, isNumeric: false) }
        /// A column of numbers, at the right.
        package static func number(_ title: String) -> Column { Column(title: title, isNumeric: true) }
    }

    /// One row.
    package enum Row: Hashable, Sendable {
        /// A cell for each column.
        case cells([String], emphasis: Emphasis = .normal)
        /// A heading for the rows that follow, across all columns.
        case heading(String)
        /// A line across.
        case separator
    }

    /// How a row stands out.
    package enum Emphasis: Hashable, Sendable {
        /// Not at all.
        case normal
        /// A total, or the row that matters.
        case strong
        /// Beside the point.
        case faint
    }

    /// The columns, from left to right.
    package let columns: [Column]
    /// The rows, from top to bottom.
    package private(set) var rows: [Row] = []

    /// Creates a table without rows.
    package init(_ columns: [Column]) { self.columns = columns }

    /// Appends a row; requires as many cells as there are columns.
    package mutating func append(_ cells: [String], emphasis: Emphasis = .normal) {
        precondition(cells.count == columns.count, "\(cells.count) cells for \(columns.count) columns")
        rows.append(.cells(cells, emphasis: emphasis))
    }

    /// Appends a heading for the rows that follow.
    package mutating func appendHeading(_ text: String) { rows.append(.heading(text)) }

    /// Appends a line across.
    package mutating func appendSeparator() { rows.append(.separator) }
}
