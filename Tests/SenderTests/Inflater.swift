import CZlib
import NIOCore

/// Reads gzip as it comes, as a client would.
@safe final class Inflater {
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    /// All that could be read so far.
    private(set) var body = ByteBuffer()
    private(set) var isComplete = false

    init() {
        unsafe stream.initialize(to: z_stream())
        _ = unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    func read(_ coded: ByteBuffer) {
        var coded = coded
        var chunk = [UInt8](repeating: 0, count: 65_536)
        unsafe coded.withUnsafeMutableReadableBytes { input in
            unsafe stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
            unsafe stream.pointee.avail_in = UInt32(input.count)
            var made = 0
            repeat {
                made = unsafe chunk.withUnsafeMutableBufferPointer { out in
                    unsafe (stream.pointee.next_out, stream.pointee.avail_out) = (out.baseAddress, UInt32(out.count))
                    if unsafe inflate(stream, Z_SYNC_FLUSH) == Z_STREAM_END { isComplete = true }
                    return unsafe out.count - Int(stream.pointee.avail_out)
                }
                body.writeBytes(chunk[..<made])
            } while made > 0
        }
    }
}
