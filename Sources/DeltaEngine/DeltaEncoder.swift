internal import CDelta

/// Makes deltas; keeps its working memory from call to call.
///
/// One thread at a time may use an encoder, and any number of encoders may share a ``DeltaBase``.
@safe public struct DeltaEncoder: ~Copyable {
    private let matcher: OpaquePointer
    private var operations = Scratch()
    private var literals = Scratch()
    private var context = Scratch()
    private var output = Scratch()
    private var deflater = Deflater()

    /// Sections shorter than this are never worth a compressor's own overhead.
    private static let minCompressibleBytes = 24

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
        let length = try unsafe target.withUnsafeBufferPointer { bytes throws(DeltaError) in
            guard level != .stored, bytes.count > 0 || base != nil else { return unsafe store(bytes) }
            guard let base else { return try unsafe encodePage(bytes, level: level) }
            return try unsafe encodeDelta(bytes, against: base, level: level)
        }
        return unsafe [UInt8](UnsafeBufferPointer(start: output.reserve(length), count: length))
    }

    /// Leaves the page as it is at `output` and returns the length there, as do all of the following.
    private mutating func store(_ target: UnsafeBufferPointer<UInt8>) -> Int {
        let out = unsafe output.reserve(DeltaHeader.maxBytes + target.count)
        let start = unsafe DeltaHeader(kind: .page(.raw), targetBytes: target.count).write(to: out, baseBytes: 0)
        if let bytes = target.baseAddress { unsafe (out + start).update(from: bytes, count: target.count) }
        return start + target.count
    }

    /// Compresses a page on its own.
    private mutating func encodePage(
        _ target: UnsafeBufferPointer<UInt8>, level: DeltaLevel
    ) throws(DeltaError) -> Int {
        let out = unsafe output.reserve(DeltaHeader.maxBytes + target.count)
        let header = DeltaHeader(kind: .page(level == .fast ? .lz4 : .deflate), targetBytes: target.count)
        let start = unsafe header.write(to: out, baseBytes: 0)
        let room = unsafe UnsafeMutableBufferPointer(start: out + start, count: max(0, target.count - start))
        let coded =
            unsafe level == .fast
            ? LZ4.compress(target, to: room) : try deflater.compress(target, to: room)
        if let coded { return start + coded }
        return unsafe store(target)
    }

    private mutating func encodeDelta(
        _ target: UnsafeBufferPointer<UInt8>, against base: DeltaBase, level: DeltaLevel
    ) throws(DeltaError) -> Int {
        var copies: UnsafePointer<cdelta_copy>?
        var copyCount = 0
        let status = unsafe cdelta_match(
            matcher, base.index, base.bytes, base.bytes.count, target.baseAddress, target.count,
            level == .fast ? .CDELTA_EFFORT_FAST : .CDELTA_EFFORT_THOROUGH, &copies, &copyCount)
        if let error = DeltaError(status, reading: .operations) { throw error }
        let found = unsafe UnsafeBufferPointer(start: copies, count: copyCount)

        let copied = unsafe found.reduce(0) { $0 + Int($1.length) }
        if copied == target.count, target.count == base.bytes.count, unsafe found.allSatisfy({ $0.source == $0.target })
        {
            let header = DeltaHeader(kind: .identical, targetBytes: target.count)
            return unsafe header.write(to: output.reserve(DeltaHeader.maxBytes), baseBytes: base.bytes.count)
        }

        let operationsOut = unsafe operations.reserve(cdelta_operations_bound(copyCount))
        let operationsBytes = unsafe cdelta_operations_write(copies, copyCount, base.bytes.count, operationsOut)
        let literalsOut = unsafe literals.reserve(target.count - copied)
        let literalBytes = unsafe cdelta_literals_gather(
            copies, copyCount, target.baseAddress, target.count, literalsOut)
        let length = try unsafe writeDelta(
            operations: UnsafeBufferPointer(start: operationsOut, count: operationsBytes),
            literals: UnsafeBufferPointer(start: literalsOut, count: literalBytes),
            target: target.count, base: base, level: level)
        // Where little was found, the page on its own may be smaller.
        guard 2 * literalBytes > target.count else { return length }
        let delta = unsafe [UInt8](UnsafeBufferPointer(start: output.reserve(length), count: length))
        let alone = try unsafe encodePage(target, level: level)
        guard alone >= length else { return alone }
        unsafe output.reserve(length).update(from: delta, count: length)
        return length
    }

    /// Puts header and sections together, each section coded as the level says where that makes it smaller.
    private mutating func writeDelta(
        operations: UnsafeBufferPointer<UInt8>, literals: UnsafeBufferPointer<UInt8>,
        target targetBytes: Int, base: DeltaBase, level: DeltaLevel
    ) throws(DeltaError) -> Int {
        // Sections are written behind the room for the longest header, which then slides up to them.
        let sectionsStart = DeltaHeader.maxBytes
        let out = unsafe output.reserve(sectionsStart + operations.count + literals.count)
        let (operationsCoding, codedOperations) = try unsafe code(
            operations, to: out + sectionsStart, level: level, dictionary: nil)
        let dictionary =
            try unsafe level == .deflate ? literalContext(operations, base: base, target: targetBytes) : nil
        let (literalsCoding, codedLiterals) = try unsafe code(
            literals, to: out + sectionsStart + codedOperations, level: level, dictionary: dictionary)

        let header = DeltaHeader(
            kind: .delta(operations: operationsCoding, literals: literalsCoding), targetBytes: targetBytes,
            operationsBytes: operations.count, codedOperationsBytes: codedOperations)
        let start = unsafe header.write(to: out, baseBytes: base.bytes.count)
        unsafe (out + start).update(from: out + sectionsStart, count: codedOperations + codedLiterals)
        return start + codedOperations + codedLiterals
    }

    private mutating func literalContext(
        _ operations: UnsafeBufferPointer<UInt8>, base: DeltaBase, target targetBytes: Int
    ) throws(DeltaError) -> UnsafeBufferPointer<UInt8> {
        let out = unsafe context.reserve(CDELTA_CONTEXT_MAX)
        var length = 0
        let status = unsafe cdelta_context_gather(
            operations.baseAddress, operations.count, base.bytes, base.bytes.count, targetBytes, out, &length)
        if let error = DeltaError(status, reading: .operations) { throw error }
        return unsafe UnsafeBufferPointer(start: out, count: length)
    }

    private mutating func code(
        _ section: UnsafeBufferPointer<UInt8>, to out: UnsafeMutablePointer<UInt8>, level: DeltaLevel,
        dictionary: UnsafeBufferPointer<UInt8>?
    ) throws(DeltaError) -> (DeltaHeader.Coding, Int) {
        if unsafe section.count >= Self.minCompressibleBytes || (dictionary != nil && section.count > 4) {
            let room = unsafe UnsafeMutableBufferPointer(start: out, count: section.count - 1)
            if level == .fast, let length = unsafe LZ4.compress(section, to: room) { return (.lz4, length) }
            if level == .deflate,
                let length = try unsafe deflater.compress(section, dictionary: dictionary, to: room)
            {
                return (.deflate, length)
            }
        }
        if let bytes = section.baseAddress { unsafe out.update(from: bytes, count: section.count) }
        return (.raw, section.count)
    }
}
