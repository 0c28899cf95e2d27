import Crypto
import DeltaEngine
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
    private let running = NIOLockedValueBox<Running?>(nil)

    private struct Running {
        let workers: Workers
        /// Where senders are accepted; `nil` with `wan.port = none`.
        let channel: (any Channel)?
        /// The links that this listener opens itself.
        var dialOuts: [HostAndPort: LinkDialOut] = [:]
    }

    /// One worker for each event loop.
    private struct Workers: Sendable {
        let byLoop: [ObjectIdentifier: NIOLoopBound<ListenerWorker>]

        func worker(on loop: any EventLoop) -> ListenerWorker {
            guard let bound = byLoop[ObjectIdentifier(loop)] else {
                preconditionFailure("an event loop without a worker")
            }
            return bound.value
        }
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
            linkTLS: .init(
                try configuration.link.files.map {
                    try LinkCredentials(certificateFile: $0.certificate, keyFile: $0.key, authorityFile: $0.roots)
                        .context()
                }),
            originTLS: try Self.originTLS(configuration.origins),
            classKey: SymmetricKey(size: .bits256), statistics: statistics, logger: log.logger, logOutput: log.output)
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
        var workersByLoop: [ObjectIdentifier: NIOLoopBound<ListenerWorker>] = [:]
        for loop in group.makeIterator() {
            workersByLoop[ObjectIdentifier(loop)] = try await loop.submit {
                let worker = try ListenerWorker(parts, eventLoop: loop)
                worker.start()
                return NIOLoopBound(worker, eventLoop: loop)
            }.get()
        }
        let workers = Workers(byLoop: workersByLoop)
        parts.statistics.add(
            .init("lanes") {
                var lanes: [LaneSummary] = []
                for worker in workers.byLoop.values {
                    lanes += (try? await worker.eventLoop.submit { worker.value.laneSummaries }.get()) ?? []
                }
                return lanes.sorted { $0.address < $1.address }
            })
        var channel: (any Channel)?
        if let port = parts.configuration.wanPort {
            let host = parts.configuration.wanIP ?? "::"
            channel = try await ListenFailure.naming("wan.port", "\(port), at \(host)") {
                try await LinkServer.listen(host: host, port: port, tls: parts.linkTLS, on: group) { channel in
                    (.forListener(), workers.worker(on: channel.eventLoop))
                }
            }
        }
        if parts.configuration.natMap == NATMap(), !parts.configuration.origins.looksUpUnmapped {
            parts.logger.warning(
                "map.file names no origin, and origin.dns is 0: every request will be answered 502")
        }
        if let channel {
            parts.logger.notice(
                "rg-listener \(version) is ready for senders on \(channel.localAddress.map(\.hostAndPort) ?? "its port")"
            )
        }
        for sender in Set(parts.configuration.senders) {
            parts.logger.notice("rg-listener \(version) opens the link to \(sender) itself")
        }
        running.withLockedValue { $0 = Running(workers: workers, channel: channel) }
        updateLinks(parts.configuration.senders)
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

    package func drain() async {
        guard let running = running.withLockedValue({ $0 }) else { return }
        try? await running.channel?.close()
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
        for dialOut in ended?.dialOuts.values ?? [:].values { dialOut.stop() }
        for worker in ended?.workers.byLoop.values ?? [:].values {
            try? await worker.eventLoop.submit { worker.value.stop() }.get()
        }
        parts.encoders.stop()
    }
}
