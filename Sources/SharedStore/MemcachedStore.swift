package import DeltaEngine
package import Logging
package import NIOCore
package import Operations
package import PageStore

/// Pages that a group of listeners shares, in one or more memcached.
///
/// Each page lies in one of them, which consistent hashing names. One that is down takes its share of the pages along, and
/// no more: the others don't wait for it.
package final class MemcachedStore: SharedStore {
    private let settings: MemcachedSettings
    private let privateLifetime: Duration
    private let servers: [MemcachedServer]
    private let ring: ServerRing

    /// Describes the servers, of which there must be at least one; nothing is connected before it is needed.
    ///
    /// - Parameters:
    ///   - settings: Where they are.
    ///   - privateLifetime: How long pages of single users stay at most.
    ///   - maxPageBytes: Longer pages in them are not looked at.
    ///   - logger: For a server that fails, and one that is back.
    package init(
        _ settings: MemcachedSettings, privateLifetime: Duration, maxPageBytes: Int, logger: Logger
    ) {
        precondition(!settings.servers.isEmpty, "a shared store has a server")
        (self.settings, self.privateLifetime) = (settings, privateLifetime)
        servers = settings.servers.map {
            MemcachedServer($0, settings, maxPageBytes: maxPageBytes, logger: logger)
        }
        ring = ServerRing(settings.servers)
    }

    /// How it does.
    package var summary: SharedStoreSummary { SharedStoreSummary(servers: servers.map(\.summary)) }

    /// Ends its threads; look-ups end by their time-out.
    package func stop() { for server in servers { server.stop() } }

    package func lookUp(
        prefix: UInt64, owner: PageOwner, on eventLoop: any EventLoop,
        then: @escaping @Sendable (SharedLookUp) -> Void
    ) {
        let key = SharedItem.key(prefix: prefix, owner: owner)
        server(of: key).lookUp(key, prefix: prefix, on: eventLoop, then: then)
    }

    package func keep(_ bytes: [UInt8], version: PageVersion, owner: PageOwner) {
        let key = SharedItem.key(prefix: version.prefix, owner: owner)
        let lifetime = owner == .shared ? settings.expiration : min(settings.expiration, privateLifetime)
        server(of: key).keep(
            bytes, version: version, key: key, seconds: max(1, Int(lifetime.components.seconds)))
    }

    package func remove(_ versions: Set<PurgedPages.Version>) async -> Int {
        let keys = versions.map { SharedItem.key(prefix: $0.prefix, owner: $0.owner) }
        let byServer = Dictionary(grouping: keys) { ObjectIdentifier(server(of: $0)) }
        var left = 0
        for server in servers { left += await server.remove(byServer[ObjectIdentifier(server)] ?? []) }
        return left
    }

    private func server(of key: String) -> MemcachedServer {
        servers.count == 1 ? servers[0] : servers[ring.place(of: key)]
    }
}
