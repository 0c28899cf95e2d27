/// Which page: the address that a client asked for, without its fragment.
///
/// Hashed once, when it is made: look-ups compare numbers first and strings only where those are equal.
package struct PageKey: Hashable, Sendable {
    /// Scheme, authority and target in one, as in `https://www.example.org/news?page=2`.
    package let address: String
    let digest: UInt64

    /// Names a page.
    ///
    /// - Parameters:
    ///   - scheme: `http` or `https`.
    ///   - authority: Host and, where it isn't the scheme's own, port.
    ///   - target: Path and query, from the first slash on.
    /// - Complexity: O(*n*), with one allocation.
    package init(scheme: String, authority: String, target: String) {
        self.init(address: "\(scheme)://\(authority)\(target)")
    }

    /// Names the page of an ``address`` that was written down.
    package init(address: String) {
        self.address = address
        var hasher = Hasher()
        hasher.combine(address)
        digest = UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// The address up to where the target begins.
    package var site: Substring {
        let slashes = address.utf8.indices.lazy.filter { address.utf8[$0] == UInt8(ascii: "/") }
        return address[..<(slashes.dropFirst(2).first ?? address.endIndex)]
    }

    /// Whether both name the same page.
    package static func == (one: PageKey, other: PageKey) -> Bool {
        one.digest == other.digest && one.address == other.address
    }

    /// Feeds the hash that was made at the start.
    package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
