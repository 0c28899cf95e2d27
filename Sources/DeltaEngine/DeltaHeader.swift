/// The first bytes of a delta: what it is and the sizes in it.
///
/// `docs/formats/delta.md` has them byte by byte.
struct DeltaHeader: Hashable {
    /// How a section of a delta is coded; the raw values are those on the wire.
    enum Coding: UInt8, CaseIterable {
        case raw = 0
        case lz4 = 1
        case deflate = 2
    }

    /// What follows the header.
    enum Kind: Hashable {
        /// The target is the base.
        case identical
        /// The whole target, in one section, without a base.
        case page(Coding)
        /// Operations and literals against a base.
        case delta(operations: Coding, literals: Coding)
        /// One arithmetic-coded stream against a base, of at most 16 × 2^sizeClass literals and copies.
        case coded(Model, sizeClass: Int)
        /// The base with the bytes from a position on replaced by those that follow, to the delta's end.
        case replacement(position: Int)
        /// Stretches of the target, each a delta of its own against the whole base.
        case zones(count: Int)
    }

    /// What predicts the bits of a coded stream; the raw values are the first of 16 kinds, one for each size class.
    enum Model: UInt8, CaseIterable {
        case balanced = 0x40
        case small = 0x50
    }

    /// Added to the kind of a coded stream whose target is as long as the base: the commonest growth isn't written.
    private static let sameLength: UInt8 = 0x20

    var kind: Kind
    /// The length of the target, in bytes.
    var targetBytes: Int
    /// The length of the operations as the decoder needs them, and as they stand in the delta.
    var operationsBytes = 0
    var codedOperationsBytes = 0

    /// The longest header: a kind and three varints.
    static let maxBytes = 1 + 3 * 5

    /// A delta whose target is the base is this byte alone.
    static let identical: UInt8 = 0x00
    private static let firstPage: UInt8 = 0x01
    private static let firstDelta: UInt8 = 0x10
    private static let zones: UInt8 = 0x20
    private static let replacement: UInt8 = 0x21

    /// Writes the header and returns its length.
    ///
    /// Requires room for ``maxBytes``.
    func write(to out: UnsafeMutablePointer<UInt8>, baseBytes: Int) -> Int {
        var length = 0
        func put(_ byte: UInt8) {
            unsafe out[length] = byte
            length += 1
        }
        func put(varint value: Int) { length += unsafe Varint.write(value, to: out + length) }
        func put(growthFrom baseBytes: Int) {
            let growth = targetBytes - baseBytes
            put(varint: growth >= 0 ? growth << 1 : ~(growth << 1))
        }
        switch kind {
        case .identical:
            put(Self.identical)
        case .page(let coding):
            put(Self.firstPage + coding.rawValue)
            if coding != .raw { put(varint: targetBytes) }
        case .delta(let operations, let literals):
            put(Self.firstDelta + operations.rawValue << 2 + literals.rawValue)
            put(growthFrom: baseBytes)
            put(varint: operationsBytes)
            if operations != .raw { put(varint: codedOperationsBytes) }
        case .coded(let model, let sizeClass):
            let grows = targetBytes != baseBytes
            put(model.rawValue + (grows ? 0 : Self.sameLength) + UInt8(sizeClass))
            if grows { put(growthFrom: baseBytes) }
        case .replacement(let position):
            put(Self.replacement)
            put(varint: position)
        case .zones(let count):
            put(Self.zones)
            put(growthFrom: baseBytes)
            put(varint: count)
        }
        return length
    }

    /// Writes the header so that it ends where the sections start, and returns its length.
    func write(endingAt sections: UnsafeMutablePointer<UInt8>, baseBytes: Int) -> Int {
        var bytes = InlineArray<16, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        return unsafe span.withUnsafeMutableBufferPointer {
            let length = unsafe write(to: $0.baseAddress!, baseBytes: baseBytes)
            unsafe (sections - length).update(from: $0.baseAddress!, count: length)
            return length
        }
    }

    /// Reads the header at the start of a delta.
    ///
    /// - Parameters:
    ///   - delta: The whole delta.
    ///   - baseBytes: The length of the base; `nil` where there is none.
    /// - Returns: The header, checked against the delta's length, and its own length.
    /// - Throws: ``DeltaError/corrupt(_:)``, ``DeltaError/unknownKind(_:)``, ``DeltaError/baseMissing``,
    ///   ``DeltaError/pageTooLarge(byteCount:limit:)`` for a base over the limit.
    static func read(
        _ delta: UnsafeBufferPointer<UInt8>, baseBytes: Int?
    ) throws(DeltaError) -> (header: DeltaHeader, length: Int) {
        guard delta.count > 0 else { throw .corrupt(.truncated(.header)) }
        // Nothing longer makes a page within the limits, and zlib and LZ4 count with 32 bits.
        guard delta.count <= DeltaLimits.deltaBytes else {
            throw .corrupt(.invalid(.header))
        }
        if let baseBytes { try DeltaLimits.check(pageBytes: baseBytes) }
        let first = unsafe delta[0]
        var position = 1
        func varint() throws(DeltaError) -> Int { try unsafe Varint.read(delta, at: &position, in: .header) }
        switch first {
        case Self.identical:
            guard let baseBytes else { throw .baseMissing }
            guard delta.count == 1 else { throw .corrupt(.trailingBytes(delta.count - 1)) }
            return (DeltaHeader(kind: .identical, targetBytes: baseBytes), position)
        case Self.firstPage:
            return (DeltaHeader(kind: .page(.raw), targetBytes: delta.count - 1), position)
        case Self.firstPage + 1, Self.firstPage + 2:
            let coding = Coding(rawValue: first - Self.firstPage)!
            return (DeltaHeader(kind: .page(coding), targetBytes: try varint()), position)
        case Self.replacement:
            guard let baseBytes else { throw .baseMissing }
            let replaced = try varint()
            guard position < delta.count else { throw .corrupt(.truncated(.literals)) }
            guard replaced <= baseBytes, delta.count - position <= baseBytes - replaced else {
                throw .corrupt(.invalid(.header))
            }
            return (DeltaHeader(kind: .replacement(position: replaced), targetBytes: baseBytes), position)
        default:
            break
        }

        // All others are made against a base, and begin with how much longer they make it.
        let kind: Kind
        if let operations = Coding(rawValue: (first &- Self.firstDelta) >> 2),
            let literals = Coding(rawValue: (first &- Self.firstDelta) & 3)
        {
            kind = .delta(operations: operations, literals: literals)
        } else if let model = Model(rawValue: first & ~Self.sameLength & 0xf0) {
            kind = .coded(model, sizeClass: Int(first & 0x0f))
        } else if first == Self.zones {
            kind = .zones(count: 0)
        } else {
            throw .unknownKind(first)
        }
        guard let baseBytes else { throw .baseMissing }
        let isSameLength = if case .coded = kind { first & Self.sameLength != 0 } else { false }
        let growth = isSameLength ? 0 : try varint()
        let targetBytes = baseBytes + (growth & 1 == 0 ? growth >> 1 : ~(growth >> 1))
        guard targetBytes >= 0 else { throw .corrupt(.invalid(.header)) }
        var header = DeltaHeader(kind: kind, targetBytes: targetBytes)
        switch kind {
        case .delta(let operations, _):
            header.operationsBytes = try varint()
            header.codedOperationsBytes = operations == .raw ? header.operationsBytes : try varint()
            guard header.codedOperationsBytes <= delta.count - position else {
                throw .corrupt(.truncated(.operations))
            }
            // What an encoder needs at most: this bounds what a decoder sets aside for them.
            guard header.operationsBytes <= min(2 * targetBytes + 64, DeltaLimits.pageBytes) else {
                throw .corrupt(.invalid(.header))
            }
        case .zones:
            header.kind = .zones(count: try varint())
        default:
            break
        }
        return (header, position)
    }
}
