import NIOCore
package import NIOSSL
package import Operations

/// Asks each origin of the NAT map now and then whether it is well; on one event loop for the whole process.
package final class OriginChecks {
    private let health: OriginHealth
    /// The pool of the same event loop: it counts what the checks find.
    private let owner: OriginPool
    /// Has connections for checks only, and keeps none: a check is to show that new ones are taken.
    private var pool: OriginPool?
    /// Checks of an older configuration end when they come up next.
    private var generation = 0

    package init(health: OriginHealth, owner: OriginPool) { (self.health, self.owner) = (health, owner) }

    /// Begins, or goes on with other origins or settings; ends where the settings ask for no checks.
    package func update(_ map: NATMap, _ origins: ListenerConfiguration.Origins, tls: NIOSSLContext?) {
        stop()
        guard let check = origins.health.check else { return }
        let pool = OriginPool(
            limits: OriginLimits(timeout: check.timeout, idleConnections: 0), tls: tls, eventLoop: owner.eventLoop)
        pool.connector = owner.connector
        pool.start()
        self.pool = pool
        for target in OriginCheckTarget.all(map, check, isInsecure: origins.isInsecure) {
            // At once would be all in step, with other listeners too.
            schedule(target, check, in: .nanoseconds(.random(in: 0...check.interval.nanoseconds)))
        }
    }

    package func stop() {
        generation += 1
        pool?.stop()
        pool = nil
    }

    private func schedule(_ target: OriginCheckTarget, _ check: OriginHealthSettings.Check, in delay: TimeAmount) {
        let (isolated, generation) = (NIOLoopBound(self, eventLoop: owner.eventLoop), generation)
        owner.eventLoop.scheduleTask(in: delay) {
            guard isolated.value.generation == generation else { return }
            isolated.value.begin(target, check)
        }
    }

    private func begin(_ target: OriginCheckTarget, _ check: OriginHealthSettings.Check) {
        guard let pool else { return }
        let generation = generation
        OriginCheck.run(target, check, pool: pool) { [self] failure in
            guard generation == self.generation else { return }
            owner.checked(target.key, failure: failure)
            let interval = Double(check.interval.nanoseconds)
            schedule(target, check, in: .nanoseconds(Int64(interval * .random(in: 0.9...1.1))))
        }
    }
}

/// What one check asks for.
struct OriginCheckTarget: Hashable, Sendable {
    let key: OriginKey
    /// What the Host field says.
    let authority: String
    let tlsName: String?

    var address: OriginAddress { OriginAddress(host: key.host, port: key.port, tlsName: tlsName) }

    /// One for each address of the map, with the first host that it is named for.
    static func all(_ map: NATMap, _ check: OriginHealthSettings.Check, isInsecure: Bool) -> [OriginCheckTarget] {
        var seen: Set<OriginKey> = []
        return map.lines.flatMap { host, linePort, line in
            line.origins.compactMap { origin in
                let ownPort = origin.port ?? linePort
                let isTLS = !isInsecure && (check.isTLS ?? (ownPort == 443 || linePort == 443))
                let usual = isTLS ? 443 : 80
                let key = OriginKey(host: origin.host, port: ownPort ?? usual, isTLS: isTLS)
                guard seen.insert(key).inserted else { return nil }
                let asked = HostAndPort(host: host ?? key.host, port: (host == nil ? key.port : linePort) ?? usual)
                let bare = asked.host.contains(":") ? "[\(asked.host)]" : asked.host
                return OriginCheckTarget(
                    key: key, authority: asked.port == usual ? bare : asked.description,
                    tlsName: isTLS ? asked.host : nil)
            }
        }
    }
}
