internal import CDelta

/// A page that deltas are made against: its bytes, its version, and the index that makes the search fast.
///
/// A base never changes once made, so any number of threads may encode against the same one at once.
/// Only encoders need a base; a decoder takes the page's plain bytes.
@safe public final class DeltaBase: Sendable {
    /// The page.
    public let bytes: [UInt8]
    /// The name of the page: the SHA-256 of its bytes.
    public let version: PageVersion
    /// The C index, which is read-only once built.
    nonisolated(unsafe) let index: OpaquePointer

    /// Indexes a page.
    ///
    /// - Parameters:
    ///   - bytes: The page, which is kept, not copied.
    ///   - version: The page's version where the caller knows it already; computed otherwise, which takes several
    ///     times longer than building the index.
    /// - Throws: ``DeltaError/pageTooLarge(byteCount:limit:)`` over 2 GiB, ``DeltaError/outOfMemory``.
    /// - Complexity: O(*n*) time; ``memoryBytes`` tells the memory.
    public init(_ bytes: [UInt8], version: PageVersion? = nil) throws(DeltaError) {
        try DeltaLimits.check(pageBytes: bytes.count)
        var created: OpaquePointer?
        let status = unsafe cdelta_index_create(bytes, bytes.count, &created)
        if let error = DeltaError(status, reading: .header) { throw error }
        unsafe self.index = created!  // CDELTA_OK promises it
        self.bytes = bytes
        self.version = version ?? PageVersion(of: bytes.span)
    }

    deinit { unsafe cdelta_index_free(index) }

    /// What keeping this base costs: the page and its index, in bytes.
    public var memoryBytes: Int { bytes.count + cdelta_index_memory(bytes.count) }
}
