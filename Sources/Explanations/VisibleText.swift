import Reports

/// Bytes of a page as text that is safe to show anywhere: what a terminal or a reader's eye could be fooled by is spelt
/// out, be it an escape sequence, a character that turns the direction of writing, or a byte that isn't UTF-8.
package struct VisibleText: Sequence, IteratorProtocol {
    /// One character, or one spelt-out byte.
    package struct Glyph: Hashable {
        /// A line feed where ``isLineEnd``; else nothing but printable characters.
        package var text: String
        /// Which bytes it stands for.
        var range: Range<Int>
        var isLineEnd: Bool { text == "\n" }
    }

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    /// Reads bytes of a page.
    package init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    package mutating func next() -> Glyph? {
        guard position < bytes.endIndex else { return nil }
        let start = position
        let first = bytes[start]
        if first < 0x80 {
            position += 1
            return Glyph(text: Self.text(ascii: first), range: start..<position)
        }
        let length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
        if let end = bytes.index(start, offsetBy: length, limitedBy: bytes.endIndex),
            let scalar = String(validating: bytes[start..<end], as: UTF8.self)?.unicodeScalars.first
        {
            position = end
            return Glyph(text: Self.text(scalar), range: start..<end)
        }
        position += 1
        return Glyph(text: "\\x" + hex(UInt32(first), digits: 2), range: start..<position)
    }

    private static func text(ascii byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "\n"): "\n"
        case UInt8(ascii: "\t"): "    "
        case 0..<0x20: String(UnicodeScalar(0x2400 + UInt32(byte))!)
        case 0x7f: "\u{2421}"
        default: String(UnicodeScalar(byte))
        }
    }

    private static func text(_ scalar: UnicodeScalar) -> String {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
            "\\u{" + hex(scalar.value, digits: 4) + "}"
        case .nonspacingMark, .enclosingMark, .spacingMark:
            // On a dotted circle, as Unicode's charts have it: alone, a mark would change its neighbour.
            "\u{25cc}" + String(scalar)
        default: String(scalar)
        }
    }
}

private func hex(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}

extension VisibleText {
    /// Text from outside, such as a file's name, on one line.
    package static func line(_ text: String) -> String {
        VisibleText([UInt8](text.utf8)[...]).map { $0.isLineEnd ? "␊" : $0.text }.joined()
    }
}
