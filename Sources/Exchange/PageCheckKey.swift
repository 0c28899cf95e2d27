import Crypto

/// Makes the checks of pages that no end keeps: a code over the page, with a key that only both ends of a lane know.
///
/// It is GMAC (NIST SP 800-38D), with the stream's number as nonce. Nobody who doesn't know the key can make another page
/// with the same code, also if he chooses both pages. About 8 GB/s, where SHA-256 makes 2.
package struct PageCheckKey: Sendable {
    private let key: SymmetricKey

    /// - Parameters:
    ///   - high: Half of the secret that the listener sent when the lane was opened.
    ///   - low: The other half.
    package init(high: UInt64, low: UInt64) {
        var seed: [UInt8] = Array("railgun page".utf8)
        for word in [high, low] { seed += (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
        key = SymmetricKey(data: Array(SHA256.hash(data: seed).prefix(16)))
    }

    /// The check of a page that crosses a lane on one stream; a stream carries one page.
    package func check(of page: [UInt8], stream: UInt32) -> PageCheck {
        var nonce = [UInt8](repeating: 0, count: 12)
        for place in 0..<4 { nonce[11 - place] = UInt8(truncatingIfNeeded: stream >> (8 * place)) }
        do {
            let tag = try AES.GCM.seal([UInt8](), using: key, nonce: AES.GCM.Nonce(data: nonce), authenticating: page)
                .tag
            let words = tag.reduce(into: (high: UInt64(0), low: UInt64(0))) { words, byte in
                words.high = words.high << 8 | words.low >> 56
                words.low = words.low << 8 | UInt64(byte)
            }
            return PageCheck(high: words.high, low: words.low)
        } catch {
            preconditionFailure("key and nonce have the right lengths: \(error)")
        }
    }
}
