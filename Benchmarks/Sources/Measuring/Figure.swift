import Foundation

/// A measured figure beside the bar that it has to reach.
package struct Figure: Codable {
    /// Which way is better.
    package enum Sense: String, Codable {
        /// The bar is the least that passes.
        case atLeast
        /// The bar is the most that passes.
        case atMost
    }

    /// What was measured.
    package var name: String
    /// The result.
    package var measured: Double
    /// Which way is better.
    package var sense: Sense
    /// What the result must reach.
    package var bar: Double
    /// What it would ideally reach; `nil` where no more than the bar is asked.
    package var aim: Double?
    /// Where the result comes from: the corpus that decided, and other values worth knowing.
    package var note: String

    /// Puts a figure beside its bar.
    package init(
        _ name: String, _ measured: Double, _ sense: Sense, bar: Double, aim: Double? = nil, note: String = ""
    ) {
        (self.name, self.measured, self.sense) = (name, measured, sense)
        (self.bar, self.aim, self.note) = (bar, aim, note)
    }

    /// Whether the bar is reached.
    package var passes: Bool { reaches(bar) }

    private func reaches(_ value: Double) -> Bool { sense == .atLeast ? measured >= value : measured <= value }

    /// All figures as a table, each with its verdict.
    package static func verdict(_ figures: [Figure]) -> String {
        var table = TextTable(["", "measured", "bar", "aim", "figure", "where"], textColumns: [0, 4, 5])
        for figure in figures {
            let sign = figure.sense == .atLeast ? "≥ " : "≤ "
            let aim = figure.aim.map { sign + $0.text(2) + (figure.reaches($0) ? " ✓" : "  ") } ?? ""
            table.add([
                figure.passes ? "pass" : "MISS", figure.measured.text(2), sign + figure.bar.text(2), aim, figure.name,
                figure.note,
            ])
        }
        return table.text
    }

    /// Ends a benchmark: prints the verdict, writes the report to the file `json`, and with `check` fails where a
    /// figure misses its bar.
    package static func conclude(_ figures: [Figure], report: some Encodable, json: String?, check: Bool) throws {
        print("Verdict\n" + verdict(figures))
        if let json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            // Where nothing was measured, so that nothing could be divided by.
            encoder.nonConformingFloatEncodingStrategy = .convertToString(
                positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
            do {
                try encoder.encode(report).write(to: URL(filePath: json))
            } catch is CocoaError {
                throw Refusal("\(json): can't be written")
            }
        }
        let missed = figures.count { !$0.passes }
        if check, missed > 0 { throw Refusal("\(missed) of \(figures.count) figures miss their bar") }
    }
}
