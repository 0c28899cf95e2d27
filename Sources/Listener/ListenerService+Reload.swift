import Link
import NIOConcurrencyHelpers
import NIOCore
package import Operations
import Origin
import PageFile
import PageStore
import SharedStore

extension ListenerService {
    /// Reads what another configuration names.
    ///
    /// - Returns: What has it take effect on all that is not a listening socket, and gives the settings that differ from
    ///   those at the start and take effect in a new process only.
    /// - Throws: What is wrong with a certificate or key; then nothing has changed.
    package func reloading(_ configuration: ListenerConfiguration) throws -> @Sendable () async -> [String] {
        let settings = try ListenerSettings(configuration, previous: self.settings.withLockedValue { $0 })
        return { [self] in
            let before = self.settings.withLockedValue { before in
                defer { before = settings }
                return before
            }
            let replaced = replaceMemcached(settings, before)
            let shared = memcached.withLockedValue { $0 }
            parts.requests.update(most: Self.requests(configuration, Descriptors.raiseLimit(), parts.logger))
            parts.memory.update(limitBytes: configuration.process.memoryBytes)
            parts.originHealth.update(configuration.natMap, configuration.origins)
            let running = running.withLockedValue { $0 }
            await kept.update(configuration.pages, replacing: before.configuration.pages) { stricter in
                _ = await purge(where: stricter)
            } change: {
                for worker in running?.workers.byLoop.values ?? [:].values {
                    try? await worker.eventLoop.submit { worker.value.update(settings, shared: shared) }.get()
                }
            }
            if let running {
                try? await running.checks.eventLoop.submit {
                    running.checks.value.update(
                        configuration.natMap, configuration.origins, tls: settings.originTLS)
                }.get()
            }
            parts.linkTLS.withLockedValue { $0 = settings.linkTLS }
            updateLinks(configuration.senders)
            replaced?.stop()
            for warning in settings.warnings { parts.logger.warning("\(warning)") }
            return configuration.pending(since: started)
        }
    }

    /// Makes another shared store where what it is made of has changed.
    ///
    /// - Returns: The one before, which is to be stopped once nobody asks it any more.
    private func replaceMemcached(_ settings: ListenerSettings, _ before: ListenerSettings) -> MemcachedStore? {
        let (new, old) = (settings.configuration, before.configuration)
        guard new.memcached != old.memcached || new.pages.streamBytes != old.pages.streamBytes else { return nil }
        return memcached.withLockedValue { store in
            defer { store = Self.memcached(settings, parts.logger) }
            return store
        }
    }

    /// Takes other senders to open the link to, and the certificate that `linkTLS` has now, without a drop: links to the
    /// same senders stay, lanes with another certificate drain once fresh ones are there.
    func updateLinks(_ senders: [HostAndPort]) {
        let (ended, dialOuts) = running.withLockedValue { running -> ([LinkDialOut], [LinkDialOut]) in
            guard let workers = running?.workers, let before = running?.dialOuts else { return ([], []) }
            var after: [HostAndPort: LinkDialOut] = [:]
            for sender in senders { after[sender] = before[sender] ?? dialOut(to: sender, workers) }
            running?.dialOuts = after
            return (before.filter { after[$0.key] == nil }.map(\.value), Array(after.values))
        }
        for dialOut in ended { dialOut.stop() }
        for dialOut in dialOuts { dialOut.start() }
    }

    private func dialOut(to sender: HostAndPort, _ workers: Workers) -> LinkDialOut {
        LinkDialOut(
            .init(host: sender.host, port: sender.port), tls: parts.linkTLS, on: group,
            owner: { workers.worker(on: $0) }
        ) { [logger = parts.logger] event in
            switch event {
            case .opened: logger.info("the link to \(sender) is up")
            case .failed(let error, let retry):
                logger.error(
                    "no link to \(sender): \(error.message); it is tried again in \(retry.nanoseconds / 1_000_000) ms")
            }
        }
    }
}
