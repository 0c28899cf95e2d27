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
    let parts: ListenerParts
    let kept: KeptPages
    let memcached: NIOLockedValueBox<MemcachedStore?>
    let group: any EventLoopGroup
    private let version: String
    private let sockets: ListeningSockets
    let started: ListenerConfiguration
    let settings: NIOLockedValueBox<ListenerSettings>
    let running = NIOLockedValueBox<Running?>(nil)
    private let isDraining = NIOLockedValueBox(false)

    struct Running {
        let workers: Workers
        /// Where senders are accepted; `nil` with `wan.port = none`.
        let channel: (any Channel)?
        /// On the event loop of the first worker.
        let checks: NIOLoopBound<OriginChecks>
        /// What is said once a day.
        let daily: RepeatedTask
        /// The links that this listener opens itself.
        var dialOuts: [HostAndPort: LinkDialOut] = [:]
    }

    /// One worker for each event loop.
    struct Workers: Sendable {
        let byLoop: [ObjectIdentifier: NIOLoopBound<ListenerWorker>]

        func worker(on loop: any EventLoop) -> ListenerWorker {
            guard let bound = byLoop[ObjectIdentifier(loop)] else {
                preconditionFailure("an event loop without a worker")
            }
            return bound.value
        }

        func lanes() async -> [LaneSummary] {
            var lanes: [LaneSummary] = []
            for worker in byLoop.values {
                lanes += (try? await worker.eventLoop.submit { worker.value.laneSummaries }.get()) ?? []
            }
            return lanes.sorted { $0.address < $1.address }
        }
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
        kept = KeptPages(configuration.pages, statistics: statistics, logger: log.logger)
        memcached = NIOLockedValueBox(Self.memcached(settings, log.logger))
        statistics.add(
            .init("store_shared") { [memcached] in
                memcached.withLockedValue { $0 }?.summary ?? SharedStoreSummary()
            } metrics: {
                $0.metrics
            })
        let descriptors = Descriptors.raiseLimit()
        parts = ListenerParts(
            store: kept.store, encoders: EncoderThreads(threadCount: System.coreCount, store: kept.store),
            originHealth: OriginHealth(logger: log.logger), classKey: try configuration.pages.classKey(),
            statistics: statistics, logger: log.logger, logOutput: log.output, linkTLS: .init(settings.linkTLS),
            lanes: Places(descriptors / 4),
            requests: Places(Self.requests(configuration, descriptors, log.logger)),
            memory: MemoryCeiling(limitBytes: configuration.process.memoryBytes))
        parts.originHealth.update(configuration.natMap, configuration.origins)
        statistics.add(
            .init("origins") { [health = parts.originHealth] in
                health.summaries()
            } metrics: {
                $0.metrics
            })
        statistics.add(
            Capacity.section { [parts] in Capacity(memory: parts.memory, requests: parts.requests) })
        statistics.add(.readiness(readinessNow))
    }

    /// As many requests as the configuration says, but no more than there are descriptors for.
    static func requests(
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

    static func memcached(_ settings: ListenerSettings, _ logger: Logger) -> MemcachedStore? {
        let configuration = settings.configuration
        guard !configuration.memcached.servers.isEmpty else { return nil }
        return MemcachedStore(
            configuration.memcached, privateLifetime: PageStoreLimits(configuration.pages).privateLifetime,
            maxPageBytes: configuration.pages.streamBytes, logger: logger)
    }

    /// What `stats.listen` shows beside the statistics.
    package var pages: [String: StatisticsPage] {
        var pages = Readiness.pages(readinessNow)
        pages["/store"] = Statistics.page { [store = parts.store, log = parts.logOutput] in
            StoreReport(store, naming: log.settings.requests.address)
        }
        pages["/overview"] = Statistics.page { [statistics = parts.statistics] in
            statistics.watch()
            return await statistics.overview()
        }
        return pages
    }

    private var readinessNow: @Sendable () async -> Readiness {
        { [weak self] in await self?.readiness ?? .notReady("rg-listener has ended") }
    }

    /// Whether senders reach an origin over this listener.
    private var readiness: Readiness {
        get async {
            guard let running = running.withLockedValue({ $0 }) else {
                return .notReady("rg-listener is starting or has ended")
            }
            guard !isDraining.withLockedValue({ $0 }) else { return .notReady("rg-listener is draining") }
            if running.channel != nil { return .ready }
            return await running.workers.lanes().isEmpty ? .notReady("no sender is connected") : .ready
        }
    }

    /// Forgets pages, in memory, in the file, and what memory knew of them in memcached.
    package func purge(_ scope: PurgeScope) async -> ControlSocket.Outcome {
        let (purged, left) = await purge(where: scope.matches)
        await parts.statistics.forget(where: scope.matches)
        var lines = purged.words
        if let left {
            lines.append(
                left == 0
                    ? "memcached: what memory knew; the rest goes after memcached.expiration"
                    : "memcached: \(left) items could not be removed; they go after memcached.expiration")
        }
        return ControlSocket.Outcome(lines, isComplete: purged.fileFailure == nil && (left ?? 0) == 0)
    }

    /// - Returns: What was forgotten, and how many items memcached kept; `nil` where there is none.
    func purge(where matches: @escaping @Sendable (String) -> Bool) async -> (PurgedPages, left: Int?) {
        let purged = await parts.store.purge(where: matches)
        parts.statistics.dropSources(where: matches)
        return (purged, await memcached.withLockedValue { $0 }?.remove(purged.versions))
    }

    /// What a person should know before the start, though it goes on: certificates that end soon, and the like.
    package var warnings: [String] { settings.withLockedValue { $0.warnings } }

    /// Says how long certificates last: now, once a day, and in the statistics.
    private func watchCertificates() -> RepeatedTask {
        let (settings, logger) = (settings, parts.logger)
        for warning in warnings { logger.warning("\(warning)") }
        parts.statistics.add(
            .init("certificates") {
                settings.withLockedValue { $0.expiries }
            } metrics: {
                $0.metrics
            })
        return group.next().scheduleRepeatedTask(initialDelay: .hours(24), delay: .hours(24)) { _ in
            for warning in settings.withLockedValue({ $0.expiries }).warnings(.daily) { logger.warning("\(warning)") }
        }
    }

    package func start() async throws {
        kept.file?.open()
        let (parts, settings) = (parts, settings)
        let shared = memcached.withLockedValue { $0 }
        let first = settings.withLockedValue { $0 }
        parts.startWatchingMemory()
        parts.load.start(
            on: group.next(), coreCount: System.coreCount,
            isWanted: { settings.withLockedValue { $0.configuration.adaptsToProcessor } }
        ) { [encoders = parts.encoders] in encoders.queueShare }
        parts.statistics.add(
            .init("encoding") { [load = parts.load] in
                load.summary
            } metrics: {
                $0.metrics
            })
        var byLoop: [ObjectIdentifier: NIOLoopBound<ListenerWorker>] = [:]
        for loop in group.makeIterator() {
            byLoop[ObjectIdentifier(loop)] = try await loop.submit {
                let worker = try ListenerWorker(parts, first, shared: shared, eventLoop: loop)
                worker.start()
                return NIOLoopBound(worker, eventLoop: loop)
            }.get()
        }
        let workers = Workers(byLoop: byLoop)
        parts.statistics.add(
            .init("lanes") {
                await workers.lanes()
            } metrics: {
                Metric.link([([], $0)])
            })
        parts.statistics.showLinks { await workers.lanes().map(\.linkState) }
        let channel = try await listen(workers)
        if started.natMap == NATMap(), !started.origins.looksUpUnmapped {
            parts.logger.warning(
                "map.file names no origin, and origin.dns is 0: every request will be answered 502")
        }
        if let channel {
            parts.logger.notice(
                "rg-listener \(version) is ready for senders on \(channel.localAddress.map(\.hostAndPort) ?? "its port")"
            )
        }
        for sender in Set(first.configuration.senders) {
            parts.logger.notice("rg-listener \(version) opens the link to \(sender) itself")
        }
        let any = workers.worker
        let loop = group.any()
        let checks = try await loop.submit {
            let checks = OriginChecks(health: parts.originHealth, owner: any(loop).origins)
            checks.update(first.configuration.natMap, first.configuration.origins, tls: first.originTLS)
            return NIOLoopBound(checks, eventLoop: loop)
        }.get()
        let daily = watchCertificates()
        running.withLockedValue {
            $0 = Running(workers: workers, channel: channel, checks: checks, daily: daily)
        }
        updateLinks(first.configuration.senders)
    }

    /// Accepts senders; not with `wan.port = none`.
    private func listen(_ workers: Workers) async throws -> (any Channel)? {
        guard let address = started.wanAddress else { return nil }
        let (parts, settings) = (parts, settings)
        return try await sockets.listen(address, setting: "wan.port") {
            var door = LinkServer.Door()
            door.places = parts.lanes
            door.takesProxyHeader = { settings.withLockedValue { $0.configuration.takesProxyHeader } }
            door.stopped = { workers.worker(on: $0.eventLoop).accepting(stoppedBy: $1, isNews: $2) }
            door.refused = {
                workers.worker(on: $0.eventLoop).refused($0.remoteAddress?.hostAndPort ?? "unknown", $1)
            }
            return try await LinkServer.listen(on: $0, tls: parts.linkTLS, group: group, door: door) {
                (.forListener(), workers.worker(on: $0.eventLoop))
            }
        }
    }

    package func drain() async {
        isDraining.withLockedValue { $0 = true }
        guard let running = running.withLockedValue({ $0 }) else { return }
        await running.channel?.closeListening(on: group)
        for dialOut in running.dialOuts.values { dialOut.stop() }
        for worker in running.workers.byLoop.values {
            try? await worker.eventLoop.submit { worker.value.drain() }.get()
        }
        for worker in running.workers.byLoop.values {
            while let count = try? await worker.eventLoop.submit({ worker.value.laneCount }).get(), count > 0 {
                guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { return }
            }
        }
    }

    package func stop() async {
        let ended = running.withLockedValue { $0.take() }
        ended?.daily.cancel()
        for dialOut in ended?.dialOuts.values ?? [:].values { dialOut.stop() }
        if let checks = ended?.checks { try? await checks.eventLoop.submit { checks.value.stop() }.get() }
        for worker in ended?.workers.byLoop.values ?? [:].values {
            try? await worker.eventLoop.submit { worker.value.stop() }.get()
        }
        parts.encoders.stop()
        memcached.withLockedValue { $0 }?.stop()
        await kept.file?.close()
        parts.memory.stop()
        parts.load.stop()
    }
}
