internal import CLZ4
internal import DeltaEngine
internal import PageStore

/// How a page lies in a shared store: a header of 40 bytes, then the page, compressed with LZ4 where that makes it shorter.
///
/// | bytes | |
/// |---|---|
/// | 1 | the format: 1 |
/// | 1 | 1: compressed; 0: as it is |
/// | 2 | 0 |
/// | 4 | the length of the page, big-endian |
/// | 32 | its version |
enum SharedItem {
    private static let format: UInt8 = 1
    private static let headerBytes = 8 + PageVersion.byteCount

    /// The name of a page's item; the format is part of it, so that two formats can live in one store.
    static func key(prefix: UInt64, owner: PageOwner) -> String {
        func hex(_ value: UInt64) -> String {
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        return "railgun\(format):\(hex(owner.rawValue)):\(hex(prefix))"
    }

    /// Writes a page.
    static func encode(_ page: [UInt8], version: PageVersion) -> [UInt8] {
        let compressed = compress(page)
        let size = UInt32(clamping: page.count)
        var item: [UInt8] = [format, compressed == nil ? 0 : 1, 0, 0]
        item.reserveCapacity(headerBytes + (compressed ?? page).count)
        item += (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) }
        item += version.bytes
        item += compressed ?? page
        return item
    }

    /// Reads a page, and checks that its version begins with `prefix`; `nil` for anything else.
    static func decode(_ item: [UInt8], prefix: UInt64, maxPageBytes: Int) -> (bytes: [UInt8], version: PageVersion)? {
        // No item is longer than its page and the header.
        guard headerBytes...headerBytes + maxPageBytes ~= item.count, item[0] == format, item[1] <= 1 else {
            return nil
        }
        let byteCount = item[4..<8].reduce(0) { $0 << 8 | Int($1) }
        guard byteCount <= maxPageBytes else { return nil }
        let body = item[headerBytes...]
        guard let bytes = item[1] == 1 ? decompress(body, byteCount: byteCount) : [UInt8](body),
            bytes.count == byteCount
        else { return nil }
        let version = PageVersion(of: bytes.span)
        guard version.prefix == prefix, version.bytes.elementsEqual(item[8..<headerBytes]) else { return nil }
        return (bytes, version)
    }

    /// `nil` where it would not be shorter.
    private static func compress(_ page: [UInt8]) -> [UInt8]? {
        let capacity = page.count - 1
        guard capacity > 0, let count = Int32(exactly: page.count) else { return nil }
        let compressed = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { room, written in
            written = unsafe page.withUnsafeBytes { source in
                unsafe Int(
                    LZ4_compress_default(
                        source.assumingMemoryBound(to: CChar.self).baseAddress,
                        UnsafeMutableRawPointer(room.baseAddress)?.assumingMemoryBound(to: CChar.self), count,
                        Int32(capacity)))
            }
        }
        return compressed.isEmpty ? nil : compressed
    }

    /// `nil` for what doesn't give exactly so many bytes.
    private static func decompress(_ body: ArraySlice<UInt8>, byteCount: Int) -> [UInt8]? {
        guard byteCount > 0 else { return nil }
        var isWhole = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { room, written in
            let count = unsafe body.withUnsafeBytes { source in
                unsafe LZ4_decompress_safe(
                    source.assumingMemoryBound(to: CChar.self).baseAddress,
                    UnsafeMutableRawPointer(room.baseAddress)?.assumingMemoryBound(to: CChar.self),
                    Int32(source.count), Int32(byteCount))
            }
            isWhole = Int(count) == byteCount
            written = isWhole ? byteCount : 0
        }
        return isWhole ? bytes : nil
    }
}
