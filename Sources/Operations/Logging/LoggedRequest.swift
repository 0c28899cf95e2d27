/// What a request asked for, as logs tell it: nothing that may be a secret.
package struct LoggedRequest: Hashable, Sendable {
    /// `log.query`: whether queries are told.
    package let showsQuery: Bool

    package init(showsQuery: Bool) { self.showsQuery = showsQuery }

    /// The target: its path, then `?...` or `;...` for what may name a session, a person or a key.
    ///
    /// Also of what breaks the rules, and is logged as it came. No allocation where nothing is left out.
    package func target(_ target: String) -> String {
        let utf8 = target.utf8
        let isPath = utf8.first == UInt8(ascii: "/")
        let end =
            showsQuery
            ? utf8.endIndex
            : utf8.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: "#") }
        guard end ?? utf8.endIndex < utf8.endIndex || !isPath else { return target }
        let kept = target[..<(end ?? utf8.endIndex)]
        // `http://user:password@host/`: a path may have an @, what stands before one may not.
        let text = isPath ? String(kept) : Self.withoutUser(kept)
        guard let end, end < utf8.endIndex else { return text }
        return "\(text)\(target[end])..."
    }

    /// The address of a page, as ``PageStore`` names it: `https://www.example.org/news?...`.
    package func address(_ address: String) -> String {
        let slashes = address.utf8.indices.lazy.filter { address.utf8[$0] == UInt8(ascii: "/") }
        guard let path = slashes.dropFirst(2).first else { return address }
        return address[..<path] + target(String(address[path...]))
    }

    /// A host, which may be what a client wrote there: without the name and password of a user.
    package func host(_ host: String) -> String {
        host.utf8.contains(UInt8(ascii: "@")) ? Self.withoutUser(host[...]) : host
    }

    private static func withoutUser(_ text: Substring) -> String {
        guard let at = text.lastIndex(of: "@") else { return String(text) }
        let scheme = text.range(of: "://").map { text[..<$0.upperBound] } ?? ""
        return "\(scheme)...\(text[at...])"
    }
}
