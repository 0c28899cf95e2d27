import Foundation

/// Addresses of one network, or a single one: `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.7`.
package struct AddressRange: Hashable, Sendable {
    /// The first address, as one of IPv6: those of IPv4 stand there as `::ffff:a.b.c.d`, as a socket for both sees them.
    private let first: [UInt8]
    /// How many bits of it count.
    private let bitCount: Int

    /// Reads an address with or without the count of bits that hold; `nil` for anything else.
    ///
    /// Bits behind those must be 0: `10.0.0.1/8` is more likely a mistake than a network.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = Self.bytes(String(parts[0])) else { return nil }
        let isIPv4 = !parts[0].contains(":")
        var bitCount = 128
        if parts.count == 2 {
            guard let count = wholeNumber(parts[1]), count <= (isIPv4 ? 32 : 128) else { return nil }
            bitCount = isIPv4 ? 96 + count : count
        }
        guard (bitCount..<128).allSatisfy({ first[$0 / 8] & (0x80 >> ($0 % 8)) == 0 }) else { return nil }
        (self.first, self.bitCount) = (first, bitCount)
    }

    /// Whether an address, without port and brackets, is one of these; no name ever is.
    package func contains(_ address: String) -> Bool {
        guard let bytes = Self.bytes(address) else { return false }
        let (whole, rest) = bitCount.quotientAndRemainder(dividingBy: 8)
        guard bytes[..<whole] == first[..<whole] else { return false }
        return rest == 0 || (bytes[whole] ^ first[whole]) >> (8 - rest) == 0
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        guard !text.utf8.contains(0) else { return nil }  // inet_pton would read up to it, and be content
        var bytes = [UInt8](repeating: 0, count: 16)
        if unsafe inet_pton(AF_INET6, text, &bytes) == 1 { return bytes }
        var short = [UInt8](repeating: 0, count: 4)
        guard unsafe inet_pton(AF_INET, text, &short) == 1 else { return nil }
        return [UInt8](repeating: 0, count: 10) + [0xff, 0xff] + short
    }
}
