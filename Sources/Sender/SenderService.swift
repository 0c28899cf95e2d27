import Activation
import Credentials
import Crypto
import Exchange
import HTTPRules
import Link
import Logging
import NIOConcurrencyHelpers
package import NIOCore
import NIOPosix
import NIOSSL
package import Operations
import PageFile
import PageStore

/// A running rg-sender: accepts clients, keeps its links, until it is told to stop.
package final class SenderService: Drainable {
    private let parts: SenderParts
    private let kept: KeptPages
    /// Gives new listeners their certificates; `nil` without `activation.listen`.
    private let activation: ActivationAuthority?
    private let group: any EventLoopGroup
    private let sockets: ListeningSockets
    private let started: SenderConfiguration
    private let settings: NIOLockedValueBox<SenderSettings>
    private let running = NIOLockedValueBox<(workers: Workers, channels: [any Channel], daily: RepeatedTask)?>(nil)

    private let isDraining = NIOLockedValueBox(false)

    package let name = "rg-sender"

    /// Reads certificates and makes what workers share.
    ///
    /// - Throws: What is wrong with a certificate or key.
    package init(
        _ configuration: SenderConfiguration, version: String, group: any EventLoopGroup, sockets: ListeningSockets,
        statistics: Statistics, log: DaemonLog
    ) throws {
        (self.group, self.sockets, started) = (group, sockets, configuration)
        let settings = try SenderSettings(configuration)
        activation = try configuration.activation.map { try CredentialFolder($0.folder).activation() }
        self.settings = NIOLockedValueBox(settings)
        kept = KeptPages(configuration.pages, statistics: statistics, logger: log.logger)
        parts = SenderParts(
            store: kept.store, linkTLS: .init(settings.linkTLS),
            eventLoops: group.makeIterator().map { ObjectIdentifier($0) },
            rebuilders: RebuilderThreads(
                threadCount: System.coreCount, maxPageBytes: SenderSettings.maxPageBytes),
            classKey: try configuration.pages.classKey(), statistics: statistics, logger: log.logger,
            logOutput: log.output, version: version, places: Self.places(configuration.front, log.logger),
            memory: MemoryCeiling(limitBytes: configuration.process.memoryBytes),
            lanesOfListener: max(4, Self.listenerPlaces / 2 / group.makeIterator().reduce(0) { count, _ in count + 1 }))
        statistics.add(
            Capacity.section { [parts] in
                Capacity(
                    memory: parts.memory, requests: parts.places.requests, waiting: parts.places.queue,
                    connections: parts.places.connections)
            })
        statistics.add(.readiness(readinessNow))
    }

    /// For connections that listeners open, on each address of `wan.listen`; no listener gets more than half of them.
    private static var listenerPlaces: Int { max(1, Descriptors.raiseLimit() / 16) }

    /// As many places as the configuration says, but no more connections than there are descriptors for.
    private static func places(_ front: SenderConfiguration.Front, _ logger: Logger) -> SenderPlaces {
        let places = SenderPlaces(front)
        places.connections.update(most: connections(front, logger))
        return places
    }

    private static func connections(_ front: SenderConfiguration.Front, _ logger: Logger) -> Int {
        let descriptors = Descriptors.raiseLimit()
        let connections = min(front.connections, Descriptors.forClients(of: descriptors))
        if connections < front.connections {
            logger.warning(
                "client.connections = \(front.connections): only \(connections) will be accepted, for this process may open \(descriptors) files (LimitNOFILE, ulimit -n)"
            )
        }
        return connections
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
        { [weak self] in await self?.readiness ?? .notReady("rg-sender has ended") }
    }

    /// Whether visitors get answers: over a link, or straight from an origin.
    private var readiness: Readiness {
        get async {
            guard let running = running.withLockedValue({ $0 }) else {
                return .notReady("rg-sender is starting or has ended")
            }
            guard !isDraining.withLockedValue({ $0 }) else { return .notReady("rg-sender is draining") }
            guard !parts.memory.isShort else { return .notReady("short of memory, see memory.limit") }
            let origins = settings.withLockedValue { $0.configuration.origins }
            guard origins.isEmpty, origins.fallback == nil else { return .ready }
            let lanes = await running.workers.lanes()
            return lanes.contains { $0.lane.state == .open } ? .ready : .notReady("no link to a listener is open")
        }
    }

    /// Forgets pages, in memory and in the file.
    package func purge(_ scope: PurgeScope) async -> ControlSocket.Outcome {
        let purged = await parts.store.purge(where: scope.matches)
        await parts.statistics.forget(where: scope.matches)
        return ControlSocket.Outcome(purged.words, isComplete: purged.fileFailure == nil)
    }

    /// What a person should know before the start, though it goes on: certificates that end soon.
    package var warnings: [String] { settings.withLockedValue { $0.expiries }.warnings(.reading) }

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
        let workers = try await Workers(parts, settings.withLockedValue { $0 }, group)
        parts.startWatchingMemory()
        var channels: [any Channel] = []
        for address in started.linkAddresses { channels.append(try await listenForListeners(address, workers)) }
        if let address = started.activation?.address, let activation {
            channels.append(try await listenForActivation(address, activation))
        }
        await workers.settle()
        parts.statistics.add(
            .init("lanes") {
                await workers.lanes()
            } metrics: {
                $0.metrics
            })
        parts.statistics.showLinks { await workers.lanes().map(\.state) }
        for address in started.front.http {
            channels.append(try await listen(address, "http.listen", workers, .http))
        }
        for address in started.front.https {
            channels.append(try await listen(address, "https.listen", workers, .https))
        }
        let daily = watchCertificates()
        running.withLockedValue { $0 = (workers, channels, daily) }
        parts.logger.notice("rg-sender \(parts.version) is ready")
    }

    /// Reads what another configuration names.
    ///
    /// - Returns: What has it take effect on all that is not a listening socket, and gives the settings that differ from
    ///   those at the start and take effect in a new process only.
    /// - Throws: What is wrong with a certificate or key; then nothing has changed.
    package func reloading(_ configuration: SenderConfiguration) throws -> @Sendable () async -> [String] {
        let settings = try SenderSettings(configuration, previous: self.settings.withLockedValue { $0 })
        return { [self] in
            let before = self.settings.withLockedValue { $0.configuration }
            let settings = self.settings.withLockedValue { before in
                var settings = settings
                // A port stays open until the process ends, and keeps its certificate where none is named any more.
                settings.frontTLS = settings.frontTLS ?? before.frontTLS
                before = settings
                return settings
            }
            let front = configuration.front
            parts.places.update(front, connections: Self.connections(front, parts.logger))
            parts.memory.update(limitBytes: configuration.process.memoryBytes)
            parts.linkTLS.withLockedValue { $0 = settings.linkTLS }
            let running = running.withLockedValue { $0 }
            await kept.update(configuration.pages, replacing: before.pages) {
                [store = parts.store, statistics = parts.statistics] stricter in
                _ = await store.purge(where: stricter)
                statistics.dropSources(where: stricter)
            } change: {
                await running?.workers.update(settings)
            }
            for warning in settings.expiries.warnings(.reading) { parts.logger.warning("\(warning)") }
            return configuration.pending(since: started)
        }
    }

    package func drain() async {
        isDraining.withLockedValue { $0 = true }
        guard let running = running.withLockedValue({ $0 }) else { return }
        for channel in running.channels { await channel.closeListening(on: group) }
        await running.workers.drain()
    }

    package func stop() async {
        let ended = running.withLockedValue { $0.take() }
        ended?.daily.cancel()
        await ended?.workers.stop()
        parts.rebuilders.stop()
        await kept.file?.close()
        parts.memory.stop()
    }

    /// Gives new listeners their certificates.
    private func listenForActivation(
        _ address: HostAndPort, _ authority: ActivationAuthority
    ) async throws -> any Channel {
        let channel = try await ActivationServer.listen(
            address, authority: authority, sockets: sockets, group: group, logger: parts.logger)
        parts.logger.notice(
            "listeners get certificates on \(channel.localAddress.map(\.hostAndPort) ?? "\(address)")")
        return channel
    }

    /// Accepts listeners that open the link themselves.
    private func listenForListeners(_ address: HostAndPort, _ workers: Workers) async throws -> any Channel {
        let (group, parts) = (group, parts)
        let channel = try await sockets.listen(address, setting: "wan.listen") {
            var door = LinkServer.Door()
            // Whoever reaches the port may open connections: the other descriptors are for visitors.
            door.places = Places(Self.listenerPlaces)
            door.stopped = { channel, obstacle, isNews in
                workers.worker(on: channel.eventLoop).accepting(
                    stoppedBy: obstacle, isNews: isNews, setting: "wan.listen", clients: "listeners")
            }
            return try await LinkServer.listen(on: $0, as: .sender, tls: parts.linkTLS, group: group, door: door) {
                channel in
                let worker = workers.worker(on: channel.eventLoop)
                return (
                    .forSender(place: worker.place.number, of: worker.place.count),
                    AcceptedLane(channel, worker: worker)
                )
            }
        }
        parts.logger.notice("listeners may connect on \(channel.localAddress.map(\.hostAndPort) ?? "\(address)")")
        return channel
    }

    private func listen(
        _ address: HostAndPort, _ setting: String, _ workers: Workers, _ scheme: Scheme
    ) async throws -> any Channel {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelInitializer { [parts] channel in
                channel.eventLoop.makeCompletedFuture {
                    let worker = workers.worker(on: channel.eventLoop)
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptGate(places: parts.places.connections) { obstacle, isNews in
                            worker.accepting(stoppedBy: obstacle, isNews: isNews)
                            workers.makeRoom()
                        })
                }
            }
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16 * 1024))
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 32 * 1024, high: 128 * 1024))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let worker = workers.worker(on: channel.eventLoop)
                    try FrontPipeline(worker: worker, scheme: scheme).addFirstHandlers(to: channel)
                }
            }
        let channel = try await sockets.listen(address, setting: setting) {
            try await bootstrap.withBoundSocket($0).get()
        }
        parts.logger.notice("\(scheme) on \(channel.localAddress.map(\.hostAndPort) ?? address.description)")
        return channel
    }

    /// One worker for each event loop.
    private struct Workers: Sendable {
        private let byLoop: [ObjectIdentifier: NIOLoopBound<SenderWorker>]

        init(_ parts: SenderParts, _ settings: SenderSettings, _ group: any EventLoopGroup) async throws {
            var byLoop: [ObjectIdentifier: NIOLoopBound<SenderWorker>] = [:]
            for loop in group.makeIterator() {
                byLoop[ObjectIdentifier(loop)] = try await loop.submit {
                    let worker = SenderWorker(parts, settings, eventLoop: loop)
                    worker.start()
                    return NIOLoopBound(worker, eventLoop: loop)
                }.get()
            }
            self.byLoop = byLoop
        }

        func worker(on loop: any EventLoop) -> SenderWorker {
            guard let bound = byLoop[ObjectIdentifier(loop)] else {
                preconditionFailure("an event loop without a worker")
            }
            return bound.value
        }

        /// Waits until the links are up, or known to be down: the first visitor shall find them there.
        func settle() async {
            let deadline = ContinuousClock.now + .seconds(2)
            for bound in byLoop.values {
                while (try? await bound.eventLoop.submit({ bound.value.isSettled }).get()) == false,
                    ContinuousClock.now < deadline
                { try? await Task.sleep(for: .milliseconds(5)) }
            }
        }

        func update(_ settings: SenderSettings) async {
            for bound in byLoop.values { try? await bound.eventLoop.submit { bound.value.update(settings) }.get() }
        }

        func lanes() async -> [LaneReport] {
            var lanes: [LaneReport] = []
            for bound in byLoop.values {
                lanes += (try? await bound.eventLoop.submit { bound.value.lanes }.get()) ?? []
            }
            return lanes.sorted { ($0.group, $0.listener, $0.lane.address) < ($1.group, $1.listener, $1.lane.address) }
        }

        /// Waits until all clients have their answers, or the task is cancelled.
        func drain() async {
            for bound in byLoop.values { try? await bound.eventLoop.submit { bound.value.drain() }.get() }
            for bound in byLoop.values {
                while let count = try? await bound.eventLoop.submit({ bound.value.connections.count }).get(), count > 0
                {
                    guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { return }
                }
            }
        }

        /// Closes connections that only wait for another request.
        func makeRoom() { for bound in byLoop.values { bound.eventLoop.execute { bound.value.makeRoom() } } }

        func stop() async {
            for bound in byLoop.values { try? await bound.eventLoop.submit { bound.value.stop() }.get() }
        }
    }
}
