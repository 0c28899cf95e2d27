import Crypto
import HTTPRules
import Link
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
        let pages = configuration.pages
        let limits = SenderWorker.Limits(
            headTimeout: .init(configuration.front.headTimeout), idleTimeout: .init(configuration.front.idleTimeout),
            maxPageBytes: max(pages.streamBytes, 64 << 20),  // the listener's stream.size may be larger
            sendsRailgunHeader: configuration.front.sendsRailgunHeader,
            compressesForClients: configuration.front.compresses)
        let store = MemoryPageStore(
            limits: PageStoreLimits(memoryBytes: max(1, pages.storeBytes), versionsPerPage: pages.versionsPerPage))
        statistics.add(.init("store") { store.summary })
        parts = SenderParts(
            configuration: configuration, limits: limits, store: store,
            rebuilders: RebuilderThreads(threadCount: System.coreCount, maxPageBytes: limits.maxPageBytes),
            linkTLS: .init(
                try configuration.link.files.map {
                    try LinkCredentials(certificateFile: $0.certificate, keyFile: $0.key, authorityFile: $0.roots)
                        .context()
                }),
            eventLoops: group.makeIterator().map { ObjectIdentifier($0) },
            classKey: SymmetricKey(size: .bits256), statistics: statistics, logger: log.logger, logOutput: log.output,
            version: version)
        frontTLS = try configuration.front.certificate.map { try Self.frontTLS(file: $0.file, key: $0.key) }
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
        var channels: [any Channel] = []
        for address in parts.configuration.linkAddresses {
            channels.append(
                try await ListenFailure.naming("wan.listen", "\(address)") {
                    try await listenForListeners(address, workers)
                })
        }
        await workers.settle()
        parts.statistics.add(.init("lanes") { await workers.lanes() })
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
    }

    /// Accepts listeners that open the link themselves.
    private func listenForListeners(_ address: HostAndPort, _ workers: Workers) async throws -> any Channel {
        let channel = try await LinkServer.listen(
            host: address.host, port: address.port, as: .sender, tls: parts.linkTLS, on: group
        ) { channel in
            let worker = workers.worker(on: channel.eventLoop)
            return (
                .forSender(place: worker.place.number, of: worker.place.count), AcceptedLane(channel, worker: worker)
            )
        }
        parts.logger.notice("listeners may connect on \(channel.localAddress.map(\.hostAndPort) ?? "\(address)")")
        return channel
    }

    private func listen(_ address: HostAndPort, _ workers: Workers, tls: NIOSSLContext?) async throws -> any Channel {
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16 * 1024))
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 32 * 1024, high: 128 * 1024))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let worker = workers.worker(on: channel.eventLoop)
                    let pipeline = FrontPipeline(worker: worker, scheme: tls == nil ? .http : .https)
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(
                        VersionDetector(pipeline: pipeline, isTLS: tls != nil))
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

        func stop() async {
            for bound in byLoop.values { try? await bound.eventLoop.submit { bound.value.stop() }.get() }
        }
    }
}
