import CLibdeflate

/// Compresses whole bodies for clients.
package enum GzipEncoder {
    /// As web servers have it by default: a higher one takes twice the time for 2 % less.
    private static let level: CInt = 6

    /// The body as gzip (RFC 1952); `nil` where that is no shorter, or memory is short.
    package static func encode(_ body: [UInt8]) -> [UInt8]? {
        guard let compressor = unsafe libdeflate_alloc_compressor(level) else { return nil }
        defer { unsafe libdeflate_free_compressor(compressor) }
        let coded = unsafe [UInt8](unsafeUninitializedCapacity: body.count) { out, count in
            count = unsafe libdeflate_gzip_compress(compressor, body, body.count, out.baseAddress, out.count)
        }
        return coded.isEmpty ? nil : coded
    }
}
