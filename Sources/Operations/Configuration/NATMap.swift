/// Where origins really are: `railgun-nat.conf`.
///
///     default = 127.0.0.1
///     example.com = 10.0.0.5:80 weight=3, 10.0.0.6:80, 10.0.0.7:80 backup
///     example.com:2083 = 127.0.0.1:2083
///
/// The most specific line wins. An address without port keeps the port that was asked for.
package struct NATMap: Equatable, Sendable {
    /// An answer of the map.
    package struct Target: Hashable, Sendable {
        /// Where to connect to: one of these; never empty.
        package var origins: [MappedOrigin]
        /// The port that was asked for, which origins without a port of their own have too.
        package var port: Int
        /// The number of the line that applied, its default's included; `nil` where none did.
        package var line: Int?
        /// Whether that line was the default: flag 0x02 of the `Railgun` header.
        package var isDefault: Bool

        /// Whether a line of the map, its default included, applied: flag 0x01 of the `Railgun` header.
        package var isMapped: Bool { line != nil }
    }

    /// The origins of a site, or of all sites without a line of their own.
    package struct Line: Equatable, Sendable {
        /// Counts the lines of one map.
        let number: Int
        package let origins: [MappedOrigin]
    }

    private let table: HostTable<Line>

    /// The map without lines: every origin is where DNS says.
    package init() { table = HostTable() }

    /// Reads a map.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong in the file.
    package init(_ settings: consuming Settings) throws(ConfigurationError) {
        var settings = settings
        var count = 0
        table = settings.takeTable("", expected: MappedOrigin.expectedList) { text in
            count += 1
            return MappedOrigin.list(text).map { Line(number: count, origins: $0) }
        }
        try settings.finish()
    }

    /// Where the origin of a host is; at most two lookups in hash tables.
    package func target(host: String, port: Int) -> Target {
        let line = table.line(host: host, port: port)
        guard let found = line ?? table.fallback else {
            return Target(origins: [MappedOrigin(host: host)], port: port, line: nil, isDefault: false)
        }
        return Target(origins: found.origins, port: port, line: found.number, isDefault: line == nil)
    }

    /// All lines, ordered by host and port; the default, which has no host, comes last.
    package var lines: [(host: String?, port: Int?, line: Line)] {
        table.lines.map { ($0.host, $0.port, $0.value) } + (table.fallback.map { [(nil, nil, $0)] } ?? [])
    }
}
