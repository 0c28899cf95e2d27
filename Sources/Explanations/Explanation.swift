import DeltaEngine

/// What became of a page from one version to the next, as a delta tells it.
package struct Explanation {
    /// A part of a page, and what happened to it.
    struct Stretch: Hashable {
        var change: Change
        var range: Range<Int>
    }

    /// What happened to a part of a page; the raw values ascend with what a reader wants to notice most.
    enum Change: Int, Comparable {
        /// It stands where it stood, in the order of the base.
        case unchanged
        /// It's a copy of something that stands elsewhere in the page too: of the page's own past, or of the base.
        case repeated
        /// It stood elsewhere in the base, and there no more.
        case moved
        /// It's new.
        case new

        static func < (one: Change, other: Change) -> Bool { one.rawValue < other.rawValue }
    }

    /// Where a stretch was copied from, as an offset in bytes.
    enum Source: Hashable {
        case base(Int)
        case page(Int)

        /// What lies further on by so many bytes.
        func advanced(by bytes: Int) -> Source {
            switch self {
            case .base(let offset): .base(offset + bytes)
            case .page(let offset): .page(offset + bytes)
            }
        }
    }

    /// Old text that the page has no more.
    struct Removal: Hashable {
        /// Where in the page it would stand.
        var position: Int
        /// Where in the base it stood.
        var range: Range<Int>
    }

    let baseName: String
    let pageName: String
    let base: [UInt8]
    package let page: [UInt8]
    /// The length of the delta, in bytes, without the versions that a delta file carries too.
    let deltaBytes: Int
    let description: DeltaDescription
    /// The page from its start to its end, without gaps.
    let stretches: [Stretch]
    /// Where a moved or repeated stretch, by its start, was copied from.
    let sources: [Int: Source]
    /// In order of position.
    let removals: [Removal]

    /// Explains a page.
    ///
    /// - Parameters:
    ///   - base: The old version.
    ///   - baseName: What it is called.
    ///   - page: The new version.
    ///   - pageName: What it is called.
    ///   - delta: What makes the new version of the old one.
    /// - Throws: What is wrong with the delta.
    package init(base: [UInt8], named baseName: String, page: [UInt8], named pageName: String, delta: [UInt8]) throws {
        var decoder = DeltaDecoder(outputLimit: DeltaLimits.pageBytes)
        description = try decoder.describe(delta.span, base: base.span)
        (self.base, self.baseName, self.page, self.pageName) = (base, baseName, page, pageName)
        deltaBytes = delta.count

        let segments = try Self.comparison(description, base: base, page: page)
        let inPlace = Self.segmentsInPlace(segments)
        var stretches: [Stretch] = []
        var sources: [Int: Source] = [:]
        let kept = Self.baseRanges(inPlace, of: segments)
        for (index, segment) in segments.enumerated() {
            let change: Change
            switch segment.origin {
            case .new: change = .new
            case .base where inPlace.contains(index): change = .unchanged
            case .base(let offset):
                let isKept = Self.overlap(of: offset..<offset + segment.range.count, with: kept)
                change = 2 * isKept > segment.range.count ? .repeated : .moved
                sources[segment.range.lowerBound] = .base(offset)
            case .page(let offset):
                change = .repeated
                sources[segment.range.lowerBound] = .page(offset)
            }
            let continues = change == stretches.last?.change && (change == .unchanged || change == .new)
            if continues {
                stretches[stretches.count - 1].range = stretches.last!.range.lowerBound..<segment.range.upperBound
            } else {
                stretches.append(.init(change: change, range: segment.range))
            }
        }
        (self.stretches, self.sources) = (stretches, sources)
        removals = Self.removals(segments, inPlace: inPlace, baseBytes: base.count)
    }

    /// What the page has from its base.
    ///
    /// Arithmetic-coded deltas predict what is cheaper to predict than to copy: what their copies leave out need not be new.
    private static func comparison(
        _ description: DeltaDescription, base: [UInt8], page: [UInt8]
    ) throws -> [DeltaDescription.Segment] {
        switch description.kind {
        case .identical, .page, .replacement, .delta: return description.segments
        case .coded, .zones:
            var encoder = try DeltaEncoder()
            var decoder = DeltaDecoder(outputLimit: DeltaLimits.pageBytes)
            let delta = try encoder.encode(page.span, against: DeltaBase(base), level: .deflate)
            return try decoder.describe(delta.span, base: base.span).segments
        }
    }

    /// How many bytes of the page something happened to.
    func byteCount(_ change: Change) -> Int {
        stretches.reduce(0) { $1.change == change ? $0 + $1.range.count : $0 }
    }

    /// How many bytes of the base the page has no more.
    package var removedBytes: Int { removals.reduce(0) { $0 + $1.range.count } }

    /// The page in so many equal parts: for each, what is to be noticed most in it.
    func map(cells: Int) -> [Change] {
        guard !page.isEmpty else { return [] }
        let count = min(cells, page.count)
        var map = [Change](repeating: .unchanged, count: count)
        for stretch in stretches where stretch.change != .unchanged {
            let first = stretch.range.lowerBound * count / page.count
            let last = (stretch.range.upperBound - 1) * count / page.count
            for cell in first...last { map[cell] = max(map[cell], stretch.change) }
        }
        return map
    }
}
