import Crypto
import DeltaEngine
import Exchange
import Link
import NIOConcurrencyHelpers
package import NIOCore
import NIOPosix
import NIOSSL
package import Operations
import PageStore

/// A running rg-listener: accepts senders, asks origins, until it is told to stop.
package final class ListenerService: Drainable {
    private let parts: ListenerParts
    private let group: any EventLoopGroup
    private let version: String
    private let running = NIOLockedValueBox<(workers: [NIOLoopBound<ListenerWorker>], channel: any Channel)?>(nil)

    package let name = "rg-listener"

    /// Reads certificates and makes what workers share.
    ///
    /// - Throws: What is wrong with a certificate or key.
    package init(
        _ configuration: ListenerConfiguration, version: String, group: any EventLoopGroup, statistics: Statistics,
        log: DaemonLog
    ) throws {
        self.group = group
        self.version = version
        let pages = configuration.pages
        let store = MemoryPageStore(
            limits: PageStoreLimits(memoryBytes: max(1, pages.storeBytes), versionsPerPage: pages.versionsPerPage))
        statistics.add(.init("store") { store.summary })
        let descriptors = Descriptors.raiseLimit()
        let requests = min(configuration.requests, descriptors / 2)
        if requests < configuration.requests {
            log.logger.warning(
                "requests.max = \(configuration.requests): only \(requests) will be taken, for this process may open \(descriptors) files (LimitNOFILE, ulimit -n)"
            )
        }
        parts = ListenerParts(
            configuration: configuration, store: store,
            encoders: EncoderThreads(threadCount: System.coreCount, store: store),
            linkTLS: try configuration.link.files.map {
                try LinkCredentials(certificateFile: $0.certificate, keyFile: $0.key, authorityFile: $0.roots)
                    .context(for: .listener)
            },
            originTLS: try Self.originTLS(configuration.origins),
            classKey: SymmetricKey(size: .bits256), statistics: statistics, logger: log.logger, logOutput: log.output,
            lanes: Places(descriptors / 4), requests: Places(requests),
            memory: MemoryCeiling(limitBytes: configuration.process.memoryBytes))
    }

    private static func originTLS(_ origins: ListenerConfiguration.Origins) throws -> NIOSSLContext {
        var tls = TLSConfiguration.makeClientConfiguration()
        if !origins.validatesCertificates { tls.certificateVerification = .none }
        if let roots = origins.roots {
            _ = try PEMFiles.certificates(roots)  // the library would not name the file
            tls.trustRoots = .file(roots)
        }
        tls.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: tls)
    }

    /// What the statistics server shows beside the statistics.
    package var pages: [String: StatisticsServer.Page] {
        ["/store": StatisticsServer.json { [store = parts.store] in StoreReport(store) }]
    }

    package func start() async throws {
        let parts = parts
        parts.startWatchingMemory()
        if parts.configuration.adaptsToProcessor {
            parts.load.start(on: group.next(), coreCount: System.coreCount) { [encoders = parts.encoders] in
                encoders.queueShare
            }
        }
        parts.statistics.add(.init("encoding") { [load = parts.load] in load.summary })
        var workers: [ObjectIdentifier: NIOLoopBound<ListenerWorker>] = [:]
        for loop in group.makeIterator() {
            workers[ObjectIdentifier(loop)] = try await loop.submit {
                let worker = try ListenerWorker(parts, eventLoop: loop)
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
        let (host, port) = (parts.configuration.wanIP ?? "::", parts.configuration.wanPort)
        let channel = try await ListenFailure.naming("wan.port", "\(port), at \(host)") {
            @Sendable func worker(of channel: any Channel) -> ListenerWorker {
                guard let worker = byLoop[ObjectIdentifier(channel.eventLoop)]?.value else {
                    preconditionFailure("an event loop without a worker")
                }
                return worker
            }
            var door = LinkServer.Door()
            (door.places, door.takesProxyHeader) = (parts.lanes, parts.configuration.takesProxyHeader)
            door.stopped = { worker(of: $0).accepting(stoppedBy: $1, isNews: $2) }
            door.refused = { worker(of: $0).refused($0.remoteAddress?.hostAndPort ?? "unknown", $1) }
            return try await LinkServer.listen(host: host, port: port, tls: parts.linkTLS, on: group, door: door) {
                (.forListener(), worker(of: $0))
            }
        }
        if parts.configuration.natMap == NATMap(), !parts.configuration.origins.looksUpUnmapped {
            parts.logger.warning(
                "map.file names no origin, and origin.dns is 0: every request will be answered 502")
        }
        parts.logger.notice(
            "rg-listener \(version) is ready for senders on \(channel.localAddress.map(\.hostAndPort) ?? "its port")")
        running.withLockedValue { $0 = (Array(byLoop.values), channel) }
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
        for worker in running.withLockedValue({ $0.take() })?.workers ?? [] {
            try? await worker.eventLoop.submit { worker.value.stop() }.get()
        }
        parts.encoders.stop()
        parts.memory.stop()
        parts.load.stop()
    }
}
