import Crypto
import DeltaEngine
import Link
import NIOConcurrencyHelpers
package import NIOCore
import NIOPosix
import NIOSSL
package import Operations
import Origin
import PageStore

/// A running rg-listener: accepts senders, asks origins, until it is told to stop.
package final class ListenerService: Drainable {
    private let parts: ListenerParts
    private let group: any EventLoopGroup
    private let version: String
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
        _ configuration: ListenerConfiguration, version: String, group: any EventLoopGroup, statistics: Statistics,
        log: DaemonLog
    ) throws {
        self.group = group
        self.version = version
        let pages = configuration.pages
        let store = MemoryPageStore(
            limits: PageStoreLimits(memoryBytes: max(1, pages.storeBytes), versionsPerPage: pages.versionsPerPage))
        statistics.add(.init("store") { store.summary })
        parts = ListenerParts(
            configuration: configuration, store: store,
            encoders: EncoderThreads(threadCount: System.coreCount, store: store),
            linkTLS: try configuration.link.files.map {
                try LinkCredentials(certificateFile: $0.certificate, keyFile: $0.key, authorityFile: $0.roots)
                    .context(for: .listener)
            },
            originTLS: try Self.originTLS(configuration.origins), originHealth: OriginHealth(logger: log.logger),
            classKey: SymmetricKey(size: .bits256), statistics: statistics, logger: log.logger, logOutput: log.output)
        parts.originHealth.update(configuration.natMap, configuration.origins)
        statistics.add(.init("origins") { [health = parts.originHealth] in health.summaries() })
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
            try await LinkServer.listen(host: host, port: port, tls: parts.linkTLS, on: group) { channel in
                guard let worker = byLoop[ObjectIdentifier(channel.eventLoop)]?.value else {
                    preconditionFailure("an event loop without a worker")
                }
                return (.forListener(), worker)
            }
        }
        if parts.configuration.natMap == NATMap(), !parts.configuration.origins.looksUpUnmapped {
            parts.logger.warning(
                "map.file names no origin, and origin.dns is 0: every request will be answered 502")
        }
        parts.logger.notice(
            "rg-listener \(version) is ready for senders on \(channel.localAddress.map(\.hostAndPort) ?? "its port")")
        let all = Array(byLoop.values)
        let checks = try await all[0].eventLoop.submit {
            let checks = OriginChecks(health: parts.originHealth, owner: all[0].value.origins)
            checks.update(parts.configuration.natMap, parts.configuration.origins, tls: parts.originTLS)
            return NIOLoopBound(checks, eventLoop: all[0].eventLoop)
        }.get()
        running.withLockedValue { $0 = Running(workers: all, channel: channel, checks: checks) }
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
    }
}
