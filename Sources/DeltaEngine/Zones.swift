/// A page in zones: stretches that are coded in different ways, each a delta of its own.
///
/// `docs/formats/delta.md` has it byte by byte.
enum Zones {
    /// The most zones of a page: each may cost an index of the base.
    static let limit = 64

    /// Calls `body` for each zone, with its delta and its length in the page.
    ///
    /// - Throws: What `body` throws; ``DeltaError/corrupt(_:)`` where lengths don't add up.
    static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, count: Int, targetBytes: Int,
        _ body: (UnsafeBufferPointer<UInt8>, Int) throws(DeltaError) -> Void
    ) throws(DeltaError) {
        guard count <= limit else { throw .corrupt(.invalid(.zones)) }
        var (position, left) = (0, targetBytes)
        for _ in 0..<count {
            let zoneBytes = try unsafe Varint.read(bytes, at: &position, in: .zones)
            let deltaBytes = try unsafe Varint.read(bytes, at: &position, in: .zones)
            guard zoneBytes <= left else { throw .corrupt(.invalid(.zones)) }
            guard deltaBytes <= bytes.count - position else { throw .corrupt(.truncated(.zones)) }
            try unsafe body(UnsafeBufferPointer(rebasing: bytes[position..<position + deltaBytes]), zoneBytes)
            position += deltaBytes
            left -= zoneBytes
        }
        guard left == 0 else { throw .corrupt(.invalid(.zones)) }
        guard position == bytes.count else { throw .corrupt(.trailingBytes(bytes.count - position)) }
    }
}
