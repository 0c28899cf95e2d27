import DeltaEngine

extension Explanation {
    /// Which copies from the base are unchanged, and not moved: the heaviest choice that keeps the base's order.
    ///
    /// A delta says only where bytes come from. What a person calls moved is what stands in another order than before,
    /// and of two stretches that changed places, the shorter one. That is the heaviest increasing subsequence, found in
    /// O(*n* log *n*) with a tree of prefix maxima over the base's offsets (Fenwick, 1994).
    static func segmentsInPlace(_ segments: [DeltaDescription.Segment]) -> Set<Int> {
        var copies: [(index: Int, range: Range<Int>)] = []
        for (index, segment) in segments.enumerated() {
            guard case .base(let offset) = segment.origin else { continue }
            copies.append((index, offset..<offset + segment.range.count))
        }
        let ends = Set(copies.map(\.range.upperBound)).sorted()
        var tree = [(weight: Int, copy: Int?)](repeating: (0, nil), count: ends.count + 1)
        var before = [Int?](repeating: nil, count: copies.count)

        for (number, copy) in copies.enumerated() {
            // The best chain among those that end in the base before this copy starts.
            var best: (weight: Int, copy: Int?) = (0, nil)
            var node = count(of: ends, upTo: copy.range.lowerBound)
            while node > 0 {
                if tree[node].weight > best.weight { best = tree[node] }
                node &= node - 1
            }
            before[number] = best.copy
            let weight = best.weight + copy.range.count
            node = count(of: ends, upTo: copy.range.upperBound)
            while node < tree.count {
                if tree[node].weight < weight { tree[node] = (weight, number) }
                node += node & -node
            }
        }

        var inPlace: Set<Int> = []
        var next = tree.max { $0.weight < $1.weight }?.copy
        while let number = next {
            inPlace.insert(copies[number].index)
            next = before[number]
        }
        return inPlace
    }

    /// How many of the ascending `values` are at most `bound`.
    private static func count(of values: some RandomAccessCollection<Int>, upTo bound: Int) -> Int {
        var (low, high) = (0, values.count)
        while low < high {
            let middle = (low + high) / 2
            if values[values.index(values.startIndex, offsetBy: middle)] <= bound {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// Which parts of the base stay in place, in ascending order.
    static func baseRanges(_ inPlace: Set<Int>, of segments: [DeltaDescription.Segment]) -> [Range<Int>] {
        segments.indices.filter(inPlace.contains).compactMap { index in
            guard case .base(let offset) = segments[index].origin else { return nil }
            return offset..<offset + segments[index].range.count
        }
    }

    /// How many bytes of `range` lie in any of the ascending `ranges`.
    static func overlap(of range: Range<Int>, with ranges: [Range<Int>]) -> Int {
        let first = count(of: ranges.lazy.map(\.upperBound), upTo: range.lowerBound)
        return ranges[first...].prefix { $0.lowerBound < range.upperBound }
            .reduce(0) { $0 + $1.clamped(to: range).count }
    }

    /// What no copy took from the base, each piece with the place in the page where it would stand.
    static func removals(
        _ segments: [DeltaDescription.Segment], inPlace: Set<Int>, baseBytes: Int
    ) -> [Removal] {
        var taken: [Range<Int>] = []
        var anchors: [(base: Int, page: Int)] = []  // the ends of unchanged stretches: what followed there is gone
        for (index, segment) in segments.enumerated() {
            guard case .base(let offset) = segment.origin else { continue }
            taken.append(offset..<offset + segment.range.count)
            if inPlace.contains(index) { anchors.append((offset + segment.range.count, segment.range.upperBound)) }
        }
        taken.sort { $0.lowerBound < $1.lowerBound }
        taken.append(baseBytes..<baseBytes)

        var removals: [Removal] = []
        var (end, anchor) = (0, -1)
        for range in taken {
            if range.lowerBound > end {
                while anchor + 1 < anchors.count, anchors[anchor + 1].base <= end { anchor += 1 }
                removals.append(.init(position: anchor < 0 ? 0 : anchors[anchor].page, range: end..<range.lowerBound))
            }
            end = max(end, range.upperBound)
        }
        return removals
    }
}
