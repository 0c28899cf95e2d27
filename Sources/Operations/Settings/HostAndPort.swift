import NIOCore

/// Where a connection goes or is accepted: `www.example.org:443`, `10.0.0.5:80`, `[2001:db8::1]:2408`.
package struct HostAndPort: Hashable, Sendable, CustomStringConvertible {
    /// A name in lower case, or an IP address without brackets.
    package let host: String
    /// The TCP port.
    package let port: Int

    /// Puts both together; `host` is taken as it is.
    package init(host: String, port: Int) { (self.host, self.port) = (host, port) }

    /// Reads `HOST:PORT`; `nil` when either is missing or wrong.
    ///
    /// - Parameters:
    ///   - text: The text; spaces are not allowed.
    ///   - defaultPort: The port when the text has none; with `nil`, a port has to be there.
    ///   - ports: The ports that are allowed.
    package init?(_ text: String, defaultPort: Int? = nil, ports: ClosedRange<Int> = 1...65535) {
        guard let name = HostName(text), let port = name.port ?? defaultPort, ports.contains(port) else { return nil }
        self.init(host: name.host, port: port)
    }

    /// Whether the host is an IP address and not a name.
    package var isAddress: Bool { (try? SocketAddress(ipAddress: host, port: 0)) != nil }

    /// As it is read.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A host with or without a port, as keys of the configuration name it.
struct HostName {
    let host: String
    let port: Int?

    /// Reads `HOST` or `HOST:PORT`; `nil` for anything else.
    ///
    /// An IPv6 address with a port stands in brackets.
    init?(_ text: String) {
        guard !text.utf8.contains(0) else { return nil }  // SocketAddress would read up to it, and be content
        if (try? SocketAddress(ipAddress: text, port: 0)) != nil {
            (host, port) = (text.lowercased(), nil)
            return
        }
        var host = Substring(text)
        var port: Int?
        if let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") {
            port = wholeNumber(text[text.index(after: colon)...])
            guard let port, port <= 65535 else { return nil }
            host = text[..<colon]
        }
        self.port = port
        if host.hasPrefix("["), host.hasSuffix("]") {
            self.host = host.dropFirst().dropLast().lowercased()
            guard self.host.contains(":"), (try? SocketAddress(ipAddress: self.host, port: 0)) != nil else {
                return nil
            }
        } else {
            if host.hasSuffix(".") { host.removeLast() }  // the root of all names: the same host
            self.host = host.lowercased()
            guard Self.isName(self.host) else { return nil }
        }
    }

    private static func isName(_ text: String) -> Bool {
        guard 1...253 ~= text.utf8.count else { return false }
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isNumeric = labels.allSatisfy { $0.allSatisfy { 0x30...0x39 ~= $0 } }
        if isNumeric { return (try? SocketAddress(ipAddress: text, port: 0)) != nil }  // 10.0.0.256 is no name
        return labels.allSatisfy { label in
            1...63 ~= label.count
                && label.allSatisfy { 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x2D || $0 == 0x5F }
        }
    }
}
