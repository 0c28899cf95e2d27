import HTTPRules

/// With whose pages a page is compared.
///
/// The strictest first.
package enum Sharing: String, CaseIterable, Comparable, Sendable {
    /// With none, and none is kept.
    case off
    /// With pages of the same visitor only, where it may have been made for one.
    case `private`
    /// With those of all visitors: all of a site's pages are alike, whoever asks.
    case shared

    /// Whether this one is stricter.
    package static func < (one: Sharing, other: Sharing) -> Bool { one.rank < other.rank }

    private var rank: Int {
        switch self {
        case .off: 0
        case .private: 1
        case .shared: 2
        }
    }
}

/// `delta.HOST`, `delta.HOST/PATH` and `delta.default`: with whose pages a page is compared.
package struct SharingTable: Equatable, Sendable {
    /// One path of a site; empty for all of it.
    private struct PathLine: Equatable, Sendable {
        let path: [UInt8]
        let value: Sharing
    }

    /// The lines of each host, the longest path first.
    private var sites = HostTable<[PathLine]>()
    /// `delta.default`: what all others have.
    package var fallback = Sharing.private

    /// With whose pages the page that a request names is compared.
    ///
    /// Origins read odd paths each in their own way: `/a/%2e%2e/account` may be `/account`. Where two readings have different
    /// lines, the stricter one counts.
    package func value(authority: String, target: String) -> Sharing {
        if sites.isEmpty { return fallback }
        var (host, port) = Authority.split(authority, defaultPort: 0)
        if host.utf8.last == UInt8(ascii: ".") { host.removeLast() }  // the same host, as DNS has it
        // Without a port it may be that of either scheme: the stricter line counts, here too.
        let ports = port == 0 ? (80, 443) : (port, port)
        let found = (sites.line(host: host, port: ports.0), sites.line(host: host, port: ports.1))
        guard found.0 != nil || found.1 != nil else { return fallback }
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        let (bytes, plain) = (Array(path), PlainPath.bytes(of: path))
        func strictest(_ lines: [PathLine]?) -> Sharing {
            guard let lines else { return fallback }
            let value = value(bytes, lines)
            return plain.map { min(value, self.value($0, lines)) } ?? value
        }
        return port == 0 ? min(strictest(found.0), strictest(found.1)) : strictest(found.0)
    }

    private func value(_ path: [UInt8], _ lines: [PathLine]) -> Sharing {
        lines.first { PlainPath.path(path, isWithin: $0.path) }?.value ?? fallback
    }

    /// The same for a page's address: `https://www.example.org/news?page=2`.
    package func value(address: String) -> Sharing {
        guard let scheme = address.range(of: "://") else { return fallback }
        let rest = address[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        return value(authority: String(authority), target: String(rest[authority.endIndex...]))
    }
}

extension SharingTable {
    /// All lines, always in the same order.
    var lines: [String] {
        [fallback.rawValue]
            + sites.lines.flatMap { host, port, lines in
                lines.map { "\(host):\(port ?? 0)\(String(decoding: $0.path, as: UTF8.self)) \($0.value.rawValue)" }
            }
    }

    private static let expected = Sharing.allCases.map(\.rawValue).joined(separator: " or ")

    init(_ settings: inout Settings) {
        fallback = settings.take("delta.default", expected: Self.expected, parse: Sharing.init) ?? .private
        var lines: [String: [PathLine]] = [:]
        var names: [String: HostName] = [:]
        for entry in settings.takeAll(prefix: "delta.", name: "HOST") {
            let rest = entry.key.dropFirst("delta.".utf8.count)
            let host = rest.prefix { $0 != "/" }
            let path = Array(rest[host.endIndex...].utf8)
            guard let name = HostName(String(host)), name.port != 0 else {
                settings.refuse(entry.key, "use delta.HOST, delta.HOST:PORT, delta.HOST/PATH or delta.default as key")
                continue
            }
            guard PlainPath.isPlain(path) else {
                settings.refuse(
                    entry.key, "use a path as it is, such as /account: without ? # % ; // or a dot after a slash")
                continue
            }
            guard let value = Sharing(rawValue: entry.value) else {
                settings.refuse(entry.key, "use \(Self.expected)")
                continue
            }
            let line = PathLine(path: PlainPath.folded(path), value: value)
            let key = "\(name.host) \(name.port ?? 0)"
            if lines[key]?.contains(where: { $0.path == line.path }) == true {
                settings.refuse(entry.key, "this host and path have a line before")
                continue
            }
            lines[key, default: []].append(line)
            names[key] = name
        }
        for (key, name) in names {
            // What is said for all ports of a host counts for this one, too, where the path is longer.
            let all = name.port == nil ? [] : lines["\(name.host) 0"] ?? []
            let own = lines[key] ?? []
            let both = (own + all).enumerated().sorted {
                ($1.element.path.count, $0.offset) < ($0.element.path.count, $1.offset)
            }
            _ = sites.add(name, both.map(\.element))
        }
    }
}
