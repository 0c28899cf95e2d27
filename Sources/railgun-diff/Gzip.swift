import Files
import CZlib

/// What web servers do today without a delta engine: `gzip -6`.
enum Gzip {
    /// How many bytes `gzip -6` makes of a page, its header of 10 and its trailer of 8 bytes included.
    static func compressedBytes(of page: [UInt8]) throws -> Int {
        var stream = unsafe z_stream()
        guard
            unsafe deflateInit2_(
                &stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw CommandFailure("no memory left for gzip") }
        defer { unsafe deflateEnd(&stream) }
        return unsafe page.withUnsafeBufferPointer { page in
            let room = Int(unsafe deflateBound(&stream, UInt(page.count)))
            return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { out in
                unsafe stream.next_in = UnsafeMutablePointer(mutating: page.baseAddress)
                unsafe stream.avail_in = UInt32(page.count)
                unsafe stream.next_out = out.baseAddress
                unsafe stream.avail_out = UInt32(room)
                let status = unsafe deflate(&stream, Z_FINISH)
                precondition(status == Z_STREAM_END, "deflateBound promises room")
                return Int(unsafe stream.total_out)
            }
        }
    }
}
