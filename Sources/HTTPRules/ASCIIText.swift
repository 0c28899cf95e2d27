// Comparing and cutting field text as bytes: HTTP's names and tokens are ASCII, and Swift's Characters cost ten times more.

extension String {
    /// Whether this equals `lowercase`, which must be ASCII in lower case, when the case of ASCII letters is ignored.
    @inline(__always)
    package func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
        utf8.equalsIgnoringCase(lowercase)
    }
}

extension Substring {
    @inline(__always)
    package func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
        utf8.equalsIgnoringCase(lowercase)
    }
}

extension Collection where Element == UInt8 {
    @inline(__always)
    func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
        guard count == lowercase.utf8CodeUnitCount else { return false }
        var position = 0
        for byte in self {
            guard unsafe lowercase.utf8Start[position] == byte.asciiLowercased else { return false }
            position += 1
        }
        return true
    }
}

extension UInt8 {
    @inline(__always)
    package var asciiLowercased: UInt8 { UInt8(ascii: "A") <= self && self <= UInt8(ascii: "Z") ? self | 0x20 : self }

    @inline(__always)
    package var isDigit: Bool { UInt8(ascii: "0") <= self && self <= UInt8(ascii: "9") }

    @inline(__always)
    package var isHexDigit: Bool {
        isDigit || (UInt8(ascii: "a") <= asciiLowercased && asciiLowercased <= UInt8(ascii: "f"))
    }

    /// `tchar` of RFC 9110, section 5.6.2: what names, methods and tokens are made of.
    @inline(__always)
    package var isTokenByte: Bool {
        // One bit a character of ASCII, in two words: letters, digits and !#$%&'*+-.^_`|~
        let low: UInt64 = 0x03FF_6CFA_0000_0000
        let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
        return self < 64 ? low >> self & 1 == 1 : self < 128 && high >> (self & 63) & 1 == 1
    }

    /// What a field value may hold: tab, space, visible characters and bytes from 0x80 (`obs-text`).
    @inline(__always)
    package var isFieldValueByte: Bool { (self >= 0x20 && self != 0x7F) || self == 0x09 }
}

/// The members of a comma-separated list, without the white space around them; empty members are left out.
///
/// Not for lists whose members may hold quoted commas.
package func listMembers(_ value: String) -> some Sequence<Substring> {
    value.utf8.split(separator: UInt8(ascii: ",")).lazy.map { trimmed(Substring($0)) }.filter { !$0.isEmpty }
}

/// `text` without spaces and tabs at both ends.
package func trimmed(_ text: Substring) -> Substring {
    var utf8 = text.utf8
    while let first = utf8.first, first == 0x20 || first == 0x09 { utf8.removeFirst() }
    while let last = utf8.last, last == 0x20 || last == 0x09 { utf8.removeLast() }
    return Substring(utf8)
}
