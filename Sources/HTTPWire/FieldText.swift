internal import NIOCore

/// Field text between bytes and Strings, without a loss.
///
/// NIO keeps fields as Strings, which hold Unicode only; HTTP lets values hold any byte from 0x80. Valid UTF-8 stays what it
/// is. Of other text, each byte from 0x80 becomes one of the 128 last private-use characters (U+10FF80 and on), and a byte
/// again when it is written. HTTP/2 and the link carry these characters as they are.
enum FieldText {
    private static let firstEscape: UInt32 = 0x10_FF00  // plus the byte, which is 0x80 or more

    /// The text for `bytes`.
    ///
    /// Cost: one allocation from 16 bytes on.
    @inline(__always)
    static func string(_ bytes: Span<UInt8>) -> String {
        if let text = try? UTF8Span(validating: bytes), text.isKnownASCII || !holdsEscape(bytes) {
            return String(copying: text)
        }
        return escaped(bytes)
    }

    /// Whether valid UTF-8 holds one of our own characters: they all begin with F4 8F BE or F4 8F BF.
    private static func holdsEscape(_ bytes: Span<UInt8>) -> Bool {
        bytes.indices.contains { bytes[$0] == 0xF4 && bytes[$0 + 1] == 0x8F && bytes[$0 + 2] >= 0xBE }
    }

    private static func escaped(_ bytes: Span<UInt8>) -> String {
        var scalars = String.UnicodeScalarView()
        for index in bytes.indices {
            let byte = bytes[index]
            scalars.append(byte < 0x80 ? Unicode.Scalar(byte) : Unicode.Scalar(firstEscape + UInt32(byte))!)
        }
        return String(scalars)
    }

    /// Appends the bytes of `text` to `buffer`, as they came.
    @inline(__always)
    static func write(_ text: String, to buffer: inout ByteBuffer) {
        if text.utf8.contains(0xF4) { writeEscaped(text, to: &buffer) } else { buffer.writeString(text) }
    }

    private static func writeEscaped(_ text: String, to buffer: inout ByteBuffer) {
        for scalar in text.unicodeScalars {
            if scalar.value >= firstEscape + 0x80 {
                buffer.writeInteger(UInt8(scalar.value - firstEscape))
            } else {
                buffer.writeBytes(UTF8.encode(scalar)!)
            }
        }
    }
}
