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
import SharedStore

/// All of a listener that lives on one event loop: the lanes of senders, the connections to origins.
final class ListenerWorker {
    let eventLoop: any EventLoop
    let store: any PageStore
    /// What the group of listeners shares, where there is such a thing.
    private(set) var shared: (any SharedStore)?
    private(set) var settings: ListenerSettings
    private(set) var rules: SiteRules
    let origins: OriginPool
    let encoder: PageEncoder
    let encoders: EncoderThreads
    let statistics: LoopStatistics
    /// What the dashboard shows; `nil` where there is none.
    var observations: LoopObservations? { statistics.observations }
    private let logger: Logger
    private let logOutput: LogOutput
    private var accessLog: AccessLog?
    private let classKey: SymmetricKey
    /// Whether private pages may be shared: as ``classKey`` was made for, so a reload doesn't change it.
    let keepsPrivate: Bool
    private var lanes: [ObjectIdentifier: Lane] = [:]
    /// What was said of senders that are refused.
    private var shutOut: Set<String> = []
    private var collectingExchanges: [ObjectIdentifier: Collecting] = [:]

    private struct Collecting {
        let exchange: ListenerExchange
        let since: NIODeadline
        let bytes: Int
    }

    private var pauseChecks: RepeatedTask?
    let load: EncodingLoad
    var slowSites = SlowSites()
    private var lastTick: NIODeadline?
    private let requests: Places
    private let memory: MemoryCeiling
    /// Bytes of pages that are being collected.
    private var collectedBytes = 0
    private(set) var isDraining = false

    /// Longer pages are encoded on another thread: matching runs at about 1 GB/s, hashing at 2 GB/s.
    let maxInlinePageBytes = 128 * 1024
    /// The same where there is no base, and all of the page is to be compressed.
    let maxInlineWholeBytes = 8 * 1024
    /// For how long an origin may pause within a page before what came is passed on.
    private static let longestPause = TimeAmount.milliseconds(100)

    init(
        _ parts: ListenerParts, _ settings: ListenerSettings, shared: (any SharedStore)?, eventLoop: any EventLoop
    ) throws(DeltaError) {
        self.eventLoop = eventLoop
        self.settings = settings
        store = parts.store
        self.shared = shared
        logger = parts.logger
        logOutput = parts.logOutput
        accessLog = AccessLog(to: parts.logOutput)
        statistics = parts.statistics.onLoop(eventLoop)
        origins = OriginPool(
            limits: OriginLimits(settings.configuration.origins), tls: settings.originTLS,
            health: parts.originHealth, eventLoop: eventLoop)
        encoder = try PageEncoder(store: parts.store)
        encoders = parts.encoders
        (requests, memory, load) = (parts.requests, parts.memory, parts.load)
        (classKey, keepsPrivate) = (parts.classKey, settings.configuration.pages.keepsPrivate)
        rules = SiteRules(settings.configuration.pages, key: classKey)
    }

    /// Goes on with other settings: what is under way ends by those that it began with.
    ///
    /// Lanes of senders that may not be there any more end at once. With another certificate or authority, lanes that senders
    /// opened drain: they open others, if they may.
    func update(_ new: ListenerSettings, shared: (any SharedStore)?) {
        let isAnew = new.linkTLS?.context !== settings.linkTLS?.context
        (settings, self.shared, shutOut) = (new, shared, [])
        for lane in lanes.values where lane.enforce(new.linkTLS?.peers) && isAnew && lane.wasAccepted { lane.drain() }
        rules = SiteRules(new.configuration.pages, key: classKey)
        accessLog = AccessLog(to: logOutput)
        origins.update(limits: OriginLimits(new.configuration.origins), tls: new.originTLS)
    }

    private var configuration: ListenerConfiguration { settings.configuration }
    var maxPageBytes: Int { configuration.pages.streamBytes }
    /// What fills answers for one visitor up; `nil` with `page.padding = 0`.
    var padding: Padding? {
        configuration.paddingBytes > 0 ? Padding(blockBytes: configuration.paddingBytes, key: classKey) : nil
    }

    func start() {
        origins.start()
        let tick = TimeAmount.nanoseconds(Self.longestPause.nanoseconds / 2)
        let isolated = NIOLoopBound(self, eventLoop: eventLoop)
        pauseChecks = eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { _ in
            isolated.value.ticked(after: tick)
        }
    }

    /// Tells senders to go elsewhere; what is under way goes on.
    func drain() {
        isDraining = true
        for lane in lanes.values { lane.drain() }
    }

    var laneCount: Int { lanes.count }

    /// Notes what a page took, whoever still waits for it.
    func encoded(_ page: EncodedPage, of site: @autoclosure () -> String) {
        let isSlow = slowSites.note(
            page.processorTime, byteCount: page.bytes.count, site: site(), now: eventLoop.now)
        if isSlow { statistics.counters.pagesSlow += 1 }
    }

    /// A connection was closed, because its PROXY header wasn't right.
    func refused(_ address: String, _ why: String) {
        statistics.counters.connectionsRefused += 1
        logger.info("connection of \(address): \(why)")
    }

    /// The port for senders accepts nothing for now.
    func accepting(stoppedBy obstacle: AcceptGate.Obstacle, isNews: Bool) {
        statistics.counters.connectionsPaused += 1
        if isNews { logger.warning("\(obstacle.words(setting: "wan.port", clients: "senders"))") }
    }

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

    /// Where a request's origins are, and what of that the header shall tell; `nil` where it has none.
    func origins(for request: ForwardedRequest) -> (OriginSite, RailgunHeader.Flags)? {
        let isTLS = request.scheme == .https && !configuration.origins.isInsecure
        let (host, port) = Authority.split(request.authority, defaultPort: isTLS ? 443 : 80)
        let target = configuration.natMap.target(host: host, port: port)
        // Whoever reaches the sender chooses the host: he must not choose what this machine connects to.
        guard target.isMapped || configuration.origins.looksUpUnmapped else { return nil }
        var flags: RailgunHeader.Flags = []
        if target.isMapped { flags.insert(.addressMapped) }
        if target.isDefault { flags.insert(.defaultMapped) }
        return (OriginSite(target, tlsName: isTLS ? host : nil), flags)
    }

    /// Whether another page may be collected, or more of one; else it goes on as it comes, and costs bytes of the link.
    var mayCollect: Bool { collectedBytes < max(64 << 20, 4 * maxPageBytes) && !memory.isShort }

    /// An exchange got another piece of a page whose end isn't there, and has so many bytes of it now.
    func collecting(_ exchange: ListenerExchange, bytes: Int) {
        let entry = Collecting(exchange: exchange, since: eventLoop.now, bytes: bytes)
        let old = collectingExchanges.updateValue(entry, forKey: ObjectIdentifier(exchange))
        collectedBytes += bytes - (old?.bytes ?? 0)
    }

    func doneCollecting(_ exchange: ListenerExchange) {
        let old = collectingExchanges.removeValue(forKey: ObjectIdentifier(exchange))
        collectedBytes -= old?.bytes ?? 0
    }

    private func ticked(after tick: TimeAmount) {
        let now = eventLoop.now
        if let lastTick { load.note(lag: now - lastTick - tick) }
        lastTick = now
        checkPauses()
    }

    private func checkPauses() {
        guard !collectingExchanges.isEmpty else { return }
        let oldest = eventLoop.now - Self.longestPause
        for entry in collectingExchanges.values where entry.since < oldest {
            doneCollecting(entry.exchange)
            entry.exchange.pausedForLong()
        }
    }

    /// Counts and logs a request that is over.
    func finished(
        _ exchange: ListenerExchange, stream: LinkStream, since started: NIODeadline, outcome: ListenerExchange.Outcome
    ) {
        requests.free()
        var isFailed = false
        switch outcome {
        case .answered: statistics.counters.requestsCompleted += 1
        case .cancelled: statistics.counters.requestsCancelled += 1
        case .failed(let failure):
            isFailed = true
            statistics.counters.requestsCompleted += 1
            if failure.cause == .originTimeout {
                statistics.counters.originTimeouts += 1
            } else {
                statistics.counters.originErrors += 1
            }
            let request = exchange.request
            let what = logOutput.words(request.method.rawValue, host: request.authority, target: request.target)
            logger.error("\(what): \(failure.message)")
            observations?.failed(
                ObservedFailure(
                    .cause(failure.cause), site: request.authority, target: request.target, what: failure.message))
        }
        statistics.counters.countResponse(status: exchange.status)
        origins.counts.show(in: statistics)
        statistics.counters.count(exchange.crossing)
        switch exchange.crossing {
        case .delta, .normal, .stream: statistics.counters.answerBytes += exchange.pageBytes ?? exchange.originBytes
        case .direct, .none: break
        }
        let total = NIODeadline.now() - started
        statistics.latencies.request.record(total)
        if exchange.originMicroseconds > 0 {
            statistics.latencies.origin.record(.microseconds(Int64(exchange.originMicroseconds)))
        }
        observations?.finished(
            ObservedRequest(
                site: exchange.request.authority, target: exchange.request.target,
                // The status of an answer that broke off is not the origin's, and the failure is noted above.
                status: isFailed ? 0 : exchange.status,
                crossing: exchange.crossing, pageBytes: exchange.pageBytes ?? exchange.originBytes,
                linkBytes: stream.linkBytes, gzip: exchange.gzip, total: total, ended: started + total,
                source: exchange.takeSource()))
        guard let accessLog else { return }
        accessLog.write(
            AccessLine(
                client: "-", method: exchange.request.method.rawValue, host: exchange.request.authority,
                target: exchange.request.target, status: exchange.status, clientBytes: exchange.originBytes,
                linkBytes: stream.linkBytes, crossing: exchange.crossing,
                originTime: .microseconds(Int64(exchange.originMicroseconds)), totalTime: total,
                connection: String(stream.laneID, radix: 16), trace: exchange.request.trace))
    }
}

extension ListenerWorker: LaneOwner {
    func laneOpened(_ lane: Lane) {
        guard lane.enforce(settings.linkTLS?.peers) else { return }  // a reload may have come since it was accepted
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
        let wasOpen = lanes.removeValue(forKey: ObjectIdentifier(lane)) != nil
        if wasOpen { statistics.counters.wanStops += 1 }
        switch error.code {
        case .closed, .cancelled: logger.info("sender \(lane.peerName) is gone: \(error.message)")
        case .shutOut:
            // It tries again and again; a few are told of until the next reload, each once.
            guard shutOut.count < 64, shutOut.insert(error.message).inserted else { return }
            logger.error("sender \(lane.peerName): \(error.message)")
        default:
            // Strangers have no names: each connection would be another one.
            let sender = wasOpen ? Authority.split(lane.peerName, defaultPort: 0).host : ""
            observations?.failed(ObservedFailure(.link, site: sender, target: "", what: error.message))
            logger.error("sender \(lane.peerName): \(error.message)")
        }
    }

    func lane(
        _ lane: Lane, opened stream: LinkStream, _ request: LinkRequest, end: Bool
    ) -> (any LinkRequestReceiver)? {
        statistics.counters.requestsStarted += 1
        switch judge(request, end: end) {
        case .forward(let forwarded):
            guard requests.take() else {
                statistics.counters.requestsShed += 1
                let why = "\(requests.most) requests are under way here, as many as requests.max says"
                observations?.failed(
                    ObservedFailure(
                        .cause(.overloaded), site: forwarded.authority, target: forwarded.target, what: why))
                stream.reset(LinkError(.refused, why))
                return nil
            }
            let exchange = ListenerExchange(
                forwarded, offers: request.offers, isCompared: request.isCompared, stream: stream, worker: self)
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
        // The absolute form would name another site than the authority does.
        guard request.target.utf8.first == UInt8(ascii: "/") || request.target == "*" else {
            return .refuse(Refusal(.badRequest, "the path does not begin with a slash"))
        }
        let head = HTTPRequestHead(
            version: request.authority.isEmpty ? .http1_0 : upgrades ? .http1_1 : .http2,
            method: HTTPMethod(rawValue: request.method), uri: request.target, headers: fields)
        return RequestRules.judge(
            head, scheme: request.scheme == "https" ? .https : .http, bodyFollows: !end && !upgrades, countsHop: false)
    }
}

/// What all workers of a listener share; safe to use from any thread.
struct ListenerParts: Sendable {
    let store: any PageStore
    let encoders: EncoderThreads
    let originHealth: OriginHealth
    let classKey: SymmetricKey
    let statistics: Statistics
    let logger: Logger
    let logOutput: LogOutput
    let linkTLS: CurrentLinkTLS
    /// For lanes, of which whoever reaches the port may open some, and for requests.
    var lanes = Places()
    var requests = Places()
    var memory = MemoryCeiling(limitBytes: 0)
    var load = EncodingLoad()
}

extension ListenerParts {
    /// Begins to look at the memory of the process.
    func startWatchingMemory() {
        memory.start {
            store.shrink(toBytes: store.summary.memoryBytes / 2)
        } changed: { isShort, bytes in
            logger.warning(
                isShort
                    ? "memory.limit: \(ByteCount(bytes)) in use; pages are forgotten, and pass without being compared"
                    : "memory.limit: \(ByteCount(bytes)) in use; pages are compared again")
        }
    }
}

extension Counters {
    /// Counts a page by the work that its delta was allowed to be.
    mutating func count(_ effort: EncodingEffort) {
        switch effort {
        case .thorough: pagesThorough += 1
        case .moderate: pagesModerate += 1
        case .fast: pagesFast += 1
        }
    }
}
