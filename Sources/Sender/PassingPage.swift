import CLibdeflate
import DeltaEngine
import Exchange
import HTTPRules
import NIOCore

/// A page without a base, which goes on to the client while it comes over the link, and is checked at its end.
///
/// Nothing of it could be wrong by a wrong base, so there is nothing to ask for again. A client that takes gzip gets the
/// listener's own stream, with gzip's head and end around it. The end never goes before the check.
final class PassingPage {
    /// What the client gets: with ``ClientCompression/Decision/compress`` it is gzip.
    let compression: ClientCompression.Decision
    private let transfer: PageTransfer
    private var reader: PageReader
    private var checksum: UInt32 = 0
    /// What its pieces took so far.
    private(set) var time = TimeAmount.zero
    private var ready = ByteBuffer()

    /// Begins with a page; `nil` where it has to be rebuilt once it is complete.
    ///
    /// - Parameters:
    ///   - delta: The first piece of its delta, from which to go on with ``append(_:)``.
    ///   - transfer: What the listener said of it.
    ///   - compression: Whether the client shall get it as gzip.
    init?(_ delta: inout ByteBuffer, _ transfer: PageTransfer, compression: ClientCompression.Decision) {
        guard transfer.base == nil, transfer.isKept, delta.readableBytes >= PageReader.startBytes,
            let reader = PageReader(startOf: delta.readableBytesUInt8Span, pageBytes: transfer.pageBytes)
        else { return nil }
        delta.moveReaderIndex(forwardBy: reader.headerBytes)
        self.reader = reader
        self.transfer = transfer
        self.compression = compression
        if compression == .compress { ready.writeBytes(Self.gzipHead) }
    }

    /// The head of RFC 1952: deflate, no name, no time, no system.
    private static let gzipHead: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]

    /// Takes what came next.
    func append(_ delta: ByteBuffer) throws(DeltaError) {
        let began = NIODeadline.now()
        defer { time = time + (.now() - began) }
        let start = reader.page.count
        try reader.read(delta.readableBytesUInt8Span)
        let new = reader.page[start...]
        if compression == .compress {
            ready.writeImmutableBuffer(delta)
            unsafe checksum = new.withUnsafeBytes { unsafe libdeflate_crc32(checksum, $0.baseAddress, $0.count) }
        } else {
            ready.writeBytes(new)
        }
    }

    /// Takes what the client may have now: nothing where all of the page is there, but not its end.
    func takeReady() -> ByteBuffer? {
        guard !reader.isAtEnd, ready.readableBytes > 0 else { return nil }
        defer { ready = ByteBuffer() }
        return ready
    }

    /// Ends the page: checks it, and returns it with what is left for the client.
    func finish() throws(DeltaError) -> (page: RebuiltPage, rest: ByteBuffer)? {
        let version = try reader.version()
        guard PageCheck(version.leadingWords) == transfer.check else { return nil }
        if compression == .compress {
            ready.writeInteger(checksum, endianness: .little)
            ready.writeInteger(UInt32(transfer.pageBytes), endianness: .little)
        }
        return (RebuiltPage(bytes: reader.page, kept: version, gzip: nil), ready)
    }
}
