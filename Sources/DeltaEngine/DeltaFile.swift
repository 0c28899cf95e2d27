/// A delta with the versions that it belongs to, as it is kept in a file: nothing else has to travel beside it.
///
/// `docs/formats/delta-file.md` has it byte by byte.
public struct DeltaFile: Hashable, Sendable {
    /// The version of the base; `nil` for a page without one.
    public var base: PageVersion?
    /// The version of the page that the delta makes.
    public var target: PageVersion
    /// What ``DeltaEncoder/encode(_:against:level:microseconds:smallest:)`` returned.
    public var delta: [UInt8]

    /// "RGD" and the version of this format.
    package static let magic: [UInt8] = [0x52, 0x47, 0x44, 0x01]
    private static let hasBase: UInt8 = 0x01

    /// Puts a delta together with its versions.
    public init(base: PageVersion?, target: PageVersion, delta: [UInt8]) {
        (self.base, self.target, self.delta) = (base, target, delta)
    }

    /// Reads a file's content.
    ///
    /// - Throws: ``DeltaError/unknownKind(_:)`` with the first byte where it isn't a delta file of this version,
    ///   ``DeltaError/corrupt(_:)`` where it ends too early.
    public init(parsing file: Span<UInt8>) throws(DeltaError) {
        guard file.count > 0 else { throw .corrupt(.truncated(.header)) }
        for (index, byte) in Self.magic.enumerated() {
            guard index < file.count else { throw .corrupt(.truncated(.header)) }
            guard file[index] == byte else { throw .unknownKind(file[index]) }
        }
        var position = Self.magic.count
        guard position < file.count else { throw .corrupt(.truncated(.header)) }
        let flags = file[position]
        guard flags & ~Self.hasBase == 0 else { throw .unknownKind(flags) }
        position += 1
        func version() throws(DeltaError) -> PageVersion {
            guard file.count - position >= PageVersion.byteCount else { throw .corrupt(.truncated(.header)) }
            defer { position += PageVersion.byteCount }
            return PageVersion(bytes: file.extracting(position..<position + PageVersion.byteCount))!
        }
        base = flags & Self.hasBase == 0 ? nil : try version()
        target = try version()
        delta = unsafe file.extracting(position..<file.count).withUnsafeBufferPointer { unsafe [UInt8]($0) }
    }

    /// The file's content.
    public var bytes: [UInt8] {
        Self.magic + [base == nil ? 0 : Self.hasBase] + (base?.bytes ?? []) + target.bytes + delta
    }

    /// Rebuilds the page, checking both versions.
    ///
    /// - Throws: ``DeltaError/wrongBase(expected:actual:)`` where the delta was made against another base, and whatever
    ///   ``DeltaDecoder/decode(_:base:expecting:)`` throws.
    public func rebuild(from page: Span<UInt8>, with decoder: inout DeltaDecoder) throws(DeltaError) -> [UInt8] {
        guard let base else { return try decoder.decode(delta.span, base: nil, expecting: target) }
        let actual = PageVersion(of: page)
        guard actual == base else { throw .wrongBase(expected: base, actual: actual) }
        return try decoder.decode(delta.span, base: page, expecting: target)
    }
}
