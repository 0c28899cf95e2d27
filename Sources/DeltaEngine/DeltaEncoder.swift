internal import CDelta

/// Makes deltas; keeps its working memory from call to call.
///
/// That memory grows to what the most demanding page so far took, and is freed with the encoder: it holds the copies that
/// were found and the new bytes, which is a fraction of most pages, 1.25 times a page that is sent on its own, and ten times
/// a page and 1 MB at the very most. Where such a page was an exception, a new encoder is the way back to little.
///
/// One thread at a time may use an encoder, and any number of encoders may share a ``DeltaBase``.
@safe public struct DeltaEncoder: ~Copyable {
    private let matcher: OpaquePointer
    private var sections = Scratch()
    private var context = Scratch()
    private var output = Scratch()
    private var deflater = Deflater()

    /// Sections shorter than this rarely gain from a compressor without a dictionary.
    private static let minCompressibleBytes = 24

    /// With a dictionary shorter ones gain too, but for these few bytes.
    private static let minBytesWithContext = 5

    /// The new part of a page from which on it is sent on its own: one pass, and nearly as small.
    private static let fastPageFrom = 0.5, deflatePageFrom = 0.8

    /// The new part of a page from which on level `fast` uses LZ4.
    ///
    /// A delta with less new content gains little from it, and would lose half its speed, above all in decoding.
    private static let fastLZ4From = 0.25

    /// Room beyond the literals, so that the last of them may be copied as whole blocks too.
    private static let blockBytes = 64

    /// Creates an encoder.
    ///
    /// - Throws: ``DeltaError/outOfMemory``.
    public init() throws(DeltaError) {
        var created: OpaquePointer?
        let status = unsafe cdelta_matcher_create(cdelta_isa_best(), &created)
        if let error = DeltaError(status, reading: .header) { throw error }
        unsafe matcher = created!  // CDELTA_OK promises it
    }

    deinit { unsafe cdelta_matcher_free(matcher) }

    /// Encodes a page against a base.
    ///
    /// - Parameters:
    ///   - target: The new version of the page; may be empty. Borrowed for this call only.
    ///   - base: A version that the decoding end has too, or `nil` for a page that is compressed on its own.
    ///   - level: How to code the result.
    /// - Returns: The delta, from 1 byte (an identical page) to 1 byte more than the target. It names neither base nor
    ///   target: their versions travel beside it.
    /// - Throws: ``DeltaError/pageTooLarge(byteCount:limit:)``, ``DeltaError/outOfMemory``.
    /// - Complexity: O(*target*), for any input.
    /// - SeeAlso: `docs/formats/delta.md`.
    public mutating func encode(
        _ target: Span<UInt8>, against base: DeltaBase?, level: DeltaLevel = .fast
    ) throws(DeltaError) -> [UInt8] {
        try DeltaLimits.check(pageBytes: target.count)
        return try unsafe target.withUnsafeBufferPointer { bytes throws(DeltaError) in
            guard level != .stored else { return unsafe Self.store(bytes) }
            guard let base else { return try unsafe encodePage(bytes, level: level) }
            return try unsafe encodeDelta(bytes, against: base, level: level)
        }
    }

    /// Leaves the page as it is.
    private static func store(_ target: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: DeltaHeader.maxBytes + target.count) { out, count in
            let header = DeltaHeader(kind: .page(.raw), targetBytes: target.count)
            let start = unsafe header.write(to: out.baseAddress!, baseBytes: 0)
            _ = unsafe UnsafeMutableBufferPointer(rebasing: out[start...]).initialize(fromContentsOf: target)
            count = start + target.count
        }
    }

    /// Compresses a page on its own.
    private mutating func encodePage(
        _ target: UnsafeBufferPointer<UInt8>, level: DeltaLevel
    ) throws(DeltaError) -> [UInt8] {
        let out = unsafe output.reserve(DeltaHeader.maxBytes + target.count)
        let header = DeltaHeader(kind: .page(level == .fast ? .lz4 : .deflate), targetBytes: target.count)
        let start = unsafe header.write(to: out, baseBytes: 0)
        let room = unsafe UnsafeMutableBufferPointer(start: out + start, count: max(0, target.count - start))
        guard let coded = try unsafe compress(target, level: level, dictionary: nil, to: room) else {
            return unsafe Self.store(target)
        }
        return unsafe [UInt8](UnsafeBufferPointer(start: out, count: start + coded))
    }

    private mutating func encodeDelta(
        _ target: UnsafeBufferPointer<UInt8>, against base: DeltaBase, level: DeltaLevel
    ) throws(DeltaError) -> [UInt8] {
        var copies: UnsafePointer<cdelta_copy>?
        var copyCount = 0
        let status = unsafe cdelta_match(
            matcher, base.index, base.bytes, base.bytes.count, target.baseAddress, target.count,
            level == .fast ? .CDELTA_EFFORT_FAST : .CDELTA_EFFORT_THOROUGH, &copies, &copyCount)
        if let error = DeltaError(status, reading: .operations) { throw error }
        let identical =
            unsafe copyCount == 1
            ? copies![0].length == target.count && target.count == base.bytes.count
            : target.isEmpty && base.bytes.isEmpty
        if identical { return [DeltaHeader.identical] }

        let literalBytes = unsafe UnsafeBufferPointer(start: copies, count: copyCount)
            .reduce(target.count) { $0 - Int($1.length) }
        let newPart = Double(literalBytes) / Double(max(target.count, 1))
        if newPart > (level == .fast ? Self.fastPageFrom : Self.deflatePageFrom) {
            return try unsafe encodePage(target, level: level)
        }

        // Operations and literals as they are, behind room for the longest header: already the layout of a delta.
        let start = DeltaHeader.maxBytes
        let literalRoom = literalBytes + Self.blockBytes
        let raw = unsafe sections.reserve(start + cdelta_operations_bound(copyCount) + literalRoom) + start
        let operationsBytes = unsafe cdelta_operations_write(copies, copyCount, base.bytes.count, raw)
        _ = unsafe cdelta_literals_gather(
            copies, copyCount, target.baseAddress, target.count, raw + operationsBytes, literalRoom)
        var header = DeltaHeader(
            kind: .delta(operations: .raw, literals: .raw), targetBytes: target.count,
            operationsBytes: operationsBytes, codedOperationsBytes: operationsBytes)
        if level == .fast, newPart <= Self.fastLZ4From {
            let length = unsafe header.write(endingAt: raw, baseBytes: base.bytes.count)
            return unsafe Self.smaller(
                UnsafeBufferPointer(start: raw - length, count: length + operationsBytes + literalBytes), target)
        }

        let operations = unsafe UnsafeBufferPointer(start: raw, count: operationsBytes)
        let literals = unsafe UnsafeBufferPointer(start: raw + operationsBytes, count: literalBytes)
        let out = unsafe output.reserve(start + operationsBytes + literalBytes) + start
        let (operationsCoding, operationsCoded) = try unsafe code(operations, to: out, level: level, dictionary: nil)
        let withContext = level == .deflate && literalBytes >= Self.minBytesWithContext
        let dictionary =
            try unsafe withContext ? literalContext(operations, base: base, targetBytes: target.count) : nil
        let (literalsCoding, literalsCoded) = try unsafe code(
            literals, to: out + operationsCoded, level: level, dictionary: dictionary)
        header.kind = .delta(operations: operationsCoding, literals: literalsCoding)
        header.codedOperationsBytes = operationsCoded
        let length = unsafe header.write(endingAt: out, baseBytes: base.bytes.count)
        return unsafe Self.smaller(
            UnsafeBufferPointer(start: out - length, count: length + operationsCoded + literalsCoded), target)
    }

    /// The delta, or the page as it is where that is smaller.
    private static func smaller(
        _ delta: UnsafeBufferPointer<UInt8>, _ target: UnsafeBufferPointer<UInt8>
    ) -> [UInt8] {
        unsafe delta.count <= target.count ? [UInt8](delta) : store(target)
    }

    private mutating func literalContext(
        _ operations: UnsafeBufferPointer<UInt8>, base: DeltaBase, targetBytes: Int
    ) throws(DeltaError) -> UnsafeBufferPointer<UInt8> {
        let out = unsafe context.reserve(CDELTA_CONTEXT_MAX)
        var length = 0
        let status = unsafe cdelta_context_gather(
            operations.baseAddress, operations.count, base.bytes, base.bytes.count, targetBytes, out, &length)
        if let error = DeltaError(status, reading: .operations) { throw error }
        return unsafe UnsafeBufferPointer(start: out, count: length)
    }

    /// Codes a section as the level says where that makes it smaller, and leaves it as it is where not.
    private mutating func code(
        _ section: UnsafeBufferPointer<UInt8>, to out: UnsafeMutablePointer<UInt8>, level: DeltaLevel,
        dictionary: UnsafeBufferPointer<UInt8>?
    ) throws(DeltaError) -> (DeltaHeader.Coding, Int) {
        if unsafe section.count >= (dictionary == nil ? Self.minCompressibleBytes : Self.minBytesWithContext) {
            let room = unsafe UnsafeMutableBufferPointer(start: out, count: section.count - 1)
            if let length = try unsafe compress(section, level: level, dictionary: dictionary, to: room) {
                return (level == .fast ? .lz4 : .deflate, length)
            }
        }
        if let bytes = section.baseAddress { unsafe out.update(from: bytes, count: section.count) }
        return (.raw, section.count)
    }

    /// Compresses as the level says; `nil` where the result doesn't fit.
    private mutating func compress(
        _ input: UnsafeBufferPointer<UInt8>, level: DeltaLevel, dictionary: UnsafeBufferPointer<UInt8>?,
        to room: UnsafeMutableBufferPointer<UInt8>
    ) throws(DeltaError) -> Int? {
        level == .fast
            ? unsafe LZ4.compress(input, to: room)
            : try unsafe deflater.compress(input, dictionary: dictionary, to: room)
    }
}
