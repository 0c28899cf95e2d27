import Reports

extension Story {
    /// The story for a terminal or a file.
    ///
    /// - Parameters:
    ///   - style: Colours; without them new text stands in `{+…+}`, removed in `{-…-}`, moved in `{~…~}`.
    ///   - columns: Where to wrap lines; `nil` leaves them as long as they are.
    /// - Returns: Lines, each with a line feed.
    package func text(style: TerminalStyle, columns: Int?) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .fold(let fold):
                text += String(repeating: " ", count: Self.gutter - 2)
                text += style.apply(.dim, to: "┄ \(fold.summary) ┄") + "\n"
            case .passage(let passage):
                var page = PageWriter(style: style, columns: columns.map { max(20, $0 - Self.gutter) }, passage.line)
                for run in passage.runs { page.append(run) }
                text += page.finish()
            }
        }
        return text
    }

    /// The width of line numbers and what sets them apart.
    fileprivate static let gutter = 9

    /// What colours or signs mean.
    package static func legend(style: TerminalStyle) -> String {
        "Shown as: "
            + ([(.text(.new), "new"), (.removed, "removed"), (.text(.moved), "moved or repeated")] as [(Mark, String)])
            .map { style.show($1, as: $0) }.joined(separator: "  ")
    }
}

extension Story.Fold {
    /// What is hidden.
    var summary: String {
        let bytes = Quantity.exactBytes(range.count)
        let from = source.map { " \($0.words)→\(Quantity.count(range.lowerBound))" }
        return "\(bytes) \(change.words)\(from ?? "")"
    }
}

extension TerminalStyle {
    /// Text with its mark, as colour or else as signs around it.
    fileprivate func show(_ text: String, as mark: Story.Mark) -> String {
        switch mark {
        case .text(.unchanged): text
        case .text(.moved), .text(.repeated): isEnabled ? apply(.cyan, to: text) : "{~\(text)~}"
        case .text(.new): isEnabled ? apply(.newText, to: text) : "{+\(text)+}"
        case .removed: isEnabled ? apply(.red, .struck, to: text) : "{-\(text)-}"
        case .note: apply(.dim, to: text)
        }
    }
}

/// Sets a passage in lines with their numbers.
private struct PageWriter {
    private let style: TerminalStyle
    private let columns: Int?
    private var number: Int
    private var isContinued = false
    private var width = 0
    private var line: [Story.Run] = []
    private var text = ""

    init(style: TerminalStyle, columns: Int?, _ firstLine: Int) {
        (self.style, self.columns, number) = (style, columns, firstLine)
    }

    mutating func append(_ run: Story.Run) {
        var piece = ""
        func flush(_ line: inout [Story.Run]) {
            if !piece.isEmpty { line.append(.init(mark: run.mark, text: piece)) }
            piece = ""
        }
        for character in run.text {
            if character == "\n" {
                // A line end that came or went would else leave no trace.
                if run.mark != .text(.unchanged) { piece += "↵" }
                flush(&line)
                endLine()
                // Removed lines are none of the page's.
                if run.mark == .removed { isContinued = true } else { (number, isContinued) = (number + 1, false) }
                continue
            }
            let added = character.displayWidth
            if let columns, width + added > columns {
                flush(&line)
                endLine()
                isContinued = true
            }
            piece.append(character)
            width += added
        }
        flush(&line)
    }

    mutating func finish() -> String {
        if !line.isEmpty { endLine() }
        return text
    }

    private mutating func endLine() {
        let label = (isContinued ? "" : String(number)).padded(to: Story.gutter - 3, right: true)
        text += style.apply(.dim, to: label + " │") + " "
        text += line.map { style.show($0.text, as: $0.mark) }.joined() + "\n"
        (line, width) = ([], 0)
    }
}
