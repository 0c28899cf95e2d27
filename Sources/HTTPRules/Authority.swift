/// The grammar of `host[:port]`, as Host, absolute targets and `:authority` carry it (RFC 3986, section 3.2).
package enum Authority {
    /// Whether `text` is a host with or without a port: no user, no path, nothing empty.
    ///
    /// Cost: one look at each byte.
    package static func isValid(_ text: some StringProtocol) -> Bool {
        let bytes = text.utf8
        let host: Substring.UTF8View.SubSequence
        let rest: Substring.UTF8View.SubSequence
        let all = Substring(text).utf8
        if bytes.first == UInt8(ascii: "[") {
            guard let close = all.firstIndex(of: UInt8(ascii: "]")) else { return false }
            host = all[all.index(after: all.startIndex)..<close]
            rest = all[all.index(after: close)...]
            guard host.contains(UInt8(ascii: ":")),
                host.allSatisfy({ $0.isHexDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { return false }
        } else {
            let colon = all.firstIndex(of: UInt8(ascii: ":")) ?? all.endIndex
            host = all[..<colon]
            rest = all[colon...]
            guard host.allSatisfy(isNameByte) else { return false }
        }
        return !host.isEmpty && isPort(rest)
    }

    /// Host, without brackets, and port of a checked authority.
    ///
    /// `defaultPort` is the port where none is named.
    package static func split(_ text: String, defaultPort: Int) -> (host: String, port: Int) {
        var host = Substring(text)
        var port = defaultPort
        if let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")), text.utf8.last != UInt8(ascii: "]") {
            host = text[..<colon]
            port = Int(text[text.utf8.index(after: colon)...]) ?? defaultPort
        }
        if host.utf8.first == UInt8(ascii: "["), host.utf8.last == UInt8(ascii: "]") {
            host = host.dropFirst().dropLast()
        }
        return (String(host), port)
    }

    /// unreserved, sub-delims and the percent sign.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="): true
        case UInt8(ascii: "#"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"): false
        default: byte.isTokenByte
        }
    }

    /// Nothing, or a colon and up to 65535 (`host:` without digits is allowed and means the default).
    private static func isPort(_ rest: Substring.UTF8View.SubSequence) -> Bool {
        guard let first = rest.first else { return true }
        let digits = rest.dropFirst()
        guard first == UInt8(ascii: ":"), digits.count <= 5, digits.allSatisfy(\.isDigit) else { return false }
        return digits.isEmpty || Int(Substring(digits))! <= 65_535
    }
}
