internal import CDelta

/// What is in a delta, for people and for statistics: how it is coded, and which part of the page comes from where.
public struct DeltaDescription: Hashable, Sendable {
    /// What a delta is, on the whole.
    public enum Kind: Hashable, Sendable {
        /// The page is its base.
        case identical
        /// The whole page, without a base.
        case page(Coding)
        /// Operations and new bytes against a base.
        case delta
        /// The base with one stretch of it replaced by as many new bytes.
        case replacement
        /// One arithmetic-coded stream against a base, as the level makes it.
        case coded(DeltaLevel)
        /// Zones, each a delta of its own.
        case zones
    }

    /// How a section of a delta is coded.
    public enum Coding: String, Hashable, Sendable {
        /// As it is.
        case raw
        /// As an LZ4 block.
        case lz4
        /// As a raw deflate stream.
        case deflate
    }

    /// One part of a delta, in bytes before and after coding.
    public struct Section: Hashable, Sendable {
        /// How it is coded.
        public var coding: Coding
        /// Its length as the decoder needs it.
        public var rawBytes: Int
        /// Its length in the delta.
        public var codedBytes: Int
    }

    /// A stretch of the page, and where its bytes come from.
    public struct Segment: Hashable, Sendable {
        /// Where bytes of a page come from.
        public enum Origin: Hashable, Sendable {
            /// New bytes, carried by the delta.
            case new
            /// The base, from this offset on.
            case base(offset: Int)
            /// The page itself, from this earlier offset on; the copy may overlap itself.
            case page(offset: Int)
        }

        /// Where the bytes come from.
        public var origin: Origin
        /// Which bytes of the page they are.
        public var range: Range<Int>
        /// What this segment takes of an arithmetic-coded stream, in bits; `nil` where segments aren't coded one by one.
        public var bits: Double?
    }

    /// A stretch of a page that is a delta of its own.
    public struct Zone: Hashable, Sendable {
        /// What its delta is.
        public var kind: Kind
        /// Which bytes of the page it makes.
        public var range: Range<Int>
        /// The length of its delta.
        public var deltaBytes: Int
    }

    /// What the delta is.
    public var kind: Kind
    /// The length of the page, in bytes.
    public var pageBytes: Int
    /// The length of kind and sizes, in bytes.
    public var headerBytes: Int
    /// What to copy; `nil` but for a delta.
    public var operations: Section?
    /// The new bytes; `nil` but for a delta.
    public var literals: Section?
    /// The zones; empty but for a page in zones.
    public var zones: [Zone] = []
    /// The page from its start to its end, without gaps; a page without a base is one new segment.
    public var segments: [Segment]
}

extension DeltaDescription {
    /// What the copies, and what the new bytes of arithmetic-coded streams take, in bits; 0 where there is none.
    public var codedBits: (copies: Double, literals: Double) {
        segments.reduce(into: (0, 0)) { sums, segment in
            if segment.origin == .new { sums.literals += segment.bits ?? 0 } else { sums.copies += segment.bits ?? 0 }
        }
    }
}

extension DeltaDecoder {
    /// Describes a delta.
    ///
    /// - Parameters:
    ///   - delta: The delta.
    ///   - base: The bytes of its base; `nil` where there is none.
    ///   - segmentLimit: The most segments to list: a small delta may announce very many, and each takes 48 bytes.
    /// - Returns: What is in it.
    /// - Throws: ``DeltaError/tooManySegments(limit:)``, and what is wrong with header, operations and arithmetic-coded
    ///   streams. Compressed pages and literals aren't expanded, so damage in them goes unseen.
    /// - Complexity: O(*operations* + number of segments); as decoding for an arithmetic-coded stream.
    public mutating func describe(
        _ delta: Span<UInt8>, base: Span<UInt8>?, segmentLimit: Int = 1_000_000
    ) throws(DeltaError) -> DeltaDescription {
        try unsafe delta.withUnsafeBufferPointer { delta throws(DeltaError) in
            guard let base else {
                let empty = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
                return try unsafe describe(delta, base: empty, baseBytes: nil, segmentLimit: segmentLimit)
            }
            return try unsafe base.withUnsafeBufferPointer { base throws(DeltaError) in
                try unsafe describe(delta, base: base, baseBytes: base.count, segmentLimit: segmentLimit)
            }
        }
    }

    private mutating func describe(
        _ delta: UnsafeBufferPointer<UInt8>, base: UnsafeBufferPointer<UInt8>, baseBytes: Int?, segmentLimit: Int
    ) throws(DeltaError) -> DeltaDescription {
        let (header, start) = try unsafe DeltaHeader.read(delta, baseBytes: baseBytes)
        guard header.targetBytes <= outputLimit else {
            throw .outputTooLarge(byteCount: header.targetBytes, limit: outputLimit)
        }
        let whole = 0..<header.targetBytes
        let body = unsafe UnsafeBufferPointer(rebasing: delta[start...])
        var description = DeltaDescription(
            kind: .identical, pageBytes: header.targetBytes, headerBytes: start, segments: [])
        switch header.kind {
        case .identical:
            description.segments = try Self.segments(.base(offset: 0), whole, limit: segmentLimit)
        case .page(let coding):
            description.kind = .page(.init(coding))
            description.segments = try Self.segments(.new, whole, limit: segmentLimit)
        case .delta(let operationsCoding, let literalsCoding):
            let operations = try unsafe readOperations(body, header: header, coding: operationsCoding)
            let segments = try unsafe Self.segments(
                operations, baseBytes: baseBytes ?? 0, pageBytes: whole.count, limit: segmentLimit)
            description.kind = .delta
            description.operations = .init(
                coding: .init(operationsCoding), rawBytes: header.operationsBytes,
                codedBytes: header.codedOperationsBytes)
            description.literals = .init(
                coding: .init(literalsCoding),
                rawBytes: segments.reduce(0) { $1.origin == .new ? $0 + $1.range.count : $0 },
                codedBytes: body.count - header.codedOperationsBytes)
            description.segments = segments
        case .replacement(let position):
            description.kind = .replacement
            let end = position + body.count
            let parts: [(DeltaDescription.Segment.Origin, Range<Int>)] = [
                (.base(offset: 0), 0..<position), (.new, position..<end), (.base(offset: end), end..<whole.count),
            ]
            for (origin, range) in parts {
                description.segments += try Self.segments(
                    origin, range, limit: segmentLimit - description.segments.count)
            }
        case .coded(let model, let sizeClass):
            description.kind = .coded(model == .small ? .small : .balanced)
            description.segments = try unsafe tracedSegments(
                body, model: model, sizeClass: sizeClass, base: base, pageBytes: whole.count, limit: segmentLimit)
        case .zones(let count):
            description.kind = .zones
            try unsafe check(body, zoneCount: count, targetBytes: whole.count, baseBytes: baseBytes)
            try unsafe Zones.read(body, count: count, targetBytes: whole.count) { zone, _ throws(DeltaError) in
                let part = try unsafe describe(
                    zone, base: base, baseBytes: baseBytes, segmentLimit: segmentLimit - description.segments.count)
                description.append(part, deltaBytes: zone.count)
            }
        }
        return description
    }

    /// Decodes a stream to see what it consists of.
    private mutating func tracedSegments(
        _ stream: UnsafeBufferPointer<UInt8>, model: DeltaHeader.Model, sizeClass: Int,
        base: UnsafeBufferPointer<UInt8>, pageBytes: Int, limit: Int
    ) throws(DeltaError) -> [DeltaDescription.Segment] {
        var collector = SegmentCollector(baseBytes: base.count, limit: limit)
        let coder = try unsafe checkedCoder(sizeClass: sizeClass)
        let page = unsafe traced.reserve(pageBytes)
        let status = unsafe withUnsafeMutablePointer(to: &collector) { collector in
            var trace = unsafe cdelta_trace(
                visit: { context, source, target, length, bits in
                    unsafe context!.assumingMemoryBound(to: SegmentCollector.self).pointee.add(
                        source: source, target: target, length: length, bits: bits)
                }, context: collector)
            return unsafe cdelta_coder_decode(
                coder, model.depth, UInt32(sizeClass), stream.baseAddress, stream.count, base.baseAddress, base.count,
                page, pageBytes, &trace)
        }
        if let error = DeltaError(status, reading: .stream) { throw error }
        guard !collector.isFull else { throw .tooManySegments(limit: limit) }
        return collector.segments
    }

    /// A page from one place: one segment, or none where it is empty.
    private static func segments(
        _ origin: DeltaDescription.Segment.Origin, _ page: Range<Int>, limit: Int
    ) throws(DeltaError) -> [DeltaDescription.Segment] {
        guard !page.isEmpty else { return [] }
        guard limit > 0 else { throw .tooManySegments(limit: limit) }
        return [.init(origin: origin, range: page)]
    }

    private static func segments(
        _ operations: UnsafeBufferPointer<UInt8>, baseBytes: Int, pageBytes: Int, limit: Int
    ) throws(DeltaError) -> [DeltaDescription.Segment] {
        var reader = unsafe cdelta_operations_read(operations.baseAddress, operations.count, baseBytes, pageBytes)
        var segments: [DeltaDescription.Segment] = []
        var position = 0
        func append(_ origin: DeltaDescription.Segment.Origin, until end: Int) throws(DeltaError) {
            guard segments.count < limit else { throw .tooManySegments(limit: limit) }
            segments.append(.init(origin: origin, range: position..<end))
            position = end
        }
        while true {
            var copy = cdelta_copy()
            let status = unsafe cdelta_operations_next(&reader, &copy)
            if let error = DeltaError(status, reading: .operations) { throw error }
            let start = copy.length > 0 ? Int(copy.target) : pageBytes
            if start > position { try append(.new, until: start) }
            if copy.length == 0 { return segments }
            let source = Int(copy.source)
            try append(
                source < baseBytes ? .base(offset: source) : .page(offset: source - baseBytes),
                until: start + Int(copy.length))
        }
    }
}

extension DeltaDescription.Coding {
    init(_ coding: DeltaHeader.Coding) {
        self =
            switch coding {
            case .raw: .raw
            case .lz4: .lz4
            case .deflate: .deflate
            }
    }
}

extension DeltaDescription {
    /// Puts a zone behind what is described already.
    fileprivate mutating func append(_ part: DeltaDescription, deltaBytes: Int) {
        let start = segments.last?.range.upperBound ?? 0
        zones.append(.init(kind: part.kind, range: start..<start + part.pageBytes, deltaBytes: deltaBytes))
        segments += part.segments.map { segment in
            var moved = segment
            moved.range = segment.range.lowerBound + start..<segment.range.upperBound + start
            if case .page(let offset) = segment.origin { moved.origin = .page(offset: offset + start) }
            return moved
        }
    }
}

/// What a coder's trace tells, as segments.
private struct SegmentCollector {
    let baseBytes: Int
    let limit: Int
    var segments: [DeltaDescription.Segment] = []
    var isFull = false

    mutating func add(source: UInt32, target: UInt32, length: UInt32, bits: UInt64) {
        guard segments.count < limit else {
            isFull = true
            return
        }
        let range = Int(target)..<Int(target) + Int(length)
        let origin: DeltaDescription.Segment.Origin =
            switch Int(source) {
            case Int(UInt32.max): .new
            case ..<baseBytes: .base(offset: Int(source))
            default: .page(offset: Int(source) - baseBytes)
            }
        segments.append(.init(origin: origin, range: range, bits: Double(bits) / 2048))
    }
}
