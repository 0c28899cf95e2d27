import Crypto
import Foundation

/// What a new end needs to get its certificate: a secret that is good for one, once, and by which authority to know the
/// sender.
///
/// Whoever has it can become that end. So it is written out by ``text`` only, never by printing the value.
package struct ActivationToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// 128 bits, random.
    let secret: [UInt8]
    /// The SHA-256 of the authority's certificate.
    let authority: [UInt8]

    private static let prefix = "rgt-"
    private static let secretBytes = 16

    init(authority: [UInt8]) {
        var random = SystemRandomNumberGenerator()
        secret = (0..<Self.secretBytes).map { _ in .random(in: 0...255, using: &random) }
        self.authority = authority
    }

    /// Reads a token; `nil` for anything else.
    package init?(_ text: String) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 1, words[0].hasPrefix(Self.prefix), words[0].utf8.count == Self.prefix.count + 64 else {
            return nil
        }
        let digits = words[0].dropFirst(Self.prefix.count).replacing("-", with: "+").replacing("_", with: "/")
        guard let bytes = Data(base64Encoded: String(digits)), bytes.count == Self.secretBytes + SHA256.byteCount else {
            return nil
        }
        secret = [UInt8](bytes.prefix(Self.secretBytes))
        authority = [UInt8](bytes.dropFirst(Self.secretBytes))
    }

    /// 68 characters: letters, digits, `-` and `_`.
    package var text: String {
        let digits = Data(secret + authority).base64EncodedString()
        return Self.prefix + digits.replacing("+", with: "-").replacing("/", with: "_")
    }

    /// What is kept of the secret: enough to know it again, and of no use to whoever reads it.
    var hash: SHA256Digest { SHA256.hash(data: secret) }

    package var description: String { "an activation token" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
