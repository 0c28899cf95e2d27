/// How far a long work is, on standard error: a bar on a terminal, else a line every half a minute.
package struct ProgressBar: ~Copyable {
    private let label: String
    private let unit: String
    private let total: Int
    private let showsRate: Bool
    private let terminal: Terminal
    private let start = ContinuousClock.now
    private var completed = 0
    private var lastShown: ContinuousClock.Instant

    /// Shows a bar with nothing done yet.
    ///
    /// - Parameters:
    ///   - label: What is being done: "corpus".
    ///   - total: How many units there are.
    ///   - unit: What is counted, in the plural: "pairs".
    ///   - showsRate: Whether the past tells how long the rest takes; it doesn't where the work is mostly waiting.
    package init(_ label: String, total: Int, unit: String, showsRate: Bool = true) {
        (self.label, self.total, self.unit, self.showsRate) = (label, total, unit, showsRate)
        terminal = .standardError
        lastShown = start
        if terminal.isInteractive { show(note: "") }
    }

    /// Counts units as done.
    ///
    /// - Parameters:
    ///   - count: How many more are done.
    ///   - note: What is being worked on, shown where there is room.
    package mutating func advance(by count: Int = 1, note: String = "") {
        completed += count
        let now = ContinuousClock.now
        // A terminal flickers, and work stands still, where a bar is drawn more often than eyes follow.
        guard now - lastShown >= (terminal.isInteractive ? .milliseconds(100) : .seconds(30)) else { return }
        lastShown = now
        show(note: note)
    }

    /// Writes a message above the bar.
    package mutating func say(_ message: String) {
        terminal.write((terminal.isInteractive ? "\r\u{1b}[K" : "") + message + "\n")
        if terminal.isInteractive { show(note: "") }
    }

    /// Takes the bar away, so that what comes next has the line for itself.
    package consuming func finish() {}

    deinit { if terminal.isInteractive { terminal.write("\r\u{1b}[K") } }

    private func show(note: String) {
        let text = Self.line(
            label: label, completed: completed, total: total, unit: unit, elapsed: showsRate ? .now - start : nil,
            note: note,
            columns: terminal.columns, bar: terminal.isInteractive)
        terminal.write(terminal.isInteractive ? "\r\(text)\u{1b}[K" : text + "\n")
    }

    /// What a bar shows at one moment, in less than `columns` columns.
    static func line(
        label: String, completed: Int, total: Int, unit: String, elapsed: Duration?, note: String, columns: Int,
        bar: Bool
    ) -> String {
        var text = label
        if bar {
            let width = max(5, min(30, columns - 50))
            let filled = total > 0 ? min(width, completed * width / total) : width
            text += " " + String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        }
        text += " \(Quantity.count(completed))/\(Quantity.count(total)) \(unit)"
        if let seconds = elapsed.map({ $0 / .seconds(1) }), completed > 0, seconds > 0 {
            let rate = Double(completed) / seconds
            if rate >= 1 { text += ", \(Quantity.number(rate))/s" }
            if completed < total {
                let left = Int((Double(total - completed) / rate).rounded(.up))
                text += ", \(left < 60 ? "\(left) s" : Quantity.duration(.seconds(left))) left"
            }
        }
        if !note.isEmpty { text += "  " + note }
        return text.truncated(to: max(1, columns - 1))
    }
}
