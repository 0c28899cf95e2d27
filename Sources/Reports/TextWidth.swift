extension StringProtocol {
    /// How many columns of a terminal this text takes: two for each East Asian or emoji character.
    package var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

    /// This text with blanks to the given width in columns; longer text stays as it is.
    package func padded(to columns: Int, right: Bool = false) -> String {
        let blanks = String(repeating: " ", count: Swift.max(0, columns - displayWidth))
        return right ? blanks + self : self + blanks
    }

    /// The start of this text, with an ellipsis where it takes more than the given number of columns.
    package func truncated(to columns: Int) -> String {
        guard displayWidth > columns else { return String(self) }
        var (text, width) = ("", 0)
        for character in self {
            width += character.displayWidth
            guard width < columns else { break }
            text.append(character)
        }
        return text + "…"
    }
}

extension Character {
    /// How many columns of a terminal this character takes: 0, 1 or 2.
    package var displayWidth: Int {
        guard let first = unicodeScalars.first else { return 0 }
        if first.value < 0x300 { return 1 }
        if unicodeScalars.contains("\u{fe0f}") || first.properties.isEmojiPresentation { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: return Self.wide.contains { $0.contains(first.value) } ? 2 : 1
        }
    }

    /// What Unicode's EastAsianWidth.txt calls W and F, in whole blocks.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xa000...0xa4cf,
        0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6,
        0x1f300...0x1f64f, 0x1f900...0x1f9ff, 0x20000...0x3fffd,
    ]
}
