import CLZ4
import NIOCore

/// A body in blocks, as `docs/formats/link.md` describes them.
enum BodyBlock {
    /// The longest block, in bytes of body; and how far back a block reaches.
    static let maxBytes = 64 * 1024
    /// What either end holds of a body: a block, and what it may reach.
    static let windowBytes = 2 * maxBytes
}

/// Writes a body as blocks, each compressed with what came before it in the same body (LZ4).
///
/// Whatever it is given is complete in what it returns: nothing waits for more. It holds 144 kB of memory until it
/// goes.
@safe struct BlockEncoder: ~Copyable {
    private let lz4: UnsafeMutablePointer<LZ4_stream_t>
    /// What was coded last, in order: LZ4 reads the last 64 kB of it where they lie.
    private let window: UnsafeMutableBufferPointer<CChar>
    private var end = 0

    /// Creates an encoder at the start of a body; `nil` where memory is short.
    init?() {
        guard let lz4 = unsafe LZ4_createStream() else { return nil }
        unsafe self.lz4 = lz4
        unsafe window = .allocate(capacity: BodyBlock.windowBytes)
    }

    deinit {
        unsafe LZ4_freeStream(lz4)
        unsafe window.deallocate()
    }

    /// The next piece of body, of any length, as blocks.
    ///
    /// Cost: about 2 ns a byte.
    mutating func encode(_ body: ByteBuffer) -> ByteBuffer {
        var body = body
        var blocks = ByteBuffer()
        while let piece = body.readSlice(length: min(body.readableBytes, BodyBlock.maxBytes)), piece.readableBytes > 0 {
            write(piece, to: &blocks)
        }
        return blocks
    }

    private mutating func write(_ piece: ByteBuffer, to blocks: inout ByteBuffer) {
        let count = piece.readableBytes
        if end + count > BodyBlock.windowBytes {
            unsafe end = Int(LZ4_saveDict(lz4, window.baseAddress, CInt(BodyBlock.maxBytes)))
        }
        let start = end
        end += count
        unsafe piece.withUnsafeReadableBytes { bytes in
            unsafe UnsafeMutableRawBufferPointer(window.extracting(start..<end)).copyMemory(from: bytes)
        }
        // With this much room it never fails, and what it remembers stays right even where its output is not used.
        let room = Int(LZ4_compressBound(CInt(count)))
        unsafe withUnsafeTemporaryAllocation(byteCount: room, alignment: 1) { out in
            let coded = unsafe Int(
                LZ4_compress_fast_continue(
                    lz4, window.baseAddress! + start, out.baseAddress!.assumingMemoryBound(to: CChar.self),
                    CInt(count), CInt(room), 1))
            blocks.writeVarint(UInt64(count))
            if (1..<count).contains(coded) {
                blocks.writeVarint(UInt64(coded))
                unsafe blocks.writeBytes(UnsafeRawBufferPointer(rebasing: out[..<coded]))
            } else {
                blocks.writeVarint(UInt64(count))
                blocks.writeImmutableBuffer(piece)
            }
        }
    }
}
