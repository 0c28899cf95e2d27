/// Connections that wait for a request, by origin.
struct IdleConnections {
    /// The most recently used last.
    private var byAddress: [OriginAddress: [OriginConnection]] = [:]
    /// All of them.
    private(set) var count = 0

    func count(to address: OriginAddress) -> Int { byAddress[address]?.count ?? 0 }

    /// The one that has waited longest.
    ///
    /// O(*n*) in addresses.
    var oldest: OriginConnection? { byAddress.values.compactMap(\.first).min { $0.idleSince < $1.idleSince } }

    mutating func add(_ connection: OriginConnection) {
        byAddress[connection.address, default: []].append(connection)
        count += 1
    }

    /// Takes the most recently used one.
    mutating func take(to address: OriginAddress) -> OriginConnection? {
        guard let connection = byAddress[address]?.popLast() else { return nil }
        if byAddress[address]?.isEmpty == true { byAddress[address] = nil }
        count -= 1
        return connection
    }

    mutating func remove(_ connection: OriginConnection) {
        _ = take(to: connection.address) { $0 === connection }
    }

    /// Takes those of one address that a rule names.
    private mutating func take(
        to address: OriginAddress, where rule: (OriginConnection) -> Bool
    ) -> [OriginConnection] {
        let all = byAddress[address] ?? []
        let taken = all.filter(rule)
        let left = all.filter { !rule($0) }
        byAddress[address] = left.isEmpty ? nil : left
        count -= taken.count
        return taken
    }

    /// Takes all that a rule names.
    mutating func takeAll(where rule: (OriginConnection) -> Bool = { _ in true }) -> [OriginConnection] {
        byAddress.keys.flatMap { take(to: $0, where: rule) }
    }
}
