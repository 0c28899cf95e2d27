/// Values by host, where the most specific line wins: `host:port`, then `host`, then the default.
package struct HostTable<Value: Sendable>: Sendable {
    fileprivate struct Line: Sendable {
        var anyPort: Value?
        var byPort: [Int: Value] = [:]
    }

    private var linesByHost: [String: Line] = [:]
    /// What hosts get that have no line.
    package var fallback: Value?

    /// Creates an empty table.
    package init(fallback: Value? = nil) { self.fallback = fallback }

    /// Whether no host has a line; the default does not count.
    package var isEmpty: Bool { linesByHost.isEmpty }

    /// Adds a line.
    ///
    /// - Returns: Whether it is new; `false` when the host and port have a line, which stays.
    mutating func add(_ name: HostName, _ value: Value) -> Bool {
        var line = linesByHost[name.host] ?? Line()
        if let port = name.port {
            guard line.byPort[port] == nil else { return false }
            line.byPort[port] = value
        } else {
            guard line.anyPort == nil else { return false }
            line.anyPort = value
        }
        linesByHost[name.host] = line
        return true
    }

    /// The value of the line for this host and port, without the default; two lookups in hash tables.
    ///
    /// `host` is a name or an address, without brackets; upper case is found too, but costs more.
    package func line(host: String, port: Int) -> Value? {
        let key = host.utf8.contains { 0x41...0x5A ~= $0 } ? host.lowercased() : host
        guard let line = linesByHost[key] else { return nil }
        return line.byPort[port] ?? line.anyPort
    }

    /// All lines but the default, ordered by host and port.
    package var lines: [(host: String, port: Int?, value: Value)] {
        linesByHost.sorted { $0.key < $1.key }.flatMap { host, line in
            (line.anyPort.map { [(host, nil, $0)] } ?? [])
                + line.byPort.sorted { $0.key < $1.key }.map { (host, $0.key, $0.value) }
        }
    }

    /// The value for this host and port, or the default.
    package func value(host: String, port: Int) -> Value? { line(host: host, port: port) ?? fallback }
}

extension HostTable where Value: Equatable {
    /// Whether a line, or the default, has this value.
    package func contains(_ value: Value) -> Bool {
        fallback == value || linesByHost.values.contains { $0.anyPort == value || $0.byPort.values.contains(value) }
    }
}

extension HostTable.Line: Equatable where Value: Equatable {}
extension HostTable: Equatable where Value: Equatable {}

extension Settings {
    /// Takes lines of the form `PREFIX.HOST = value` or `PREFIX.HOST:PORT = value`, and `PREFIX.default = value`.
    package mutating func takeTable<Value>(
        _ prefix: String, expected: String, parse: (String) -> Value?
    ) -> HostTable<Value> {
        var table = HostTable(fallback: take(prefix + "default", expected: expected, parse: parse))
        for entry in takeAll(prefix: prefix, name: "HOST") {
            guard let name = HostName(String(entry.key.dropFirst(prefix.utf8.count))), name.port != 0 else {
                refuse(entry.key, "use \(prefix)HOST, \(prefix)HOST:PORT or \(prefix)default as key")
                continue
            }
            guard let value = parse(entry.value) else {
                refuse(entry.key, "use \(expected)")
                continue
            }
            if !table.add(name, value) { refuse(entry.key, "this host has a line before") }
        }
        return table
    }
}
