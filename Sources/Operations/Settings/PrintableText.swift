extension StringProtocol {
    /// The same with control characters shown as `\u{…}`, so that a message can neither hide nor forge anything.
    var printable: String {
        var result = ""
        for scalar in unicodeScalars {
            if scalar.properties.generalCategory == .control && scalar != "\t" || scalar.value == 0x2028
                || scalar.value == 0x2029 || scalar.properties.isBidiControl || scalar.value == 0xFEFF
            {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
