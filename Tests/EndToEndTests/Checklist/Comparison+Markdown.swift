extension Comparison {
    /// The sums, a line each.
    var totals: [String] {
        let passed = peers.indices.map { place in
            "\(peers[place].name) \(lines.count { $0.outcomes[place].passes })"
        }
        let refused = peers.indices.map { place in
            "\(peers[place].name) \(smuggling.count { $0.outcomes[place].strictness == .refused })"
        }
        return [
            "Of \(lines.count) rows, these pass: \(passed.joined(separator: ", ")).",
            "Of \(smuggling.count) rows by which requests are smuggled, these let nothing complete through to the "
                + "origin: \(refused.joined(separator: ", ")).",
            "\(peers[0].name) is at least as strict as the stricter of the others on "
                + "\(smuggling.count(where: \.isStrictest)) of these \(smuggling.count) rows.",
        ]
    }

    /// The table, with a mark where a peer does otherwise than the row says.
    var markdown: String {
        let names = peers.map { "\($0.name) \($0.version)" }.joined(separator: " | ")
        let rows = lines.map { line in
            let cells = line.outcomes.map { ($0.passes ? "" : "✘ ") + $0.words }
            return "| \(line.id)\(line.smuggles ? " •" : "") | \(cells.joined(separator: " | ")) |"
        }
        return (totals.map { "- \($0)" } + ["", "| row | \(names) |", "|---|---|---|---|"] + rows)
            .joined(separator: "\n") + "\n"
    }
}
