package import NIOHTTP1

/// Which names and values may be fields at all (RFC 9110, section 5).
///
/// What the wire parser made has passed already. This is for fields that came another way: HTTP/2, or a peer on the link.
package enum FieldSyntax {
    /// What is wrong with `fields`, in plain words; nil if nothing is.
    ///
    /// Cost: one look at each byte.
    package static func fault(in fields: HTTPHeaders) -> String? {
        for (name, value) in fields {
            guard !name.isEmpty, name.utf8.allSatisfy(\.isTokenByte) else {
                return "a field name is empty or has a character that is not allowed in names"
            }
            guard value.utf8.allSatisfy(\.isFieldValueByte) else {
                return "the value of field \(name) has a control character"
            }
            // In HTTP/1 that would be no part of the value (RFC 9113, section 8.2.1).
            guard value.utf8.first.map(isBlank) != true, value.utf8.last.map(isBlank) != true else {
                return "the value of field \(name) begins or ends with a space or a tab"
            }
        }
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
