import DeltaEngine
import Reports

extension Explanation {
    /// The page in numbers.
    ///
    /// - Parameters:
    ///   - gzipBytes: What `gzip -6` makes of the page, for comparison.
    ///   - style: Colours.
    ///   - columns: How wide the map of the page may be.
    /// - Returns: Lines, each with a line feed.
    package func summary(gzipBytes: Int, style: TerminalStyle, columns: Int) -> String {
        func line(_ label: String, _ text: String) -> String {
            style.apply(.bold, to: label.padded(to: 9)) + text + "\n"
        }
        var text = line("page", "\(pageName): \(Quantity.exactBytes(page.count))")
        text += line("against", "\(baseName): \(Quantity.exactBytes(base.count))")
        text += line("delta", "\(deltaText), \(gzipText(gzipBytes))")
        for (label, value) in sectionTexts { text += line("", "\(label): \(value)") }
        text += line("bytes", contentText)
        if removedBytes > 0 { text += line("", "and \(Quantity.count(removedBytes)) of the base are gone") }
        let cells = map(cells: max(10, columns - 11)).map { change in
            switch change {
            case .unchanged: style.apply(.dim, to: "·")
            case .moved, .repeated: style.apply(.cyan, to: "▒")
            case .new: style.apply(.green, to: "█")
            }
        }
        if !cells.isEmpty { text += line("map", cells.joined()) }
        let bars = bitsRow(cells: max(10, columns - 11))
        if !bars.isEmpty { text += line("bits", bars) }
        return text
    }

    /// The delta, and what part of the page it is.
    package var deltaText: String {
        guard !page.isEmpty else { return Quantity.exactBytes(deltaBytes) }
        let share = Quantity.percent(Double(deltaBytes) / Double(page.count))
        return "\(Quantity.exactBytes(deltaBytes)), \(share) of the page"
    }

    /// What people have today, beside it.
    func gzipText(_ gzipBytes: Int) -> String {
        let factor = Double(gzipBytes) / Double(deltaBytes)
        let times = factor >= 1.05 ? ", \(Quantity.times(factor)) as much" : ""
        return "where gzip -6 needs \(Quantity.count(gzipBytes))\(times)"
    }

    /// What the delta consists of.
    var sectionTexts: [(label: String, value: String)] {
        var sections = [("header", Quantity.exactBytes(description.headerBytes))]
        switch description.kind {
        case .identical: sections.append(("nothing else", "the page is its base"))
        case .page(let coding):
            let bytes = Quantity.exactBytes(deltaBytes - description.headerBytes)
            sections.append(("page, compressed on its own", "\(bytes), \(coding.words)"))
        case .delta:
            if let operations = description.operations { sections.append(("what to copy", operations.words)) }
            if let literals = description.literals { sections.append(("new bytes", literals.words)) }
        case .replacement:
            sections.append(
                ("new bytes", "\(Quantity.exactBytes(deltaBytes - description.headerBytes)), in place of as many"))
        case .coded(let level): sections += codedTexts(level)
        case .zones:
            for zone in description.zones {
                let place = "\(Quantity.count(zone.range.lowerBound))…\(Quantity.count(zone.range.upperBound))"
                sections.append(("zone \(place)", "\(Quantity.exactBytes(zone.deltaBytes)), \(zone.kind.words)"))
            }
        }
        return sections
    }

    /// What the page consists of.
    package var contentText: String {
        func part(_ change: Change, _ words: String) -> String? {
            let bytes = byteCount(change)
            return bytes > 0 ? "\(Quantity.count(bytes)) \(words)" : nil
        }
        let places = stretches.count { $0.change == .new }
        let parts = [
            part(.unchanged, "unchanged"), part(.moved, "moved"), part(.repeated, "repeated"),
            part(.new, places == 1 ? "new in 1 place" : "new in \(Quantity.count(places)) places"),
        ]
        let text = parts.compactMap(\.self).joined(separator: ", ")
        return text.isEmpty ? "nothing: the page is empty" : text
    }
}

extension DeltaDescription.Coding {
    /// How bytes are coded, in a person's words.
    var words: String {
        switch self {
        case .raw: "not compressed"
        case .lz4: "compressed with LZ4"
        case .deflate: "compressed with deflate"
        }
    }
}

extension DeltaDescription.Section {
    /// A section's size, and what it was before it was compressed.
    var words: String {
        coding == .raw
            ? "\(Quantity.exactBytes(codedBytes)), \(coding.words)"
            : "\(Quantity.exactBytes(codedBytes)), \(coding.words) from \(Quantity.count(rawBytes))"
    }
}
