import NIOCore

/// `57120` as `57,120`.
func grouped(_ number: Int) -> String {
    var digits = String(number)
    var place = digits.count - 3
    while place > 0 {
        digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
        place -= 3
    }
    return digits
}

/// A share in percent with two decimals.
func percent(_ part: Int, of whole: Int) -> String {
    let hundredths = whole == 0 ? 0 : part * 10_000 / whole
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) %"
}

extension TimeAmount {
    /// In milliseconds with two decimals.
    var words: String {
        let hundredths = Double(nanoseconds / 10_000) / 100
        return "\(hundredths) ms"
    }
}
