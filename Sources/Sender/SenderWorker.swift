import Crypto
import Exchange
import HTTPRules
import HTTPWire
import Link
import Logging
import NIOCore
import NIOHTTP1
import Operations
import Origin
import PageStore

/// All of a sender that lives on one event loop: its clients, its lanes, its connections to origins.
final class SenderWorker {
    /// The most versions that a request offers: each takes 8 bytes on the link.
    static let maxOffers = 4
    /// How long a request waits for a link that is being opened, where nothing else can answer it.
    static let longestWaitForLink = TimeAmount.seconds(2)
    /// Longer deltas are decoded on another thread: coded bytes cost about 0.1 µs each.
    static let maxInlineDeltaBytes = 8192
    /// The same for pages: copying and checking them takes about 0.2 ns a byte.
    static let maxInlinePageBytes = 1 << 20
    /// The same for pages that are compressed for the client: about 10 ns a byte.
    static let maxInlineGzipBytes = 8 * 1024

    let eventLoop: any EventLoop
    private(set) var settings: SenderSettings
    let store: any PageStore
    private(set) var rules: SiteRules
    let forwarding = ForwardingFields(pseudonym: "railgun")
    let flushes: FlushBatch
    let deadlines: Deadlines
    let origins: OriginPool
    let rebuilder: PageRebuilder
    let rebuilders: RebuilderThreads
    let version: String
    let date = DateField()
    private let places: SenderPlaces
    let requests: RequestQueue
    let memory: MemoryCeiling
    var connections = FrontConnections()
    private(set) var isDraining = false
    let statistics: LoopStatistics
    private let logger: Logger
    private var accessLog: AccessLog?
    private let logOutput: LogOutput
    private let classKey: SymmetricKey
    private var groups: [String: ListenerGroup] = [:]
    private let linkReports: LinkReports

    init(_ shared: SenderParts, _ settings: SenderSettings, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.settings = settings
        store = shared.store
        rebuilders = shared.rebuilders
        version = shared.version
        logger = shared.logger
        logOutput = shared.logOutput
        accessLog = AccessLog(to: shared.logOutput)
        linkReports = shared.linkReports
        requests = RequestQueue(
            underWay: shared.places.requests, queued: shared.places.queue, eventLoop: eventLoop)
        (places, memory) = (shared.places, shared.memory)
        statistics = shared.statistics.onLoop(eventLoop)
        flushes = FlushBatch(eventLoop: eventLoop)
        deadlines = Deadlines(eventLoop: eventLoop)
        origins = OriginPool(limits: OriginLimits(), tls: nil, eventLoop: eventLoop)
        rebuilder = PageRebuilder(maxPageBytes: SenderSettings.maxPageBytes)
        classKey = shared.classKey
        rules = SiteRules(settings.configuration.pages, key: classKey)
        for (name, addresses) in settings.configuration.groups { groups[name] = makeGroup(name, addresses) }
    }

    private func makeGroup(_ name: String, _ addresses: [HostAndPort]) -> ListenerGroup {
        let dialers = addresses.map { address in
            LinkDialer(
                .init(host: address.host, port: address.port), tls: settings.linkTLS, eventLoop: eventLoop,
                startTimeout: .init(settings.configuration.wanTimeout)
            ) {
                [weak self] event in self?.linkChanged(name, address, event)
            }
        }
        return ListenerGroup(name: name, dialers: dialers)
    }

    /// Goes on with other settings: what is under way ends by those that it began with.
    func update(_ new: SenderSettings) {
        settings = new
        rules = SiteRules(new.configuration.pages, key: classKey)
        accessLog = AccessLog(to: logOutput)
        var kept: [String: ListenerGroup] = [:]
        for (name, addresses) in new.configuration.groups {
            kept[name] = makeGroup(name, addresses)
            kept[name]?.start()
        }
        for group in groups.values { group.stop() }
        groups = kept
    }

    var limits: SenderSettings.Limits { settings.limits }
    private var configuration: SenderConfiguration { settings.configuration }

    func start() {
        deadlines.start()
        origins.start()
        for group in groups.values { group.start() }
    }

    /// Whether the links are up, or known to be down.
    var isSettled: Bool { groups.values.allSatisfy(\.isSettled) }

    /// Takes no new connections, and on each that is there one more request at most.
    func drain() {
        isDraining = true
        for connection in connections.all { connection.drain() }
    }

    func stop() {
        for group in groups.values { group.stop() }
        origins.stop()
        deadlines.stop()
    }

    var lanes: [LaneSummary] { groups.values.flatMap(\.lanes) }

    // MARK: for exchanges

    /// The group of listeners that answers for a host; `nil` where none does.
    func group(for authority: String) -> ListenerGroup? {
        if configuration.sites.isEmpty { return configuration.sites.fallback.flatMap { groups[$0] } }
        let (host, port) = Authority.split(authority, defaultPort: 0)
        return configuration.group(host: host, port: port).flatMap { groups[$0] }
    }

    /// Whether a client is a proxy of ours.
    func trusts(_ address: String) -> Bool {
        configuration.front.trustedProxies.contains { $0.contains(address) }
    }

    /// Whether clients' connections begin with a PROXY header.
    var takesProxyHeader: Bool { configuration.front.takesProxyHeader }

    /// Whether a PROXY header is taken from an address.
    func mayProxy(_ address: String) -> Bool { configuration.front.trustedProxies.isEmpty || trusts(address) }

    /// Where a host is asked directly, where that is configured.
    func fallback(for request: ForwardedRequest) -> OriginAddress? {
        let (host, port) = Authority.split(request.authority, defaultPort: 0)
        return configuration.origins.value(host: host, port: port).map { OriginAddress(host: $0.host, port: $0.port) }
    }

    // MARK: what is noted

    func opened(_ connection: any FrontConnection) {
        connections.insert(connection)
        statistics.counters.connectionsOpened += 1
    }

    /// Whether as many clients are connected as may be: then no connection is kept for another request.
    var isCrowded: Bool { places.connections.taken >= places.connections.most }

    /// Closes connections that only wait for another request: new ones want their places.
    func makeRoom() { for connection in connections.all { connection.makeRoom() } }

    func closed(_ connection: any FrontConnection) {
        connections.remove(connection)
        statistics.counters.connectionsClosed += 1
    }

    /// A connection was closed, because its PROXY header wasn't right.
    func refused(_ address: String, _ why: String) {
        statistics.counters.connectionsRefused += 1
        logger.info("connection of \(address): \(why)")
    }

    /// A port accepts nothing for now.
    func accepting(stoppedBy obstacle: AcceptGate.Obstacle, isNews: Bool) {
        statistics.counters.connectionsPaused += 1
        if isNews { logger.warning("\(obstacle.words(setting: "client.connections", clients: "visitors"))") }
    }

    private func linkChanged(_ group: String, _ address: HostAndPort, _ event: LinkDialer.Event) {
        switch event {
        case .opened(let laneID):
            groups[group]?.laneOpened()
            linkReports.opened(group, address)
            statistics.counters.wanStarts += 1
            logger.info("link to \(address) is up, connection \(String(laneID, radix: 16))")
        case .carried(let bytes):
            statistics.counters.wanBytesSent += bytes.sent
            statistics.counters.wanBytesReceived += bytes.received
        case .measured(let roundTrip): statistics.latencies.linkRoundTrip.record(roundTrip)
        case .lost(let error, let retry):
            statistics.counters.wanStops += 1
            // Once, not at each attempt and on each event loop: the log is to be read.
            guard linkReports.isNews(error.message, group, address) else { return }
            logger.error(
                "no link to \(address): \(error.message); it is tried again in \(retry.nanoseconds / 1_000_000) ms")
        }
    }

    func noteDamaged(_ failure: RebuildFailure, _ request: ForwardedRequest) {
        statistics.counters.hashFailures += 1
        logger.error("\(request.authority)\(request.target): \(failure.message); the page is asked for again, whole")
    }

    /// Counts and logs a failure; returns the number that its line in the log has.
    func note(_ failure: ExchangeFailure, _ request: ForwardedRequest) -> String {
        switch failure.cause {
        case .origin, .badAnswer: statistics.counters.originErrors += 1
        case .originTimeout: statistics.counters.originTimeouts += 1
        case .badRequest: statistics.counters.requestsRefused += 1
        case .link, .overloaded: statistics.counters.linkErrors += 1
        }
        let number = ErrorPage.newNumber()
        let what = "\(request.method) \(request.authority)\(request.target)"
        logger.error("\(number): \(failure.cause.status) for \(what): \(failure.message)")
        return number
    }

    /// Counts and logs a refusal; returns the number that its line in the log has.
    func note(_ refusal: Refusal, _ what: String) -> String {
        statistics.counters.requestsRefused += 1
        let number = ErrorPage.newNumber()
        logger.info("\(number): \(refusal.status.code) for \(what): \(refusal.reason)")
        return number
    }

    /// Logs what was answered without an exchange.
    ///
    /// - Parameters:
    ///   - head: The request's; `nil` where it could not be read.
    ///   - client: The client's address.
    ///   - status: What the client got.
    ///   - bodyBytes: Bytes of body that the client got.
    func answeredItself(_ head: HTTPRequestHead?, client: String, status: HTTPResponseStatus, bodyBytes: Int) {
        statistics.counters.countResponse(status: Int(status.code))
        statistics.counters.clientBytesSent += bodyBytes
        accessLog?.write(
            AccessLine(
                client: client, method: head?.method.rawValue ?? "-", host: head?.headers.first(name: "host") ?? "-",
                target: head?.uri ?? "-", status: Int(status.code), clientBytes: bodyBytes, linkBytes: 0,
                crossing: .none, originTime: nil, totalTime: .zero, connection: "-"))
    }

    /// Counts and logs a request that is over.
    func finished(_ record: SenderExchange.Record) {
        if record.isCancelled {
            statistics.counters.requestsCancelled += 1
        } else {
            statistics.counters.requestsCompleted += 1
        }
        origins.counts.show(in: statistics)
        statistics.counters.countResponse(status: record.status)
        statistics.counters.clientBytesSent += record.bodyBytes
        let total = NIODeadline.now() - record.started
        statistics.latencies.request.record(total)
        if let origin = record.originTime { statistics.latencies.origin.record(origin) }
        statistics.counters.count(record.crossing)
        if case .normal = record.crossing { statistics.counters.pageBytes += record.bodyBytes }
        guard let accessLog else { return }
        accessLog.write(
            AccessLine(
                client: record.client, method: record.method, host: record.host, target: record.target,
                status: record.status, clientBytes: record.bodyBytes, linkBytes: record.linkBytes,
                crossing: record.crossing, originTime: record.originTime, totalTime: total,
                connection: record.connection == 0 ? "-" : String(record.connection, radix: 16)))
    }
}

/// A client's connection, as far as draining goes.
protocol FrontConnection: AnyObject {
    /// Takes no further request; closes once those under way are answered.
    func drain()
    /// Closes, where it had its answer and waits for another request.
    func makeRoom()
}

/// The connections of clients that are open.
struct FrontConnections {
    private var open: [ObjectIdentifier: any FrontConnection] = [:]

    mutating func insert(_ connection: any FrontConnection) { open[ObjectIdentifier(connection)] = connection }
    mutating func remove(_ connection: any FrontConnection) { open[ObjectIdentifier(connection)] = nil }
    var count: Int { open.count }
    var all: [any FrontConnection] { Array(open.values) }
}

/// What all workers of a sender share; safe to use from any thread.
struct SenderParts: Sendable {
    let store: any PageStore
    let rebuilders: RebuilderThreads
    let linkReports = LinkReports()
    let classKey: SymmetricKey
    let statistics: Statistics
    let logger: Logger
    let logOutput: LogOutput
    let version: String
    let places: SenderPlaces
    let memory: MemoryCeiling
}

/// How much of each there may be at once, on all event loops together.
struct SenderPlaces: Sendable {
    let connections: Places
    /// For requests under way, and for those that wait for one of these places.
    let (requests, queue): (Places, Places)

    init(_ front: SenderConfiguration.Front) {
        connections = Places(front.connections)
        (requests, queue) = (Places(front.requests), Places(front.queuedRequests))
    }

    /// Has other bounds; who has a place keeps it.
    func update(_ front: SenderConfiguration.Front, connections count: Int) {
        connections.update(most: count)
        requests.update(most: front.requests)
        queue.update(most: front.queuedRequests)
    }
}

extension SenderParts {
    /// Begins to look at the memory of the process.
    func startWatchingMemory() {
        memory.start {
            store.shrink(toBytes: store.summary.memoryBytes / 2)
        } changed: { isShort, bytes in
            logger.warning(
                isShort
                    ? "memory.limit: \(ByteCount(bytes)) in use; pages are forgotten, and requests get 503"
                    : "memory.limit: \(ByteCount(bytes)) in use; requests are answered again")
        }
    }
}
