import DeltaEngine
import Exchange
import Link
import Logging
import NIOConcurrencyHelpers
package import NIOCore
import NIOPosix
import NIOSSL
package import Operations
import Origin
import PageFile
import PageStore
import SharedStore

/// A running rg-listener: accepts senders, asks origins, until it is told to stop.
package final class ListenerService: Drainable {
    private let parts: ListenerParts
    private let file: PageFile?
    private let memcached: NIOLockedValueBox<MemcachedStore?>
    private let group: any EventLoopGroup
    private let version: String
    private let sockets: ListeningSockets
    private let started: ListenerConfiguration
    private let settings: NIOLockedValueBox<ListenerSettings>
    private let running = NIOLockedValueBox<Running?>(nil)

    private struct Running {
        let workers: [NIOLoopBound<ListenerWorker>]
        let channel: any Channel
        /// On the event loop of the first worker.
        let checks: NIOLoopBound<OriginChecks>
    }

    package let name = "rg-listener"

    /// Reads certificates and makes what workers share.
    ///
    /// - Throws: What is wrong with a certificate or key.
    package init(
        _ configuration: ListenerConfiguration, version: String, group: any EventLoopGroup, sockets: ListeningSockets,
        statistics: Statistics, log: DaemonLog
    ) throws {
        (self.group, self.version, self.sockets, started) = (group, version, sockets, configuration)
        let settings = try ListenerSettings(configuration)
        self.settings = NIOLockedValueBox(settings)
        let memory = MemoryPageStore(limits: settings.storeLimits)
        statistics.add(.init("store") { memory.summary })
        let file = PageFileSettings(configuration.pages, limits: settings.storeLimits).map {
            PageFile(memory, settings: $0, logger: log.logger)
        }
        if let file { statistics.add(.init("store_file") { file.fileSummary }) }
        self.file = file
        memcached = NIOLockedValueBox(Self.memcached(settings, log.logger))
        statistics.add(
            .init("store_shared") { [memcached] in memcached.withLockedValue { $0 }?.summary ?? SharedStoreSummary() })
        let store: any PageStore = file ?? memory
        let descriptors = Descriptors.raiseLimit()
        parts = ListenerParts(
            store: store, encoders: EncoderThreads(threadCount: System.coreCount, store: store),
            originHealth: OriginHealth(logger: log.logger), classKey: try configuration.pages.classKey(),
            statistics: statistics, logger: log.logger, logOutput: log.output, lanes: Places(descriptors / 4),
            requests: Places(Self.requests(configuration, descriptors, log.logger)),
            memory: MemoryCeiling(limitBytes: configuration.process.memoryBytes))
        parts.originHealth.update(configuration.natMap, configuration.origins)
        statistics.add(.init("origins") { [health = parts.originHealth] in health.summaries() })
    }

    /// As many requests as the configuration says, but no more than there are descriptors for.
    private static func requests(
        _ configuration: ListenerConfiguration, _ descriptors: Int, _ logger: Logger
    ) -> Int {
        let requests = min(configuration.requests, descriptors / 2)
        if requests < configuration.requests {
            logger.warning(
                "requests.max = \(configuration.requests): only \(requests) will be taken, for this process may open \(descriptors) files (LimitNOFILE, ulimit -n)"
            )
        }
        return requests
    }

    private static func memcached(_ settings: ListenerSettings, _ logger: Logger) -> MemcachedStore? {
        let configuration = settings.configuration
        guard !configuration.memcached.servers.isEmpty else { return nil }
        return MemcachedStore(
            configuration.memcached, privateLifetime: settings.storeLimits.privateLifetime,
            maxPageBytes: configuration.pages.streamBytes, logger: logger)
    }

    /// What the statistics server shows beside the statistics.
    package var pages: [String: StatisticsServer.Page] {
        ["/store": StatisticsServer.json { [store = parts.store] in StoreReport(store) }]
    }

    package func start() async throws {
        file?.open()
        let (parts, settings) = (parts, settings)
        let shared = memcached.withLockedValue { $0 }
        let first = settings.withLockedValue { $0 }
        parts.startWatchingMemory()
        parts.load.start(
            on: group.next(), coreCount: System.coreCount, isWanted: { settings.withLockedValue { $0.configuration.adaptsToProcessor } }
        ) { [encoders = parts.encoders] in encoders.queueShare }
        parts.statistics.add(.init("encoding") { [load = parts.load] in load.summary })
        var workers: [ObjectIdentifier: NIOLoopBound<ListenerWorker>] = [:]
        for loop in group.makeIterator() {
            workers[ObjectIdentifier(loop)] = try await loop.submit {
                let worker = try ListenerWorker(parts, first, shared: shared, eventLoop: loop)
                worker.start()
                return NIOLoopBound(worker, eventLoop: loop)
            }.get()
        }
        let byLoop = workers
        parts.statistics.add(
            .init("lanes") {
                var lanes: [LaneSummary] = []
                for worker in byLoop.values {
                    lanes += (try? await worker.eventLoop.submit { worker.value.laneSummaries }.get()) ?? []
                }
                return lanes.sorted { $0.address < $1.address }
            })
        let address = HostAndPort(host: started.wanIP ?? "::", port: started.wanPort)
        let channel = try await sockets.listen(address, setting: "wan.port") { socket in
            @Sendable func worker(of channel: any Channel) -> ListenerWorker {
                guard let worker = byLoop[ObjectIdentifier(channel.eventLoop)]?.value else {
                    preconditionFailure("an event loop without a worker")
                }
                return worker
            }
            var door = LinkServer.Door()
            door.places = parts.lanes
            door.takesProxyHeader = { settings.withLockedValue { $0.configuration.takesProxyHeader } }
            door.stopped = { worker(of: $0).accepting(stoppedBy: $1, isNews: $2) }
            door.refused = { worker(of: $0).refused($0.remoteAddress?.hostAndPort ?? "unknown", $1) }
            return try await LinkServer.listen(
                on: socket, tls: { settings.withLockedValue { $0.linkTLS } }, group: group, door: door
            ) { (.forListener(), worker(of: $0)) }
        }
        if started.natMap == NATMap(), !started.origins.looksUpUnmapped {
            parts.logger.warning(
                "map.file names no origin, and origin.dns is 0: every request will be answered 502")
        }
        parts.logger.notice(
            "rg-listener \(version) is ready for senders on \(channel.localAddress.map(\.hostAndPort) ?? "its port")")
        let all = Array(byLoop.values)
        let checks = try await all[0].eventLoop.submit {
            let checks = OriginChecks(health: parts.originHealth, owner: all[0].value.origins)
            checks.update(first.configuration.natMap, first.configuration.origins, tls: first.originTLS)
            return NIOLoopBound(checks, eventLoop: all[0].eventLoop)
        }.get()
        running.withLockedValue { $0 = Running(workers: all, channel: channel, checks: checks) }
    }

    /// Reads what another configuration names.
    ///
    /// - Returns: What has it take effect on all that is not a listening socket, and gives the settings that differ from
    ///   those at the start and take effect in a new process only.
    /// - Throws: What is wrong with a certificate or key; then nothing has changed.
    package func reloading(_ configuration: ListenerConfiguration) throws -> @Sendable () async -> [String] {
        let settings = try ListenerSettings(configuration)
        return { [self] in
            let before = self.settings.withLockedValue { before in
                defer { before = settings }
                return before
            }
            let replaced = replaceMemcached(settings, before)
            let shared = memcached.withLockedValue { $0 }
            parts.store.update(settings.storeLimits)
            parts.requests.update(most: Self.requests(configuration, Descriptors.raiseLimit(), parts.logger))
            parts.memory.update(limitBytes: configuration.process.memoryBytes)
            parts.originHealth.update(configuration.natMap, configuration.origins)
            if let running = running.withLockedValue({ $0 }) {
                for worker in running.workers {
                    try? await worker.eventLoop.submit { worker.value.update(settings, shared: shared) }.get()
                }
                try? await running.checks.eventLoop.submit {
                    running.checks.value.update(
                        configuration.natMap, configuration.origins, tls: settings.originTLS)
                }.get()
            }
            replaced?.stop()
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

    package func drain() async {
        guard let running = running.withLockedValue({ $0 }) else { return }
        try? await running.channel.close()
        for worker in running.workers { try? await worker.eventLoop.submit { worker.value.drain() }.get() }
        for worker in running.workers {
            while let count = try? await worker.eventLoop.submit({ worker.value.laneCount }).get(), count > 0 {
                guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { return }
            }
        }
    }

    package func stop() async {
        let ended = running.withLockedValue { $0.take() }
        if let checks = ended?.checks { try? await checks.eventLoop.submit { checks.value.stop() }.get() }
        for worker in ended?.workers ?? [] {
            try? await worker.eventLoop.submit { worker.value.stop() }.get()
        }
        parts.encoders.stop()
        memcached.withLockedValue { $0 }?.stop()
        await file?.close()
    }
}
