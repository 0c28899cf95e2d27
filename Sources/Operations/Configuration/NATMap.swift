/// Where origins really are: `railgun-nat.conf`.
///
///     default = 127.0.0.1
///     example.com = 10.0.0.5
///     example.com:2083 = 127.0.0.1:2083
///
/// The most specific line wins. An address without port keeps the port that was asked for.
package struct NATMap: Equatable, Sendable {
    /// An answer of the map.
    package struct Target: Hashable, Sendable {
        /// Where to connect to.
        package var address: HostAndPort
        /// Whether a line of the map, its default included, applied: flag 0x01 of the `Railgun` header.
        package var isMapped: Bool
        /// Whether that line was the default: flag 0x02.
        package var isDefault: Bool
    }

    private struct Line: Equatable, Sendable {
        let host: String
        let port: Int?
    }

    private let lines: HostTable<Line>

    /// The map without lines: every origin is where DNS says.
    package init() { lines = HostTable() }

    /// Reads a map.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong in the file.
    package init(_ settings: consuming Settings) throws(ConfigurationError) {
        var settings = settings
        lines = settings.takeTable("", expected: "HOST or HOST:PORT, such as 10.0.0.5 or 127.0.0.1:8080") {
            HostName($0).flatMap { $0.port == 0 ? nil : Line(host: $0.host, port: $0.port) }
        }
        try settings.finish()
    }

    /// Where the origin of a host is; at most two lookups in hash tables.
    package func target(host: String, port: Int) -> Target {
        let line = lines.line(host: host, port: port)
        guard let found = line ?? lines.fallback else {
            return Target(address: HostAndPort(host: host, port: port), isMapped: false, isDefault: false)
        }
        return Target(
            address: HostAndPort(host: found.host, port: found.port ?? port), isMapped: true, isDefault: line == nil)
    }
}
