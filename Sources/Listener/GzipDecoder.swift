import CZlib
import HTTPRules

/// Undoes the coding of an origin's answer.
enum GzipDecoder {
    /// Decodes a whole body.
    ///
    /// - Parameters:
    ///   - body: All of it.
    ///   - coding: `gzip` or `deflate`; the latter also without zlib's wrapper, as some servers send it.
    ///   - limit: The most bytes that may come out.
    /// - Returns: `nil` where the body isn't what its fields say, or holds more than `limit`.
    static func decode(_ body: [UInt8], coding: ContentCoding, limit: Int) -> [UInt8]? {
        switch coding {
        case .gzip: inflate(body, windowBits: 15 + 16, limit: limit)
        case .deflate: inflate(body, windowBits: 15, limit: limit) ?? inflate(body, windowBits: -15, limit: limit)
        case .identity, .other: nil
        }
    }

    private static func inflate(_ body: [UInt8], windowBits: CInt, limit: Int) -> [UInt8]? {
        var stream = unsafe z_stream()
        guard
            unsafe inflateInit2_(&stream, windowBits, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { unsafe inflateEnd(&stream) }
        var body = body
        var decoded: [UInt8] = []
        let room = min(limit, max(4096, 8 * body.count))
        decoded.reserveCapacity(room)
        return unsafe body.withUnsafeMutableBufferPointer { input -> [UInt8]? in
            unsafe (stream.next_in, stream.avail_in) = (input.baseAddress, UInt32(input.count))
            var chunk = [UInt8](repeating: 0, count: 32 * 1024)
            while true {
                let status = unsafe chunk.withUnsafeMutableBufferPointer { out in
                    unsafe (stream.next_out, stream.avail_out) = (out.baseAddress, UInt32(out.count))
                    return unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
                }
                let made = unsafe chunk.count - Int(stream.avail_out)
                guard decoded.count + made <= limit else { return nil }
                decoded.append(contentsOf: chunk[..<made])
                // Bytes behind the end would be lost: then the body is not what it says.
                if status == Z_STREAM_END { return unsafe stream.avail_in == 0 ? decoded : nil }
                let left = unsafe stream.avail_in
                guard status == Z_OK, made > 0 || left > 0 else { return nil }
            }
        }
    }
}
