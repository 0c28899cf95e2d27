import HTTPRules

/// Which pages a store is asked to forget.
package enum PurgeScope: Hashable, Sendable {
    case all
    /// Those of a host in lower case, on one port or on all.
    case site(host: String, port: Int?)
    /// One page, or with `isPrefix` all whose address begins so.
    case page(address: String, isPrefix: Bool)

    /// Reads `HOST` or `HOST:PORT`; `nil` for anything else.
    package init?(site text: String) {
        guard let name = HostName(text) else { return nil }
        self = .site(host: name.host, port: name.port)
    }

    /// Reads `http://HOST/PATH`, or with `*` at its end the beginning of such; `nil` for anything else.
    package init?(page text: String) {
        let isPrefix = text.hasSuffix("*")
        let address = isPrefix ? String(text.dropLast()) : text
        let parts = address.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "http:" || parts[0] == "https:", parts[1].isEmpty,
            Authority.isValid(parts[2]), address.utf8.allSatisfy({ 0x21...0x7E ~= $0 })
        else { return nil }
        // A fragment is no part of what a browser asks for.
        self = .page(address: Self.folded(String(address.prefix { $0 != "#" })), isPrefix: isPrefix)
    }

    /// Whether a page's address is meant: `https://www.example.org/news?page=2`.
    package func matches(_ address: String) -> Bool {
        switch self {
        case .all: return true
        case .site(let host, let port):
            guard let scheme = address.range(of: "://") else { return false }
            let authority = address[scheme.upperBound...].prefix { $0 != "/" }
            let named = Authority.split(authority.lowercased(), defaultPort: address.hasPrefix("https") ? 443 : 80)
            return named.host == host && (port == nil || port == named.port)
        case .page(let wanted, let isPrefix):
            let folded = Self.folded(address)
            return isPrefix ? folded.hasPrefix(wanted) : folded == wanted
        }
    }

    /// Scheme and host in lower case; the rest is as it is.
    private static func folded(_ address: String) -> String {
        let slashes = address.utf8.indices.lazy.filter { address.utf8[$0] == UInt8(ascii: "/") }
        guard let path = slashes.dropFirst(2).first else { return address.lowercased() }
        return address[..<path].lowercased() + address[path...]
    }
}

extension PurgeScope {
    /// Reads a line of the control socket: `purge all`, `purge site HOST`, `purge page URL`.
    init?(command: String) {
        let words = command.split(separator: " ").map(String.init)
        switch (words.count, words.first, words.dropFirst().first) {
        case (2, "purge", "all"): self = .all
        case (3, "purge", "site"): self.init(site: words[2])
        case (3, "purge", "page"): self.init(page: words[2])
        default: return nil
        }
    }

    /// The line that says so.
    package var command: String {
        switch self {
        case .all: "purge all"
        case .site(let host, let port): "purge site \(port.map { "\(HostAndPort(host: host, port: $0))" } ?? host)"
        case .page(let address, let isPrefix): "purge page \(address)\(isPrefix ? "*" : "")"
        }
    }
}
