internal import CDelta

/// Rebuilds pages from deltas; keeps its working memory from call to call.
///
/// Nothing that a delta says is trusted: every size is checked before it is used, and hostile input gives an error.
/// One thread at a time may use a decoder.
@safe public struct DeltaDecoder: ~Copyable {
    /// The longest page that this decoder makes, in bytes.
    public package(set) var outputLimit: Int
    /// The most literals and copies, together, that this decoder decodes one by one.
    public let symbolLimit: Int
    private var operations = Scratch()
    private var literals = Scratch()
    private var context = Scratch()
    private var inflater = Inflater()
    private var coder = Coder()
    var traced = Scratch()

    /// Creates a decoder.
    ///
    /// - Parameters:
    ///   - outputLimit: The longest page to make, in bytes: what a delta announces beyond it is refused before
    ///     any memory is set aside. Working memory stays within five times this limit and 4.1 MB; the page itself comes
    ///     on top.
    ///   - symbolLimit: The most literals and copies, together, that a delta of level `balanced` or `small` may have. A
    ///     symbol takes about a microsecond, and a few at most, and a delta that announces more is refused before
    ///     any work.
    public init(outputLimit: Int = 256_000_000, symbolLimit: Int = DeltaLimits.symbolCount) {
        precondition(outputLimit >= 0, "outputLimit \(outputLimit): use 0 or more")
        precondition(symbolLimit >= 0, "symbolLimit \(symbolLimit): use 0 or more")
        self.outputLimit = min(outputLimit, DeltaLimits.pageBytes)
        self.symbolLimit = symbolLimit
    }

    /// Rebuilds a page.
    ///
    /// - Parameters:
    ///   - delta: What ``DeltaEncoder/encode(_:against:level:microseconds:smallest:)`` returned.
    ///   - base: The bytes of the base that it was made against, or `nil` where there was none.
    ///   - expected: The page's version. Without it a damaged delta, or one for another base, may make wrong bytes
    ///     unnoticed: pass `nil` only where something else checks the result.
    /// - Returns: The page.
    /// - Throws: Any ``DeltaError``, in bounded time and memory, whatever the input.
    /// - Complexity: O(*delta* + *page*), and the hash where a version is expected.
    public mutating func decode(
        _ delta: Span<UInt8>, base: Span<UInt8>?, expecting expected: PageVersion?
    ) throws(DeltaError) -> [UInt8] {
        var page: [UInt8] = []
        try decode(delta, base: base, expecting: expected, into: &page)
        return page
    }

    /// Rebuilds a page in memory that the caller reuses.
    ///
    /// - Parameters:
    ///   - delta: As for ``decode(_:base:expecting:)``, like the next two.
    ///   - base: The bytes of the base.
    ///   - expected: The page's version.
    ///   - page: Replaced by the page; its capacity is kept. Left empty after an error.
    /// - Throws: Any ``DeltaError``.
    public mutating func decode(
        _ delta: Span<UInt8>, base: Span<UInt8>?, expecting expected: PageVersion?, into page: inout [UInt8]
    ) throws(DeltaError) {
        page.removeAll(keepingCapacity: true)
        let empty = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        do throws(DeltaError) {
            try unsafe delta.withUnsafeBufferPointer { delta throws(DeltaError) in
                guard let base else {
                    return try unsafe decode(delta, base: empty, baseBytes: nil, into: &page)
                }
                try unsafe base.withUnsafeBufferPointer { base throws(DeltaError) in
                    try unsafe decode(delta, base: base, baseBytes: base.count, into: &page)
                }
            }
        } catch {
            page.removeAll(keepingCapacity: true)  // of zones, the first may be there already
            throw error
        }
        guard let expected else { return }
        let actual = PageVersion(of: page.span)
        guard actual == expected else {
            page.removeAll(keepingCapacity: true)
            throw .wrongTarget(expected: expected, actual: actual)
        }
    }

    private mutating func decode(
        _ delta: UnsafeBufferPointer<UInt8>, base: UnsafeBufferPointer<UInt8>, baseBytes: Int?, into page: inout [UInt8]
    ) throws(DeltaError) {
        let (header, start) = try unsafe DeltaHeader.read(delta, baseBytes: baseBytes)
        guard header.targetBytes <= outputLimit else {
            throw .outputTooLarge(byteCount: header.targetBytes, limit: outputLimit)
        }
        let body = unsafe UnsafeBufferPointer(rebasing: delta[start...])
        switch header.kind {
        case .identical:
            unsafe page.append(contentsOf: base)
        case .page(.raw):
            unsafe page.append(contentsOf: body)
        case .page(let coding):
            try unsafe Self.fill(&page, count: header.targetBytes) { out throws(DeltaError) in
                try unsafe expand(body, coding: coding, dictionary: nil, to: out, reading: .page)
            }
        case .delta(let operationsCoding, let literalsCoding):
            let operations = try unsafe readOperations(body, header: header, coding: operationsCoding)
            let literals = try unsafe readLiterals(
                UnsafeBufferPointer(rebasing: body[header.codedOperationsBytes...]), coding: literalsCoding,
                operations: operations, base: base, targetBytes: header.targetBytes)
            try unsafe Self.fill(&page, count: header.targetBytes) { out throws(DeltaError) in
                let status = unsafe cdelta_apply(
                    operations.baseAddress, operations.count, literals.baseAddress, literals.count,
                    base.baseAddress, base.count, out.baseAddress, out.count)
                if let error = DeltaError(status, reading: .operations) { throw error }
            }
        case .replacement(let position):
            let start = page.count + position
            unsafe page.append(contentsOf: base)
            unsafe page.replaceSubrange(start..<start + body.count, with: body)
        case .coded(let model, let sizeClass):
            let coder = try unsafe checkedCoder(sizeClass: sizeClass)
            try unsafe Self.fill(&page, count: header.targetBytes) { out throws(DeltaError) in
                let status = unsafe cdelta_coder_decode(
                    coder, model.depth, UInt32(sizeClass), body.baseAddress, body.count, base.baseAddress, base.count,
                    out.baseAddress, out.count, nil)
                if let error = DeltaError(status, reading: .stream) { throw error }
            }
        case .zones(let count):
            try unsafe check(body, zoneCount: count, targetBytes: header.targetBytes, baseBytes: baseBytes)
            try unsafe Zones.read(body, count: count, targetBytes: header.targetBytes) { zone, _ throws(DeltaError) in
                try unsafe decode(zone, base: base, baseBytes: baseBytes, into: &page)
            }
        }
    }

    /// Checks the headers of all zones, and what they announce together, before the first is decoded.
    func check(
        _ zones: UnsafeBufferPointer<UInt8>, zoneCount: Int, targetBytes: Int, baseBytes: Int?
    ) throws(DeltaError) {
        var symbols = 0
        try unsafe Zones.read(zones, count: zoneCount, targetBytes: targetBytes) { zone, bytes throws(DeltaError) in
            let (header, _) = try unsafe DeltaHeader.read(zone, baseBytes: baseBytes)
            guard header.targetBytes == bytes else { throw .corrupt(.invalid(.zones)) }
            switch header.kind {
            case .zones: throw .corrupt(.invalid(.zones))  // a decoder would call itself without end
            case .coded(_, let sizeClass): symbols += DeltaLimits.symbolCount(sizeClass: sizeClass)
            default: break
            }
        }
        guard symbols <= symbolLimit else { throw .tooManySymbols(count: symbols, limit: symbolLimit) }
    }

    /// The coder, for a stream whose announced work is within the limit.
    mutating func checkedCoder(sizeClass: Int) throws(DeltaError) -> OpaquePointer {
        let count = DeltaLimits.symbolCount(sizeClass: sizeClass)
        guard count <= symbolLimit else { throw .tooManySymbols(count: count, limit: symbolLimit) }
        return try unsafe coder.ready()
    }

    /// Lets `body` write exactly `count` bytes behind the page, which stays as it was after an error.
    private static func fill(
        _ page: inout [UInt8], count: Int,
        _ body: (UnsafeMutableBufferPointer<UInt8>) throws(DeltaError) -> Void
    ) throws(DeltaError) {
        guard count > 0 else {
            // All empty arrays are one, which appending writes to; and zlib wants an address even for nothing.
            var nothing: UInt8 = 0
            return try unsafe withUnsafeMutablePointer(to: &nothing) { nothing throws(DeltaError) in
                try unsafe body(UnsafeMutableBufferPointer(start: nothing, count: 0))
            }
        }
        try page.append(addingCapacity: count) { (span: inout OutputSpan<UInt8>) throws(DeltaError) in
            try unsafe span.withUnsafeMutableBufferPointer { buffer, initialized throws(DeltaError) in
                try unsafe body(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
                initialized = count
            }
        }
    }

    mutating func readOperations(
        _ body: UnsafeBufferPointer<UInt8>, header: DeltaHeader, coding: DeltaHeader.Coding
    ) throws(DeltaError) -> UnsafeBufferPointer<UInt8> {
        let coded = unsafe UnsafeBufferPointer(rebasing: body[..<header.codedOperationsBytes])
        guard coding != .raw else { return unsafe coded }
        let out = unsafe UnsafeMutableBufferPointer(
            start: operations.reserve(header.operationsBytes), count: header.operationsBytes)
        try unsafe expand(coded, coding: coding, dictionary: nil, to: out, reading: .operations)
        return UnsafeBufferPointer(out)
    }

    private mutating func readLiterals(
        _ coded: UnsafeBufferPointer<UInt8>, coding: DeltaHeader.Coding, operations: UnsafeBufferPointer<UInt8>,
        base: UnsafeBufferPointer<UInt8>, targetBytes: Int
    ) throws(DeltaError) -> UnsafeBufferPointer<UInt8> {
        guard coding != .raw else { return unsafe coded }
        var count = 0
        let reader = unsafe cdelta_operations_read(
            operations.baseAddress, operations.count, base.count, targetBytes)
        let status = unsafe cdelta_operations_measure(reader, &count)
        if let error = DeltaError(status, reading: .operations) { throw error }
        var dictionary: UnsafeBufferPointer<UInt8>?
        if coding == .deflate {
            let bytes = unsafe context.reserve(CDELTA_CONTEXT_MAX)
            var length = 0
            let status = unsafe cdelta_context_gather(
                operations.baseAddress, operations.count, base.baseAddress, base.count, targetBytes, bytes, &length)
            if let error = DeltaError(status, reading: .operations) { throw error }
            unsafe dictionary = UnsafeBufferPointer(start: bytes, count: length)
        }
        let out = unsafe UnsafeMutableBufferPointer(start: literals.reserve(count), count: count)
        try unsafe expand(coded, coding: coding, dictionary: dictionary, to: out, reading: .literals)
        return UnsafeBufferPointer(out)
    }

    private mutating func expand(
        _ coded: UnsafeBufferPointer<UInt8>, coding: DeltaHeader.Coding, dictionary: UnsafeBufferPointer<UInt8>?,
        to out: UnsafeMutableBufferPointer<UInt8>, reading part: DeltaError.Part
    ) throws(DeltaError) {
        switch coding {
        case .raw: preconditionFailure("raw sections are used where they lie")
        case .lz4: try unsafe LZ4.decompress(coded, to: out, reading: part)
        case .deflate:
            try unsafe inflater.decompress(coded, dictionary: dictionary, to: out, reading: part)
        }
    }
}
