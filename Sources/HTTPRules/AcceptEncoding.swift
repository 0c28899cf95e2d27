/// What codings a client accepts (RFC 9110, section 12.5.3).
package struct AcceptEncoding: Hashable, Sendable {
    /// The values of all Accept-Encoding fields, in order.
    let values: [String]

    package init(_ values: [String]) { self.values = values }

    /// Whether gzip was asked for, by name or by `*`, with a weight above 0.
    ///
    /// No field: then nothing was asked for.
    package var acceptsGzip: Bool {
        var any = false
        for value in values {
            for member in listMembers(value) {
                let parts = member.split(separator: ";")
                guard let coding = parts.first.map(trimmed) else { continue }
                let isWanted = parts.dropFirst().allSatisfy { Self.allows(trimmed($0)) }
                if coding.equalsIgnoringCase("gzip") || coding.equalsIgnoringCase("x-gzip") { return isWanted }
                if coding == "*" { any = isWanted }
            }
        }
        return any
    }

    /// Whether a parameter is anything but a weight of zero or a broken one.
    private static func allows(_ parameter: Substring) -> Bool {
        guard parameter.utf8.prefix(2).equalsIgnoringCase("q=") else { return true }
        let weight = parameter.utf8.dropFirst(2)
        guard let first = weight.first, weight.count <= 5 else { return false }
        let decimals = weight.dropFirst(2)
        guard weight.dropFirst().first ?? UInt8(ascii: ".") == UInt8(ascii: "."), decimals.allSatisfy(\.isDigit) else {
            return false
        }
        switch first {
        case UInt8(ascii: "1"): return decimals.allSatisfy { $0 == UInt8(ascii: "0") }
        case UInt8(ascii: "0"): return decimals.contains { $0 != UInt8(ascii: "0") }
        default: return false
        }
    }
}
