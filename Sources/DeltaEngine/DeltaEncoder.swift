internal import CDelta

/// Makes deltas; keeps its working memory from call to call.
///
/// That memory grows to what the most demanding page so far took, and is freed with the encoder: it holds the copies that
/// were found and the new bytes, which is a fraction of most pages, 1.25 times a page that is sent on its own, and ten times
/// a page and 1 MB at the very most. Levels `balanced`, `small` and `auto` take 4 MB more, whatever the page. Where a page
/// was an exception, a new encoder is the way back to little.
///
/// One thread at a time may use an encoder, and any number of encoders may share a ``DeltaBase``.
@safe public struct DeltaEncoder: ~Copyable {
    private let matcher: OpaquePointer
    private var sections = Scratch()
    private var context = Scratch()
    private var output = Scratch()
    private var deflater = Deflater()
    private var thoroughDeflater = Libdeflate(level: Libdeflate.thorough)
    private var quickDeflater = Libdeflate(level: Libdeflate.quick)
    private var coder = Coder()

    /// What level `auto` chose for the last page, and why; `nil` where the last page had another level.
    public internal(set) var choice: DeltaChoice?

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

    /// The longest stretch that is replaced as it is.
    private static let replacedBytes = 8

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
    ///   - microseconds: For level `auto`, the time that this page may take; other levels take what they take.
    ///   - smallest: For level `auto`, what to choose where time allows: `small`, or `balanced` where the decoding end's
    ///     time counts too.
    /// - Returns: The delta, from 1 byte (an identical page) to 1 byte more than the target. It names neither base nor
    ///   target: their versions travel beside it.
    /// - Throws: ``DeltaError/pageTooLarge(byteCount:limit:)``, ``DeltaError/outOfMemory``.
    /// - Complexity: O(*target*), for any input.
    /// - SeeAlso: `docs/formats/delta.md`.
    public mutating func encode(
        _ target: Span<UInt8>, against base: DeltaBase?, level: DeltaLevel = .balanced, microseconds: Int = 5_000,
        smallest: DeltaLevel = .small
    ) throws(DeltaError) -> [UInt8] {
        try DeltaLimits.check(pageBytes: target.count)
        choice = nil
        return try unsafe target.withUnsafeBufferPointer { bytes throws(DeltaError) in
            guard level != .stored else { return unsafe Self.store(bytes) }
            guard let base else {
                guard level == .auto else { return try unsafe encodePage(bytes, level: level) }
                return try unsafe encodePage(bytes, within: microseconds)
            }
            guard level == .auto else { return try unsafe encodeDelta(bytes, against: base, level: level) }
            return try unsafe encodeWithin(microseconds, smallest: smallest, bytes, against: base)
        }
    }

    /// Leaves the page as it is.
    static func store(_ target: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: DeltaHeader.maxBytes + target.count) { out, count in
            let header = DeltaHeader(kind: .page(.raw), targetBytes: target.count)
            let start = unsafe header.write(to: out.baseAddress!, baseBytes: 0)
            _ = unsafe UnsafeMutableBufferPointer(rebasing: out[start...]).initialize(fromContentsOf: target)
            count = start + target.count
        }
    }

    /// Compresses a page on its own.
    mutating func encodePage(
        _ target: UnsafeBufferPointer<UInt8>, level: DeltaLevel
    ) throws(DeltaError) -> [UInt8] {
        try unsafe encodePage(target, as: level == .fast ? .lz4 : .deflate) { encoder, room throws(DeltaError) in
            try unsafe encoder.compress(target, level: level, dictionary: nil, to: room)
        }
    }

    /// Compresses a page on its own, smaller than `gzip -9` does.
    mutating func encodePageThoroughly(_ target: UnsafeBufferPointer<UInt8>) throws(DeltaError) -> [UInt8] {
        try unsafe encodePage(target, as: .deflate) { encoder, room throws(DeltaError) in
            try unsafe encoder.thoroughDeflater.compress(target, to: room)
        }
    }

    /// Compresses a page on its own, smaller than `gzip -6` does, and in half the time.
    mutating func encodePageQuickly(_ target: UnsafeBufferPointer<UInt8>) throws(DeltaError) -> [UInt8] {
        try unsafe encodePage(target, as: .deflate) { encoder, room throws(DeltaError) in
            try unsafe encoder.quickDeflater.compress(target, to: room)
        }
    }

    /// Writes a page that `compress` put into the room that it was given; as it is where `compress` found that too little.
    private mutating func encodePage(
        _ target: UnsafeBufferPointer<UInt8>, as coding: DeltaHeader.Coding,
        _ compress: (inout DeltaEncoder, UnsafeMutableBufferPointer<UInt8>) throws(DeltaError) -> Int?
    ) throws(DeltaError) -> [UInt8] {
        let out = unsafe output.reserve(DeltaHeader.maxBytes + target.count)
        let start = unsafe DeltaHeader(kind: .page(coding), targetBytes: target.count).write(to: out, baseBytes: 0)
        let room = unsafe UnsafeMutableBufferPointer(start: out + start, count: max(0, target.count - start))
        guard let coded = try unsafe compress(&self, room) else { return unsafe Self.store(target) }
        return unsafe [UInt8](UnsafeBufferPointer(start: out, count: start + coded))
    }

    mutating func encodeDelta(
        _ target: UnsafeBufferPointer<UInt8>, against base: DeltaBase, level: DeltaLevel, lookUps: Int = .max
    ) throws(DeltaError) -> [UInt8] {
        let copies = try unsafe match(
            target, against: base, effort: level == .fast ? .CDELTA_EFFORT_FAST : .CDELTA_EFFORT_THOROUGH,
            lookUps: lookUps)
        return try unsafe code(target, copies: copies, against: base, level: level)
    }

    /// Finds what the page has from its base, thoroughly for so many look-ups at the most; valid until the next call.
    mutating func match(
        _ target: UnsafeBufferPointer<UInt8>, against base: DeltaBase, effort: cdelta_effort, lookUps: Int
    ) throws(DeltaError) -> UnsafeBufferPointer<cdelta_copy> {
        var copies: UnsafePointer<cdelta_copy>?
        var count = 0
        let status = unsafe cdelta_match(
            matcher, base.index, base.bytes, base.bytes.count, target.baseAddress, target.count, effort,
            lookUps, &copies, &count)
        if let error = DeltaError(status, reading: .operations) { throw error }
        return unsafe UnsafeBufferPointer(start: copies, count: count)
    }

    /// Codes a page whose copies are known.
    mutating func code(
        _ target: UnsafeBufferPointer<UInt8>, copies: UnsafeBufferPointer<cdelta_copy>, against base: DeltaBase,
        level: DeltaLevel
    ) throws(DeltaError) -> [UInt8] {
        let identical =
            unsafe copies.count == 1
            ? copies[0].length == target.count && target.count == base.bytes.count
            : target.isEmpty && base.bytes.isEmpty
        if identical { return [DeltaHeader.identical] }

        let replacement = unsafe replacement(target, copies: copies, against: base)
        if let model = DeltaHeader.Model(level) {
            if let delta = try unsafe codeStream(target, copies: copies, against: base, model: model) {
                return replacement.map { $0.count <= delta.count ? $0 : delta } ?? delta
            }
            return try unsafe code(target, copies: copies, against: base, level: .deflate)
        }
        if let replacement { return replacement }
        let literalBytes = unsafe copies.reduce(target.count) { $0 - Int($1.length) }
        let newPart = Double(literalBytes) / Double(max(target.count, 1))
        if newPart > (level == .fast ? Self.fastPageFrom : Self.deflatePageFrom) {
            return try unsafe encodePage(target, level: level)
        }

        // Operations and literals as they are, behind room for the longest header: already the layout of a delta.
        let start = DeltaHeader.maxBytes
        let literalRoom = literalBytes + Self.blockBytes
        let raw = unsafe sections.reserve(start + cdelta_operations_bound(copies.count) + literalRoom) + start
        let operationsBytes = unsafe cdelta_operations_write(copies.baseAddress, copies.count, base.bytes.count, raw)
        _ = unsafe cdelta_literals_gather(
            copies.baseAddress, copies.count, target.baseAddress, target.count, raw + operationsBytes, literalRoom)
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

    /// The commonest small change, a counter or a time: one short stretch that became another of the same length.
    private func replacement(
        _ target: UnsafeBufferPointer<UInt8>, copies: UnsafeBufferPointer<cdelta_copy>, against base: DeltaBase
    ) -> [UInt8]? {
        guard target.count == base.bytes.count, copies.count <= 2 else { return nil }
        guard unsafe copies.allSatisfy({ $0.source == $0.target }) else { return nil }
        let first = unsafe copies.first.map { $0.target == 0 ? Int($0.length) : 0 } ?? 0
        let last = unsafe copies.last.map {
            Int($0.target) + Int($0.length) == target.count ? Int($0.target) : target.count
        }
        var new = first..<(last ?? target.count)
        let copied = unsafe copies.reduce(0) { $0 + Int($1.length) }
        // Where a copy lies in between, it's more than one stretch.
        guard copied == target.count - new.count else { return nil }
        // The matcher takes no copy of a few bytes at a page's end.
        while let byte = new.first, unsafe target[byte] == base.bytes[byte] { new.removeFirst() }
        while let byte = new.last, unsafe target[byte] == base.bytes[byte] { new.removeLast() }
        // Where more is new, it's worth coding.
        guard !new.isEmpty, new.count <= Self.replacedBytes else { return nil }
        let header = DeltaHeader(kind: .replacement(position: new.lowerBound), targetBytes: target.count)
        let delta = unsafe [UInt8](unsafeUninitializedCapacity: DeltaHeader.maxBytes + new.count) { out, count in
            let length = unsafe header.write(to: out.baseAddress!, baseBytes: base.bytes.count)
            unsafe (out.baseAddress! + length).update(from: target.baseAddress! + new.lowerBound, count: new.count)
            count = length + new.count
        }
        return delta.count <= target.count ? delta : nil
    }

    /// One arithmetic-coded stream; `nil` where the page has too much new content for it, or is smaller as it is.
    private mutating func codeStream(
        _ target: UnsafeBufferPointer<UInt8>, copies: UnsafeBufferPointer<cdelta_copy>, against base: DeltaBase,
        model: DeltaHeader.Model
    ) throws(DeltaError) -> [UInt8]? {
        let coder = try unsafe coder.ready()
        let stream = unsafe output.reserve(DeltaHeader.maxBytes + target.count) + DeltaHeader.maxBytes
        var (length, sizeClass) = (0, UInt32(0))
        let status = unsafe cdelta_coder_encode(
            coder, model.depth, base.bytes, base.bytes.count, target.baseAddress, target.count, copies.baseAddress,
            copies.count, stream, target.count, &length, &sizeClass)
        if let error = DeltaError(status, reading: .stream) { throw error }
        guard length < target.count else { return nil }
        let header = DeltaHeader(kind: .coded(model, sizeClass: Int(sizeClass)), targetBytes: target.count)
        let start = unsafe header.write(endingAt: stream, baseBytes: base.bytes.count)
        return unsafe Self.smaller(UnsafeBufferPointer(start: stream - start, count: start + length), target)
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
