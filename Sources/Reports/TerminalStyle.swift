/// Colour and weight in a terminal, or plain text where a terminal doesn't take or want them.
package struct TerminalStyle: Hashable, Sendable {
    /// No effects at all.
    package static let plain = TerminalStyle(isEnabled: false)

    /// Whether ``apply(_:to:)`` does anything.
    package var isEnabled: Bool

    /// Creates a style; ``Terminal/style`` is the one to use on a stream.
    package init(isEnabled: Bool) { self.isEnabled = isEnabled }

    /// An effect; the raw values are those of ECMA-48's SGR.
    package enum Effect: String, Hashable, Sendable {
        /// Heavier.
        case bold = "1"
        /// Fainter.
        case dim = "2"
        /// Trouble.
        case red = "31"
        /// New, or well done.
        case green = "32"
        /// To be noticed.
        case yellow = "33"
        /// Gone.
        case struck = "9"
        /// Moved, or a place.
        case cyan = "36"
        /// New text that stands out among old, blanks included: green, reversed.
        case newText = "7;32"
    }

    /// The text with the effects around it.
    package func apply(_ effects: Effect..., to text: String) -> String {
        guard isEnabled, !effects.isEmpty, !text.isEmpty else { return text }
        return "\u{1b}[\(effects.map(\.rawValue).joined(separator: ";"))m\(text)\u{1b}[0m"
    }
}
