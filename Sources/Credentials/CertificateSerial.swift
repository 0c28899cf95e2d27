/// The number that an authority gave a certificate.
package struct CertificateSerial: Hashable, Sendable, CustomStringConvertible {
    /// Hexadecimal digits in upper case, two for each byte, without zero bytes before them: "0A1B2C".
    package let description: String

    init(bytes: some Sequence<UInt8>) {
        let digits = bytes.drop { $0 == 0 }.map { byte in
            let pair = String(byte, radix: 16, uppercase: true)
            return pair.count == 1 ? "0" + pair : pair
        }
        description = digits.isEmpty ? "00" : digits.joined()
    }

    /// Reads a serial in hexadecimal, in either case, with or without colons between bytes; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        let groups = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard groups.count == 1 || groups.allSatisfy({ $0.count == 2 }) else { return nil }
        var digits = groups.joined().compactMap(Self.value)
        // RFC 5280: 20 bytes at most, and one more for a sign.
        guard (1...42).contains(digits.count), digits.count == text.utf8.count - (groups.count - 1) else { return nil }
        if !digits.count.isMultiple(of: 2) { digits.insert(0, at: 0) }
        self.init(bytes: stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        Character(Unicode.Scalar(digit)).hexDigitValue.map(UInt8.init)
    }
}
