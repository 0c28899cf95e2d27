extension Overview.Price {
    /// Reads a price as people write it: "0.09 USD", "0.08 €".
    ///
    /// `nil` for anything else: the number has digits and at most one point, the currency is one word of up to 8 characters.
    init?(_ text: String) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, words[0].count <= 16, words[0].wholeMatch(of: /[0-9]+(\.[0-9]+)?/) != nil,
            let perGB = Double(words[0]), perGB <= 1_000_000, words[1].count <= 8,
            words[1].unicodeScalars.allSatisfy(Self.isOfCurrency)
        else { return nil }
        self.init(perGB: perGB, currency: String(words[1]))
    }

    private static func isOfCurrency(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .otherLetter, .currencySymbol: true
        default: false
        }
    }

    /// What so many bytes cost.
    package func money(bytes: Int) -> Double { Double(bytes) / 1e9 * perGB }
}
