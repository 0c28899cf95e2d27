/// A piece of a web page that is safe by its type.
///
/// Text in a string literal of this type is markup. Whatever is interpolated into it is escaped, unless it's `HTML`
/// itself, so nothing from a page, a file name or a URL can become markup:
/// `let cell: HTML = "<td class=\"\(kind)\">\(fileName)</td>"`. Attributes must stand in quotes.
package struct HTML: Sendable {
    /// The markup.
    package private(set) var source: String

    /// Markup from pieces, one after the other.
    package init(joining pieces: some Sequence<HTML>, separator: HTML = "") {
        source = pieces.map(\.source).joined(separator: separator.source)
    }

    /// Text, escaped: the only place where it is done.
    ///
    /// Control characters, which HTML forbids, become their pictures (U+2400…).
    package init(text: some StringProtocol) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes += "&amp;".utf8
            case UInt8(ascii: "<"): bytes += "&lt;".utf8
            case UInt8(ascii: ">"): bytes += "&gt;".utf8
            case UInt8(ascii: "\""): bytes += "&quot;".utf8
            case UInt8(ascii: "'"): bytes += "&#39;".utf8
            case UInt8(ascii: "\n"), UInt8(ascii: "\t"): bytes.append(byte)
            case 0..<0x20: bytes += [0xe2, 0x90, 0x80 + byte]
            case 0x7f: bytes += "\u{2421}".utf8
            default: bytes.append(byte)
            }
        }
        source = String(decoding: bytes, as: UTF8.self)
    }

    /// Puts markup behind this.
    package static func += (one: inout HTML, other: HTML) { one.source += other.source }

    /// Markup, then markup.
    package static func + (one: HTML, other: HTML) -> HTML { "\(one)\(other)" }
}

extension HTML: ExpressibleByStringInterpolation {
    /// Puts literal markup and escaped values together.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var source = ""

        /// Starts a piece.
        package init(literalCapacity: Int, interpolationCount: Int) {
            source.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }
        /// Markup from our own source code: a `StaticString` can't come from anywhere else.
        package mutating func appendLiteral(_ literal: StaticString) { source += literal.description }
        /// Markup.
        package mutating func appendInterpolation(_ html: HTML) { source += html.source }
        /// Text, which is escaped.
        package mutating func appendInterpolation(_ text: some StringProtocol) { source += HTML(text: text).source }
        /// A whole number.
        package mutating func appendInterpolation(_ number: Int) { source += String(number) }
    }

    /// Markup from our own source code.
    package init(stringLiteral literal: StaticString) { source = literal.description }

    /// Markup with its values.
    package init(stringInterpolation: StringInterpolation) { source = stringInterpolation.source }
}
