/// The page store that a group of listeners shares: `memcached.servers`, `.timeout`, `.expiration`, `.limit`.
package struct MemcachedSettings: Equatable, Sendable {
    /// Where a memcached is.
    package enum Server: Hashable, Sendable, CustomStringConvertible {
        case host(HostAndPort)
        /// The path of a socket of this machine.
        case socket(String)

        /// As it is read.
        package var description: String {
            switch self {
            case .host(let address): address.description
            case .socket(let path): path
            }
        }
    }

    /// `memcached.servers`: each has a share of the pages; none where nothing is shared.
    package var servers: [Server]
    /// `memcached.timeout`: how long a page may wait for its base, from its request on.
    package var timeout: Duration
    /// `memcached.expiration`: how long a page stays.
    package var expiration: Duration
    /// `memcached.limit`: larger items, in bytes as they are sent, are not stored.
    package var byteLimit: Int

    init(_ settings: inout Settings) {
        servers =
            settings.take(
                "memcached.servers", expected: "HOST:PORT …, such as 10.0.0.5:11211, or the path of one socket"
            ) { value in
                if value.hasPrefix("/"), !value.contains(where: \.isWhitespace) { return [.socket(value)] }
                return value.words { HostAndPort($0, defaultPort: 11211).map(Server.host) }
            } ?? []
        timeout = settings.take(
            "memcached.timeout", default: .milliseconds(100), in: .milliseconds(1) ... .seconds(10),
            unit: .milliseconds)
        let longest = Duration.seconds(2_592_000)
        let stated = settings.take("memcached.expiration", default: .seconds(600), in: .zero...longest)
        expiration = stated == .zero ? longest : stated  // 0 is the original's "for ever"
        byteLimit = settings.takeBytes("memcached.limit", default: 100_000, in: 1_000...64_000_000)
    }
}
