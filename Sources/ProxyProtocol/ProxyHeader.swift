/// What a proxy says of a connection that it passes on: the PROXY protocol, version 1 (text) or 2 (binary).
///
/// Source: "The PROXY protocol, versions 1 & 2", https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt
package enum ProxyHeader: Hashable, Sendable {
    /// The address and port of who connected to the proxy.
    case client(address: String, port: Int)
    /// The proxy doesn't say, or connected of its own accord, for a health check: the connection's own address holds.
    case unknown

    /// What the bytes that came so far are.
    package enum Reading: Hashable, Sendable {
        /// The beginning of a header, at most ``ProxyHeader/maxBytes``.
        case incomplete
        case header(ProxyHeader, byteCount: Int)
        /// No header; why, in words.
        case broken(String)
    }

    /// The longest header of version 1, its line's end included.
    private static let maxTextBytes = 107
    /// The longest header of version 2 that is taken: room for all addresses, and for more extensions than anybody sends.
    package static let maxBytes = 16 + 4096
    private static let textSignature = Array("PROXY ".utf8)
    private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10]

    /// Reads a header off the front of what came.
    package static func read(_ bytes: some Collection<UInt8>) -> Reading {
        let start = [UInt8](bytes.prefix(maxBytes))
        if start.starts(with: signature.prefix(start.count)) { return readBinary(start) }
        if start.starts(with: textSignature.prefix(start.count)) { return readText(start) }
        return .broken("the connection doesn't begin with a PROXY header")
    }

    // MARK: version 1

    private static func readText(_ bytes: [UInt8]) -> Reading {
        guard let end = bytes.prefix(maxTextBytes).firstIndex(of: 10) else {
            return bytes.count < maxTextBytes
                ? .incomplete : .broken("a PROXY header of version 1 has at most \(maxTextBytes) bytes")
        }
        guard bytes[end - 1] == 13 else { return .broken("the PROXY header doesn't end with CR LF") }
        let words = String(decoding: bytes[..<(end - 1)], as: UTF8.self)
            .split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        if words.count >= 2, words[1] == "UNKNOWN" { return .header(.unknown, byteCount: end + 1) }
        guard words.count == 6, words[1] == "TCP4" || words[1] == "TCP6" else {
            return .broken("the PROXY header has not the form PROXY TCP4 SOURCE DESTINATION PORT PORT")
        }
        let isIPv4 = words[1] == "TCP4"
        let addresses = words[2...3].map { IPAddress($0, isIPv4: isIPv4) }
        let ports = words[4...5].map { word in
            word.utf8.allSatisfy { (48...57).contains($0) } && (word == "0" || word.utf8.first != 48)
                ? UInt16(word) : nil
        }
        guard let source = addresses[0], addresses[1] != nil, let port = ports[0], ports[1] != nil else {
            return .broken("the PROXY header names no two addresses of \(words[1])")
        }
        return .header(.client(address: source.text, port: Int(port)), byteCount: end + 1)
    }

    // MARK: version 2

    private static func readBinary(_ bytes: [UInt8]) -> Reading {
        guard bytes.count >= 16 else { return .incomplete }
        guard bytes[12] >> 4 == 2 else { return .broken("the PROXY header has version \(bytes[12] >> 4)") }
        let length = Int(bytes[14]) << 8 | Int(bytes[15])
        guard 16 + length <= maxBytes else {
            return .broken("the PROXY header has \(16 + length) bytes, \(maxBytes) are the most")
        }
        // Which addresses follow: IPv4 and IPv6 by TCP are read, the others skipped with what they hold.
        let addressBytes: Int? =
            switch bytes[13] {
            case 0x11: 4
            case 0x21: 16
            default: nil
            }
        switch bytes[12] & 0x0f {
        case 0: return bytes.count < 16 + length ? .incomplete : .header(.unknown, byteCount: 16 + length)
        case 1: break
        default: return .broken("the PROXY header has command \(bytes[12] & 0x0f)")
        }
        guard bytes[13] >> 4 <= 3, bytes[13] & 0x0f <= 2 else {
            return .broken("the PROXY header has addresses of kind \(bytes[13])")
        }
        if let addressBytes, length < 2 * addressBytes + 4 {
            return .broken("the PROXY header has no room for its addresses")
        }
        guard bytes.count >= 16 + length else { return .incomplete }
        guard let addressBytes else { return .header(.unknown, byteCount: 16 + length) }
        let portAt = 16 + 2 * addressBytes
        let port = Int(bytes[portAt]) << 8 | Int(bytes[portAt + 1])
        let address = IPAddress(bytes[16..<(16 + addressBytes)])
        return .header(.client(address: address.text, port: port), byteCount: 16 + length)
    }
}
