internal import CDelta

/// The sizes that the engine handles; what is larger is refused, never handled by half.
public enum DeltaLimits {
    /// The longest page, as base or as target: 2 GiB less a byte, so that offsets into both fit 32 bits.
    public static let pageBytes = 0x7fff_ffff

    /// The longest delta: a page as it is, and the byte that says so.
    static let deltaBytes = pageBytes + 1

    /// The most literals and copies, together, of a delta of level `balanced` or `small`.
    public static let symbolCount = 524_288

    /// The most literals and copies that a size class allows.
    static func symbolCount(sizeClass: Int) -> Int { 16 << sizeClass }

    static func check(pageBytes: Int) throws(DeltaError) {
        guard pageBytes <= Self.pageBytes else {
            throw .pageTooLarge(byteCount: pageBytes, limit: Self.pageBytes)
        }
    }
}
