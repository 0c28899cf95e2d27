import CLZ4
import NIOCore

/// Reads the blocks that a ``BlockEncoder`` writes, however they were split on their way.
///
/// It holds 128 kB of memory until it goes, and what of the blocks wasn't asked for yet.
@safe struct BlockDecoder: ~Copyable {
    /// What was decoded last, in order.
    private let window = UnsafeMutableBufferPointer<CChar>.allocate(capacity: BodyBlock.windowBytes)
    private var end = 0
    private var coded = ByteBuffer()

    deinit { unsafe window.deallocate() }

    /// What came and is not decoded yet, in bytes.
    var codedBytes: Int { coded.readableBytes }

    /// Takes what comes next.
    mutating func append(_ bytes: ByteBuffer) {
        guard coded.readableBytes > 0 else {
            coded = bytes
            return
        }
        coded.discardReadBytes()
        coded.writeImmutableBuffer(bytes)
    }

    /// The body of the next block; `nil` where the block isn't complete.
    ///
    /// - Throws: What is wrong with the block; there is nothing to read behind it.
    mutating func next() throws(LinkError) -> ByteBuffer? {
        let start = coded.readerIndex
        guard let count = coded.readVarint(), let codedCount = coded.readVarint() else {
            coded.moveReaderIndex(to: start)
            return nil
        }
        guard (1...UInt64(BodyBlock.maxBytes)).contains(count), (1...count).contains(codedCount) else {
            throw .violation(
                "a block of \(count) bytes in \(codedCount), allowed are 1 to \(BodyBlock.maxBytes), and no more in it")
        }
        guard let block = coded.readSlice(length: Int(codedCount)) else {
            coded.moveReaderIndex(to: start)
            return nil
        }
        if coded.readableBytes == 0 { coded = ByteBuffer() }
        return try decode(block, byteCount: Int(count))
    }

    private mutating func decode(_ block: ByteBuffer, byteCount: Int) throws(LinkError) -> ByteBuffer {
        if end + byteCount > BodyBlock.windowBytes {
            let kept = min(end, BodyBlock.maxBytes)
            unsafe UnsafeMutableRawBufferPointer(window.extracting(0..<kept)).copyMemory(
                from: UnsafeRawBufferPointer(window.extracting(end - kept..<end)))
            end = kept
        }
        let room = unsafe UnsafeMutableRawBufferPointer(window.extracting(end..<end + byteCount))
        guard block.readableBytes < byteCount else {
            unsafe block.withUnsafeReadableBytes { unsafe room.copyMemory(from: $0) }
            end += byteCount
            return block
        }
        let written = unsafe block.withUnsafeReadableBytes { bytes in
            unsafe LZ4_decompress_safe_usingDict(
                bytes.baseAddress!.assumingMemoryBound(to: CChar.self), window.baseAddress! + end,
                CInt(bytes.count), CInt(byteCount), window.baseAddress, CInt(end))
        }
        guard Int(written) == byteCount else { throw .violation("a damaged block of \(byteCount) bytes") }
        end += byteCount
        return unsafe ByteBuffer(bytes: UnsafeRawBufferPointer(room))
    }
}
