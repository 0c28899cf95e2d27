import Crypto
import DeltaEngine
import Exchange
import HTTPRules
import Link
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import Operations
import Origin
import PageStore

/// All of a listener that lives on one event loop: the lanes of senders, the connections to origins.
final class ListenerWorker {
    let eventLoop: any EventLoop
    let store: any PageStore
    let rules: SiteRules
    let origins: OriginPool
    let encoder: PageEncoder
    let encoders: EncoderThreads
    let maxPageBytes: Int
    let paddingBytes: Int
    let statistics: LoopStatistics
    private let configuration: ListenerConfiguration
    private let logger: Logger
    private let accessLog: AccessLog?
    private var lanes: [ObjectIdentifier: Lane] = [:]
    private var collectingExchanges: [ObjectIdentifier: (exchange: ListenerExchange, since: NIODeadline)] = [:]
    private var pauseChecks: RepeatedTask?
    private(set) var isDraining = false

    /// Longer pages are encoded on another thread: matching runs at about 1 GB/s, hashing at 2 GB/s.
    let maxInlinePageBytes = 128 * 1024
    /// The same where there is no base, and all of the page is to be compressed.
    let maxInlineWholeBytes = 8 * 1024
    /// For how long an origin may pause within a page before what came is passed on.
    private static let longestPause = TimeAmount.milliseconds(100)

    init(_ parts: ListenerParts, eventLoop: any EventLoop) throws(DeltaError) {
        self.eventLoop = eventLoop
        configuration = parts.configuration
        store = parts.store
        logger = parts.logger
        statistics = parts.statistics.onLoop(eventLoop)
        accessLog =
            configuration.log.level >= .information
            ? AccessLog(to: parts.logOutput, format: configuration.log.format) : nil
        let origins = configuration.origins
        self.origins = OriginPool(
            limits: OriginLimits(timeout: origins.timeout, idleConnections: origins.idleConnections),
            tls: parts.originTLS, eventLoop: eventLoop)
        encoder = try PageEncoder(store: parts.store)
        encoders = parts.encoders
        maxPageBytes = configuration.pages.streamBytes
        paddingBytes = configuration.paddingBytes
        rules = SiteRules(configuration.pages, key: parts.classKey)
    }

    func start() {
        origins.start()
        let tick = TimeAmount.nanoseconds(Self.longestPause.nanoseconds / 2)
        let isolated = NIOLoopBound(self, eventLoop: eventLoop)
        pauseChecks = eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { _ in
            isolated.value.checkPauses()
        }
    }

    /// Tells senders to go elsewhere; what is under way goes on.
    func drain() {
        isDraining = true
        for lane in lanes.values { lane.drain() }
    }

    var laneCount: Int { lanes.count }

    /// For the statistics.
    var laneSummaries: [LaneSummary] { lanes.values.map { LaneSummary(address: $0.peerName, lane: $0) } }

    func stop() {
        pauseChecks?.cancel()
        for lane in lanes.values { lane.close() }
        origins.stop()
    }

    // MARK: for exchanges

    /// Whether texts that are no pages are compressed on the link.
    var compressesData: Bool { configuration.compressesData }

    var tellsOrigin: Bool { configuration.origins.sendsRailgunHeader }

    /// Where a request's origin is, and what of that the header shall tell; `nil` where it has none.
    func origin(for request: ForwardedRequest) -> (OriginAddress, RailgunHeader.Flags)? {
        let isTLS = request.scheme == .https && !configuration.origins.isInsecure
        let (host, port) = Authority.split(request.authority, defaultPort: isTLS ? 443 : 80)
        let target = configuration.natMap.target(host: host, port: port)
        // Whoever reaches the sender chooses the host: he must not choose what this machine connects to.
        guard target.isMapped || configuration.origins.looksUpUnmapped else { return nil }
        var flags: RailgunHeader.Flags = []
        if target.isMapped { flags.insert(.addressMapped) }
        if target.isDefault { flags.insert(.defaultMapped) }
        let address = OriginAddress(host: target.address.host, port: target.address.port, tlsName: isTLS ? host : nil)
        return (address, flags)
    }

    /// An exchange got another piece of a page whose end isn't there.
    func collecting(_ exchange: ListenerExchange) {
        collectingExchanges[ObjectIdentifier(exchange)] = (exchange, eventLoop.now)
    }

    func doneCollecting(_ exchange: ListenerExchange) { collectingExchanges[ObjectIdentifier(exchange)] = nil }

    private func checkPauses() {
        guard !collectingExchanges.isEmpty else { return }
        let oldest = eventLoop.now - Self.longestPause
        for (id, entry) in collectingExchanges where entry.since < oldest {
            collectingExchanges[id] = nil
            entry.exchange.pausedForLong()
        }
    }

    /// Counts and logs a request that is over.
    func finished(
        _ exchange: ListenerExchange, stream: LinkStream, since started: NIODeadline, outcome: ListenerExchange.Outcome
    ) {
        switch outcome {
        case .answered: statistics.counters.requestsCompleted += 1
        case .cancelled: statistics.counters.requestsCancelled += 1
        case .failed(let failure):
            statistics.counters.requestsCompleted += 1
            if failure.cause == .originTimeout {
                statistics.counters.originTimeouts += 1
            } else {
                statistics.counters.originErrors += 1
            }
            logger.error("\(exchange.request.authority)\(exchange.request.target): \(failure.message)")
        }
        statistics.counters.countResponse(status: exchange.status)
        origins.counts.show(in: statistics)
        statistics.counters.count(exchange.crossing)
        let total = NIODeadline.now() - started
        statistics.latencies.request.record(total)
        if exchange.originMicroseconds > 0 {
            statistics.latencies.origin.record(.microseconds(Int64(exchange.originMicroseconds)))
        }
        guard let accessLog else { return }
        accessLog.write(
            AccessLine(
                client: "-", method: exchange.request.method.rawValue, host: exchange.request.authority,
                target: exchange.request.target, status: exchange.status, clientBytes: exchange.originBytes,
                linkBytes: stream.linkBytes, crossing: exchange.crossing,
                originTime: .microseconds(Int64(exchange.originMicroseconds)), totalTime: total,
                connection: String(stream.laneID, radix: 16)))
    }
}

extension ListenerWorker: LaneOwner {
    func laneOpened(_ lane: Lane) {
        lanes[ObjectIdentifier(lane)] = lane
        statistics.counters.wanStarts += 1
        logger.info("sender \(lane.peerName) is connected, connection \(String(lane.laneID, radix: 16))")
        if isDraining { lane.drain() }
    }

    func laneDrains(_ lane: Lane) {}

    func lane(_ lane: Lane, carried bytes: WireBytes) {
        statistics.counters.wanBytesSent += bytes.sent
        statistics.counters.wanBytesReceived += bytes.received
    }

    func lane(_ lane: Lane, measured roundTrip: TimeAmount) { statistics.latencies.linkRoundTrip.record(roundTrip) }

    func laneClosed(_ lane: Lane, _ error: LinkError) {
        if lanes.removeValue(forKey: ObjectIdentifier(lane)) != nil { statistics.counters.wanStops += 1 }
        switch error.code {
        case .closed, .cancelled: logger.info("sender \(lane.peerName) is gone: \(error.message)")
        default: logger.error("sender \(lane.peerName): \(error.message)")
        }
    }

    func lane(
        _ lane: Lane, opened stream: LinkStream, _ request: LinkRequest, end: Bool
    ) -> (any LinkRequestReceiver)? {
        statistics.counters.requestsStarted += 1
        switch judge(request, end: end) {
        case .forward(let forwarded):
            let exchange = ListenerExchange(forwarded, offers: request.offers, stream: stream, worker: self)
            exchange.start()
            return exchange
        case .refuse(let refusal):
            statistics.counters.requestsRefused += 1
            stream.fail(ExchangeFailure(.badRequest, refusal.reason))
        case .answer(let head):
            stream.answer(Answer(head: head))
            stream.finish(trailers: nil)
        }
        return nil
    }

    /// What came over the link is judged as strictly as what comes from a client.
    private func judge(_ request: LinkRequest, end: Bool) -> RequestVerdict {
        var fields = request.fields
        if !request.authority.isEmpty { fields.add(name: "host", value: request.authority) }
        let upgrades = fields.contains(name: "upgrade")
        if upgrades { fields.add(name: "connection", value: "upgrade") }
        let head = HTTPRequestHead(
            version: request.authority.isEmpty ? .http1_0 : upgrades ? .http1_1 : .http2,
            method: HTTPMethod(rawValue: request.method), uri: request.target, headers: fields)
        return RequestRules.judge(
            head, scheme: request.scheme == "https" ? .https : .http, bodyFollows: !end && !upgrades, countsHop: false)
    }
}

/// What all workers of a listener share; safe to use from any thread.
struct ListenerParts: Sendable {
    let configuration: ListenerConfiguration
    let store: any PageStore
    let encoders: EncoderThreads
    let linkTLS: CurrentLinkTLS
    let originTLS: NIOSSLContext?
    let classKey: SymmetricKey
    let statistics: Statistics
    let logger: Logger
    let logOutput: LogOutput
}
