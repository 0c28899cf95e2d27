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
import PageStore

/// A running rg-sender: accepts clients, keeps its links, until it is told to stop.
package final class SenderService: Drainable {
    private let parts: SenderParts
    private let group: any EventLoopGroup
    private let frontTLS: NIOSSLContext?
    private let running = NIOLockedValueBox<(workers: Workers, channels: [any Channel])?>(nil)

    package let name = "rg-sender"

    /// Reads certificates and makes what workers share.
    ///
    /// - Throws: What is wrong with a certificate or key.
    package init(
        _ configuration: SenderConfiguration, version: String, group: any EventLoopGroup, statistics: Statistics,
        log: DaemonLog
    ) throws {
        self.group = group
        let (pages, limits) = (configuration.pages, SenderWorker.Limits(configuration))
        let store = MemoryPageStore(
            limits: PageStoreLimits(memoryBytes: max(1, pages.storeBytes), versionsPerPage: pages.versionsPerPage))
        statistics.add(.init("store") { store.summary })
        parts = SenderParts(
            configuration: configuration, limits: limits, store: store,
            rebuilders: RebuilderThreads(threadCount: System.coreCount, maxPageBytes: limits.maxPageBytes),
            linkTLS: try configuration.link.files.map {
                try LinkCredentials(certificateFile: $0.certificate, keyFile: $0.key, authorityFile: $0.roots)
                    .context(for: .sender)
            },
            classKey: SymmetricKey(size: .bits256), statistics: statistics, logger: log.logger, logOutput: log.output,
            version: version, places: Self.places(configuration.front, log.logger),
            memory: MemoryCeiling(limitBytes: configuration.process.memoryBytes))
        frontTLS = try configuration.front.certificate.map { try Self.frontTLS(file: $0.file, key: $0.key) }
    }

    /// As many places as the configuration says, but no more connections than there are descriptors for.
    private static func places(_ front: SenderConfiguration.Front, _ logger: Logger) -> SenderPlaces {
        let descriptors = Descriptors.raiseLimit()
        let connections = min(front.connections, Descriptors.forClients(of: descriptors))
        if connections < front.connections {
            logger.warning(
                "client.connections = \(front.connections): only \(connections) will be accepted, for this process may open \(descriptors) files (LimitNOFILE, ulimit -n)"
            )
        }
        var places = SenderPlaces(front)
        places.connections = Places(connections)
        return places
    }

    private static func frontTLS(file: String, key: String) throws -> NIOSSLContext {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: [], privateKey: .privateKey(try PEMFiles.key(key)))
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["h2", "http/1.1"]
        return try PEMFiles.context(tls, certificate: file, key: key)
    }

    /// What the statistics server shows beside the statistics.
    package var pages: [String: StatisticsServer.Page] {
        ["/store": StatisticsServer.json { [store = parts.store] in StoreReport(store) }]
    }

    package func start() async throws {
        let workers = try await Workers(parts, group)
        parts.startWatchingMemory()
        await workers.settle()
        parts.statistics.add(.init("lanes") { await workers.lanes() })
        var channels: [any Channel] = []
        let front = parts.configuration.front
        for address in front.http {
            channels.append(
                try await ListenFailure.naming("http.listen", "\(address)") {
                    try await listen(address, workers, tls: nil)
                })
        }
        for address in front.https {
            channels.append(
                try await ListenFailure.naming("https.listen", "\(address)") {
                    try await listen(address, workers, tls: frontTLS)
                })
        }
        running.withLockedValue { $0 = (workers, channels) }
        parts.logger.notice("rg-sender \(parts.version) is ready")
    }

    package func drain() async {
        guard let running = running.withLockedValue({ $0 }) else { return }
        for channel in running.channels { try? await channel.close() }
        await running.workers.drain()
    }

    package func stop() async {
        await running.withLockedValue { $0.take() }?.workers.stop()
        parts.rebuilders.stop()
        parts.memory.stop()
    }

    private func listen(_ address: HostAndPort, _ workers: Workers, tls: NIOSSLContext?) async throws -> any Channel {
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
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
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16 * 1024))
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 32 * 1024, high: 128 * 1024))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let worker = workers.worker(on: channel.eventLoop)
                    let pipeline = FrontPipeline(worker: worker, scheme: tls == nil ? .http : .https)
                    try pipeline.addFirstHandlers(to: channel, tls: tls)
                }
            }
            .bind(host: address.host, port: address.port).get()
        parts.logger.notice(
            "\(tls == nil ? "http" : "https") on \(channel.localAddress.map(\.hostAndPort) ?? address.description)")
        return channel
    }

    /// One worker for each event loop.
    private struct Workers: Sendable {
        private let byLoop: [ObjectIdentifier: NIOLoopBound<SenderWorker>]

        init(_ parts: SenderParts, _ group: any EventLoopGroup) async throws {
            var byLoop: [ObjectIdentifier: NIOLoopBound<SenderWorker>] = [:]
            for loop in group.makeIterator() {
                byLoop[ObjectIdentifier(loop)] = try await loop.submit {
                    let worker = SenderWorker(parts, eventLoop: loop)
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

        func lanes() async -> [LaneSummary] {
            var lanes: [LaneSummary] = []
            for bound in byLoop.values {
                lanes += (try? await bound.eventLoop.submit { bound.value.lanes }.get()) ?? []
            }
            return lanes.sorted { $0.address < $1.address }
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
