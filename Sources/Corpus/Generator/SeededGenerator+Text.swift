extension SeededGenerator {
    /// Text by a rule of ``Grammar/english``.
    mutating func english(_ rule: String) -> String { Grammar.english.text(rule, using: &self) }

    /// Sentences by a rule, one after another.
    mutating func paragraph(_ sentences: ClosedRange<Int>, of rule: String = "sentence") -> String {
        (0..<integer(in: sentences)).map { _ in english(rule) }.joined(separator: " ")
    }

    /// Lower-case hexadecimal digits, as in hashes and identifiers.
    mutating func hex(_ count: Int) -> String { token(count, of: Array("0123456789abcdef")) }

    /// Letters and digits, as in tokens and session names.
    mutating func token(_ count: Int) -> String {
        token(count, of: Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"))
    }

    /// An identifier such as `8d0f3a52-4c1e-4b7a-9f65-0d2e8c7b1a34`.
    mutating func uuid() -> String { "\(hex(8))-\(hex(4))-4\(hex(3))-\(hex(4))-\(hex(12))" }

    private mutating func token(_ count: Int, of alphabet: [Character]) -> String {
        String((0..<count).map { _ in pick(alphabet) })
    }
}

extension String {
    /// The text as a part of an address: lower-case words with hyphens.
    var slug: String {
        lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.joined(separator: "-")
    }
}

extension Int {
    /// As shops and counters write numbers: `12,345`.
    var grouped: String {
        self < 1000 ? "\(self)" : "\((self / 1000).grouped),\(String(self % 1000 + 1000).dropFirst())"
    }

    /// Cents as a price: `1,249.90`.
    var price: String { "\((self / 100).grouped).\(String(self % 100 + 100).dropFirst())" }
}
