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
    /// The page from its start to its end, without gaps; a page without a base is one new segment.
    public var segments: [Segment]
}

extension DeltaDecoder {
    /// Describes a delta without rebuilding the page.
    ///
    /// - Parameters:
    ///   - delta: The delta.
    ///   - baseBytes: The length of its base, in bytes; `nil` where there is none.
    ///   - segmentLimit: The most segments to list: a small delta may announce very many, and each takes 32 bytes.
    /// - Returns: What is in it.
    /// - Throws: ``DeltaError/tooManySegments(limit:)``, and what is wrong with header and operations. Compressed pages and
    ///   literals aren't expanded, so damage in them goes unseen.
    /// - Complexity: O(*operations* + number of segments).
    public mutating func describe(
        _ delta: Span<UInt8>, baseBytes: Int?, segmentLimit: Int = 1_000_000
    ) throws(DeltaError) -> DeltaDescription {
        try unsafe delta.withUnsafeBufferPointer { delta throws(DeltaError) in
            let (header, start) = try unsafe DeltaHeader.read(delta, baseBytes: baseBytes)
            guard header.targetBytes <= outputLimit else {
                throw .outputTooLarge(byteCount: header.targetBytes, limit: outputLimit)
            }
            let whole = 0..<header.targetBytes
            var description = DeltaDescription(
                kind: .identical, pageBytes: header.targetBytes, headerBytes: start, segments: [])
            switch header.kind {
            case .identical:
                description.segments = try Self.segments(.base(offset: 0), whole, limit: segmentLimit)
            case .page(let coding):
                description.kind = .page(.init(coding))
                description.segments = try Self.segments(.new, whole, limit: segmentLimit)
            case .delta(let operationsCoding, let literalsCoding):
                let body = unsafe UnsafeBufferPointer(rebasing: delta[start...])
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
            }
            return description
        }
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
