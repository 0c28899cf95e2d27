import Crypto
import Foundation

/// A key by the SHA-256 of its SubjectPublicKeyInfo: it stays the same when its certificate is renewed.
package struct KeyPin: Hashable, Sendable, CustomStringConvertible {
    /// "sha256/" and 44 characters of base64.
    package let description: String

    static let prefix = "sha256/"

    /// Reads a pin; `nil` for anything else.
    ///
    /// - Parameter text: As it is printed, or with the two slashes of curl.
    package init?(_ text: some StringProtocol) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        var digits = text.dropFirst(Self.prefix.count)
        // A slash is a digit as well: only the length tells curl's second one.
        if digits.utf8.count == 45, digits.hasPrefix("/") { digits = digits.dropFirst() }
        guard digits.utf8.count == 44,
            let hash = Data(base64Encoded: String(digits)), hash.count == SHA256.byteCount
        else { return nil }
        description = Self.prefix + hash.base64EncodedString()
    }
}
