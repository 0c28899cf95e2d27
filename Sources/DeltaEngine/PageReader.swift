import Crypto

/// Reads a page that was compressed on its own, while its delta comes: kind `03`, one deflate stream.
///
/// Nothing that the delta says is trusted, as in ``DeltaDecoder``. One thread at a time may use a reader.
package struct PageReader: ~Copyable {
    /// What is there of the page.
    package private(set) var page: [UInt8] = []
    /// How many bytes of the delta come before the stream that is for ``read(_:)``.
    package let headerBytes: Int
    private let pageBytes: Int
    private var stream: InflatingStream
    private var hash = SHA256()

    /// How many bytes of a delta's start hold all of its header.
    package static let startBytes = DeltaHeader.maxBytes

    /// The most of a page that memory is set aside for before any of it comes.
    private static let mostReservedBytes = 1 << 20

    /// Begins to read a delta; `nil` where it is of another kind or length, or memory is short: a ``DeltaDecoder`` can tell.
    ///
    /// - Parameters:
    ///   - start: The first bytes of the delta, ``startBytes`` or more.
    ///   - pageBytes: The length that its page has.
    package init?(startOf start: Span<UInt8>, pageBytes: Int) {
        let read = unsafe start.withUnsafeBufferPointer { try? unsafe DeltaHeader.read($0, baseBytes: nil) }
        guard let (header, length) = read, header.kind == .page(.deflate), header.targetBytes == pageBytes,
            let stream = try? InflatingStream()
        else { return nil }
        (headerBytes, self.pageBytes) = (length, pageBytes)
        self.stream = stream
        page.reserveCapacity(min(pageBytes, Self.mostReservedBytes) + 1)
    }

    /// Whether nothing may follow: the stream's own end is there, or the whole page.
    package var isAtEnd: Bool { stream.isAtEnd || page.count == pageBytes }

    /// Reads the next piece of the stream.
    ///
    /// - Throws: ``DeltaError/corrupt(_:)`` where it is damaged, or makes more than the page; then nothing of this reader
    ///   is of use.
    /// - Complexity: O(*what it makes*): about 2 ns a byte.
    package mutating func read(_ piece: Span<UInt8>) throws(DeltaError) {
        let start = page.count
        try unsafe piece.withUnsafeBufferPointer { bytes throws(DeltaError) in
            try unsafe stream.decompress(bytes, onto: &page, limit: pageBytes)
        }
        hash.update(data: page[start...])
    }

    /// The version of the page, once all of its delta was read.
    ///
    /// - Throws: ``DeltaError/corrupt(_:)`` where the stream or the page isn't complete.
    package func version() throws(DeltaError) -> PageVersion {
        guard stream.isAtEnd else { throw .corrupt(.truncated(.page)) }
        guard page.count == pageBytes else { throw .corrupt(.invalid(.page)) }
        return PageVersion(hash)
    }
}
