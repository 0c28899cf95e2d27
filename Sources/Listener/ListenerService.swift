import DeltaEngine
import Link
import NIOConcurrencyHelpers
package import NIOCore
import NIOPosix
import NIOSSL
package import Operations
import PageFile
import PageStore
import SharedStore

/// A running rg-listener: accepts senders, asks origins, until it is told to stop.
package final class ListenerService: Drainable {
    private let parts: ListenerParts
    private let file: PageFile?
    private let memcached: MemcachedStore?
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
        let limits = PageStoreLimits(
            memoryBytes: max(1, pages.storeBytes), versionsPerPage: pages.versionsPerPage)
        let memory = MemoryPageStore(limits: limits)
        statistics.add(.init("store") { memory.summary })
        let classKey = try pages.classKey()
        let file = PageFileSettings(pages, limits: limits).map {
            PageFile(memory, settings: $0, logger: log.logger)
        }
        if let file { statistics.add(.init("store_file") { file.fileSummary }) }
        let memcached =
            configuration.memcached.servers.isEmpty
            ? nil
            : MemcachedStore(
                configuration.memcached, privateLifetime: limits.privateLifetime, maxPageBytes: pages.streamBytes,
                logger: log.logger)
        if let memcached { statistics.add(.init("store_shared") { memcached.summary }) }
        (self.file, self.memcached) = (file, memcached)
        let store: any PageStore = file ?? memory
        parts = ListenerParts(
            configuration: configuration, store: store, shared: memcached,
            encoders: EncoderThreads(threadCount: System.coreCount, store: store),
            linkTLS: try configuration.link.files.map {
                try LinkCredentials(certificateFile: $0.certificate, keyFile: $0.key, authorityFile: $0.roots)
                    .context(for: .listener)
            },
            originTLS: try Self.originTLS(configuration.origins),
            classKey: classKey, statistics: statistics, logger: log.logger, logOutput: log.output)
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
        file?.open()
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
        memcached?.stop()
        await file?.close()
    }
}
