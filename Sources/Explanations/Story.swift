import Reports

/// The page retold for a reader: what changed is shown in its surroundings, and the rest is folded.
package struct Story {
    enum Part {
        case passage(Passage)
        case fold(Fold)
    }

    /// A part of the page that is shown.
    struct Passage {
        var range: Range<Int>
        /// The number of its first line in the page, from 1 on.
        var line: Int
        var runs: [Run]
    }

    /// A part of the page that is not shown at first.
    struct Fold {
        var range: Range<Int>
        var change: Explanation.Change
        /// Where it was copied from, if it's moved or repeated.
        var source: Explanation.Source?
        var line: Int
    }

    /// Text of one kind.
    struct Run: Hashable {
        var mark: Mark
        var text: String
    }

    /// What a run is.
    enum Mark: Hashable {
        case text(Explanation.Change)
        /// Text of the base that is gone.
        case removed
        /// A remark of ours, not text of the page.
        case note
    }

    let parts: [Part]
    /// Whether anything is more than folded.
    package var hasPassages: Bool { parts.contains { if case .passage = $0 { true } else { false } } }
    let explanation: Explanation

    /// How much is shown, in bytes.
    private enum Length {
        static let context = 48
        /// How far context reaches on to take in whole lines.
        static let lineReach = 160
        /// What is shorter is not worth a fold.
        static let fold = 80
        /// Longer new text is shown by its start and end.
        static let new = (most: 1600, start: 800, end: 400)
        /// As is longer moved text.
        static let moved = (most: 240, start: 80, end: 40)
        /// From here on moved text carries a note that says from where.
        static let noted = 32
        static let removed = 160
    }

    /// Retells a page.
    ///
    /// - Parameters:
    ///   - explanation: What happened to it.
    ///   - isFull: Whether to fold nothing and to shorten nothing.
    package init(_ explanation: Explanation, isFull: Bool) {
        self.explanation = explanation
        let whole = 0..<explanation.page.count
        var lines = LineCounter(explanation.page)
        var marks = RunWriter(explanation, removedLimit: isFull ? .max : Length.removed, notedLength: Length.noted)
        var parts: [Part] = []
        var end = 0
        for range in isFull ? [whole] : Self.shownRanges(explanation) {
            if range.lowerBound > end {
                parts.append(.fold(Self.fold(end..<range.lowerBound, explanation, line: lines.line(at: end))))
            }
            let line = lines.line(at: range.lowerBound)
            parts.append(.passage(.init(range: range, line: line, runs: marks.runs(in: range))))
            end = range.upperBound
        }
        if end < whole.upperBound {
            parts.append(.fold(Self.fold(end..<whole.upperBound, explanation, line: lines.line(at: end))))
        }
        self.parts = parts
    }

    private static func fold(_ range: Range<Int>, _ explanation: Explanation, line: Int) -> Fold {
        // A fold begins within the stretch that it hides: passages end in context or in the midst of long text.
        let stretch = explanation.stretches[explanation.stretchIndex(at: range.lowerBound)]
        let source = explanation.sources[stretch.range.lowerBound].map {
            $0.advanced(by: range.lowerBound - stretch.range.lowerBound)
        }
        return Fold(range: range, change: stretch.change, source: source, line: line)
    }

    /// What is shown, in order and apart from each other.
    private static func shownRanges(_ explanation: Explanation) -> [Range<Int>] {
        let page = explanation.page
        var wanted: [Range<Int>] = []
        for stretch in explanation.stretches where stretch.change != .unchanged {
            let (start, end) = (stretch.range.lowerBound, stretch.range.upperBound)
            let length = stretch.change == .new ? Length.new : Length.moved
            if stretch.range.count <= length.most {
                wanted.append(contextStart(before: start, page)..<contextEnd(after: end, page))
            } else {
                wanted.append(contextStart(before: start, page)..<start + length.start)
                wanted.append(end - length.end..<contextEnd(after: end, page))
            }
        }
        for removal in explanation.removals {
            let position = removal.position
            wanted.append(contextStart(before: position, page)..<contextEnd(after: position, page))
        }
        wanted.sort { $0.lowerBound < $1.lowerBound }

        var shown: [Range<Int>] = []
        for range in wanted {
            if let last = shown.last, range.lowerBound < last.upperBound + Length.fold {
                shown[shown.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                shown.append(range)
            }
        }
        return shown.filter { !$0.isEmpty }
    }

    /// Where the context of a change starts: with the line before it, or with its own line, or where that is far off,
    /// with a whole character.
    private static func contextStart(before position: Int, _ page: [UInt8]) -> Int {
        let reach = max(0, position - Length.lineReach)
        if let lineFeed = page[reach..<position].lastIndex(of: UInt8(ascii: "\n")) {
            return page[reach..<lineFeed].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? lineFeed + 1
        }
        if reach == 0 { return 0 }
        var start = position - Length.context
        while start > reach, page[start] & 0xc0 == 0x80 { start -= 1 }
        return start
    }

    private static func contextEnd(after position: Int, _ page: [UInt8]) -> Int {
        let reach = min(page.count, position + Length.lineReach)
        if let lineFeed = page[position..<reach].firstIndex(of: UInt8(ascii: "\n")) {
            return page[(lineFeed + 1)..<reach].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? lineFeed + 1
        }
        if reach == page.count { return reach }
        var end = position + Length.context
        while end < reach, page[end] & 0xc0 == 0x80 { end += 1 }
        return end
    }
}

extension Explanation {
    /// Which stretch a byte of the page belongs to.
    func stretchIndex(at position: Int) -> Int {
        var (low, high) = (0, stretches.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if stretches[middle].range.lowerBound <= position { low = middle } else { high = middle - 1 }
        }
        return low
    }
}

/// Tells line numbers of ascending positions in one pass.
private struct LineCounter {
    private let page: [UInt8]
    private var (position, line) = (0, 1)

    init(_ page: [UInt8]) { self.page = page }

    mutating func line(at target: Int) -> Int {
        while position < target {
            if page[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
        return line
    }
}
