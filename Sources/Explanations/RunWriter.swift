import Reports

/// Cuts parts of a page into runs of one kind each, with removed text and remarks between them.
struct RunWriter {
    private let explanation: Explanation
    private let removedLimit: Int
    private let notedLength: Int
    private var nextRemoval = 0

    /// Creates a writer; parts must be asked for in order.
    init(_ explanation: Explanation, removedLimit: Int, notedLength: Int) {
        (self.explanation, self.removedLimit, self.notedLength) = (explanation, removedLimit, notedLength)
    }

    /// A part of the page.
    mutating func runs(in range: Range<Int>) -> [Story.Run] {
        var runs: [Story.Run] = []
        func append(_ text: String, _ mark: Story.Mark) {
            if runs.last?.mark == mark, mark != .removed {
                runs[runs.count - 1].text += text
            } else {
                runs.append(.init(mark: mark, text: text))
            }
        }
        var index = range.isEmpty ? 0 : explanation.stretchIndex(at: range.lowerBound)
        var announced = -1
        for glyph in VisibleText(explanation.page[range]) {
            for removed in removals(upTo: glyph.range.lowerBound) { append(removed, .removed) }
            // A character of several bytes is as new as the newest of them.
            var change = Explanation.Change.unchanged
            while true {
                change = max(change, explanation.stretches[index].change)
                guard explanation.stretches[index].range.upperBound < glyph.range.upperBound else { break }
                index += 1
            }
            let stretch = explanation.stretches[index]
            if announced != index, glyph.range.upperBound > stretch.range.lowerBound {
                announced = index
                if let note = note(for: stretch), glyph.range.lowerBound <= stretch.range.lowerBound {
                    append(note, .note)
                }
            }
            append(glyph.text, .text(change))
            if stretch.range.upperBound == glyph.range.upperBound, index + 1 < explanation.stretches.count {
                index += 1
            }
        }
        for removed in removals(upTo: range.upperBound) { append(removed, .removed) }
        return runs
    }

    private func note(for stretch: Explanation.Stretch) -> String? {
        guard stretch.range.count >= notedLength, let source = explanation.sources[stretch.range.lowerBound] else {
            return nil
        }
        return "⟨\(stretch.change.words) \(source.words)→\(Quantity.count(stretch.range.lowerBound))⟩"
    }

    /// The text of removals up to a position; where a removal lies in a fold, it waits for the next passage.
    private mutating func removals(upTo position: Int) -> [String] {
        var texts: [String] = []
        while nextRemoval < explanation.removals.count, explanation.removals[nextRemoval].position <= position {
            let range = explanation.removals[nextRemoval].range
            let shown = range.prefix(removedLimit)
            var text = VisibleText(explanation.base[shown.startIndex..<shown.endIndex]).map(\.text).joined()
            if shown.count < range.count { text += "… \(Quantity.exactBytes(range.count - shown.count)) more" }
            texts.append(text)
            nextRemoval += 1
        }
        return texts
    }
}

extension Explanation.Change {
    /// What happened, as a reader is told.
    var words: String {
        switch self {
        case .unchanged: "unchanged"
        case .moved: "moved"
        case .repeated: "repeats"
        case .new: "new"
        }
    }
}

extension Explanation.Source {
    /// A place, as a reader is told.
    var words: String {
        switch self {
        case .base(let offset): Quantity.count(offset)
        case .page(let offset): "page \(Quantity.count(offset))"
        }
    }
}
