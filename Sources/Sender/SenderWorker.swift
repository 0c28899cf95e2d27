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
    ///
    /// Also the longest that go on while they come: about 2 ns a byte, spread over their pieces.
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
    /// What the dashboard shows; `nil` where there is none.
    var observations: LoopObservations? { statistics.observations }
    private let logger: Logger
    private var accessLog: AccessLog?
    private let logOutput: LogOutput
    private let classKey: SymmetricKey
    private var groups: [String: ListenerGroup] = [:]
    /// Of all groups, and of those that are gone.
    private let openLanes = LaneCollection()
    /// The certificate that lanes are opened with.
    private var linkTLS: LinkTLS?
    private var isStarted = false
    /// Which of the sender's event loops this is, of how many: each needs a lane of its own from a listener that dials.
    let place: (number: Int, count: Int)
    private let linkReports: LinkReports
    /// The most lanes of this event loop that one listener may have opened: others need some too.
    let lanesOfListener: Int

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
        lanesOfListener = shared.lanesOfListener
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
        place = shared.place(of: eventLoop)
        updateLinks(settings.configuration.groups, tls: settings.linkTLS)
    }

    /// Takes other groups of listeners, and another certificate for the link, without a drop: lanes that are unchanged stay,
    /// others are opened before those that they replace drain.
    func updateLinks(_ settings: [String: ListenerGroupSettings], tls: LinkTLS?) {
        let gone = groups.filter { settings[$0.key] == nil }
        for (name, settings) in settings {
            let group =
                groups[name]
                ?? ListenerGroup(name: name, eventLoop: eventLoop, openLanes: openLanes) { [weak self] dialer, event in
                    self?.linkChanged(name, dialer, event)
                }
            group.update(settings, tls: tls, startTimeout: .init(configuration.wanTimeout))
            if tls?.context !== linkTLS?.context { group.replaceAccepted() }
            if groups.updateValue(group, forKey: name) == nil, isStarted { group.start() }
        }
        linkTLS = tls
        // Last: who waits there looks for another group.
        for (name, group) in gone {
            groups[name] = nil
            group.stop()
        }
        // Of listeners that aren't named any more too: they finish what they have, but not where they are refused.
        openLanes.enforce(tls?.peers)
    }

    /// Goes on with other settings: what is under way ends by those that it began with.
    func update(_ new: SenderSettings) {
        settings = new
        rules = SiteRules(new.configuration.pages, key: classKey)
        accessLog = AccessLog(to: logOutput)
        updateLinks(new.configuration.groups, tls: new.linkTLS)
    }

    var limits: SenderSettings.Limits { settings.limits }
    private var configuration: SenderConfiguration { settings.configuration }

    func start() {
        isStarted = true
        deadlines.start()
        origins.start()
        for group in groups.values { group.start() }
    }

    /// Whether the links are up, or known to be down.
    var isSettled: Bool { groups.values.allSatisfy(\.isSettled) }

    /// Takes no new connections, and on each that is there one more request at most.
    func drain() {
        isDraining = true
        // Whoever takes over at this address, now or in a moment, shall have lanes too.
        for group in groups.values { group.replaceAccepted() }
        for connection in connections.all { connection.drain() }
    }

    func stop() {
        for group in groups.values { group.stop() }
        origins.stop()
        deadlines.stop()
    }

    var lanes: [LaneReport] { groups.values.flatMap(\.lanes) }

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
    func accepting(
        stoppedBy obstacle: AcceptGate.Obstacle, isNews: Bool, setting: String = "client.connections",
        clients: String = "visitors"
    ) {
        statistics.counters.connectionsPaused += 1
        if isNews { logger.warning("\(obstacle.words(setting: setting, clients: clients))") }
    }

    private func linkChanged(_ group: String, _ dialer: LinkDialer, _ event: LinkDialer.Event) {
        let address = HostAndPort(host: dialer.address.host, port: dialer.address.port)
        switch event {
        case .opened(let laneID):
            groups[group]?.laneOpened()
            linkReports.opened(group, "\(address)")
            statistics.counters.wanStarts += 1
            logger.info("link to \(address) is up, connection \(String(laneID, radix: 16))")
        case .carried(let bytes): noteLink(carried: bytes)
        case .measured(let roundTrip): noteLink(roundTrip: roundTrip)
        case .lost(let error, let retry):
            statistics.counters.wanStops += 1
            observations?.failed(ObservedFailure(.link, site: "\(address)", target: "", what: error.message))
            // Once, not at each attempt and on each event loop: the log is to be read.
            guard linkReports.isNews(error.message, group, "\(address)") else { return }
            let what = dialer.lane == nil ? "no link to \(address)" : "the link to \(address) can't be opened anew"
            logger.error("\(what): \(error.message); it is tried again in \(retry.nanoseconds / 1_000_000) ms")
        }
    }

    // MARK: listeners that open the link themselves

    /// The group, and the listener in it, that a certificate's names belong to; without TLS, the first that may dial.
    func link(forCertificate names: [String]?) -> (group: String, link: ListenerLink)? {
        guard let names else {
            return (groups[SenderConfiguration.defaultGroup].map { [$0] } ?? []).lazy
                .compactMap { group in group.dialingLink.map { (group.name, $0) } }.first
        }
        for name in names {
            for group in groups.values { if let link = group.link(dialing: name) { return (group.name, link) } }
        }
        return nil
    }

    /// A listener opened a lane.
    func accepted(_ lane: Lane, over link: ListenerLink, in group: String) {
        groups[group]?.laneOpened()
        // It was on its way here when whoever takes over began to listen.
        if isDraining { link.replaceAccepted() }
        linkReports.opened(group, link.name)
        statistics.counters.wanStarts += 1
        logger.info(
            "listener \(link.name) is connected from \(lane.peerName), connection \(String(lane.laneID, radix: 16))")
    }

    /// A listener opened a lane and may not; it tries again and again, but the log says it once.
    func refused(_ lane: Lane, _ words: String) {
        statistics.counters.wanStops += 1
        guard linkReports.isNews(words, "", "") else { return }
        logger.error("a listener at \(lane.peerName) was refused: \(words)")
    }

    /// A lane that a listener opened is over, or could not be opened: then it has no `link`.
    func lost(_ lane: Lane, over link: ListenerLink?, _ error: LinkError) {
        if error.code == .shutOut { return refused(lane, error.message) }
        statistics.counters.wanStops += 1
        switch (link, error.code) {
        case (let link?, .closed), (let link?, .cancelled):
            logger.info("listener \(link.name), \(lane.peerName), is gone: \(error.message)")
        case (let link, _):
            // Strangers have no names: each connection would be another one.
            observations?.failed(ObservedFailure(.link, site: link?.name ?? "", target: "", what: error.message))
            logger.error("listener \(link.map { "\($0.name), " } ?? "")\(lane.peerName): \(error.message)")
        }
    }

    func noteLink(carried bytes: WireBytes) {
        statistics.counters.wanBytesSent += bytes.sent
        statistics.counters.wanBytesReceived += bytes.received
    }

    func noteLink(roundTrip: TimeAmount) { statistics.latencies.linkRoundTrip.record(roundTrip) }

    /// What a request asked for, as the log tells it.
    func words(_ request: ForwardedRequest) -> String {
        logOutput.words(request.method.rawValue, host: request.authority, target: request.target)
    }

    func words(_ head: HTTPRequestHead) -> String {
        logOutput.words(head.method.rawValue, host: head.headers.first(name: "host") ?? "", target: head.uri)
    }

    /// Counts and logs a page that isn't what the listener had.
    func noteDamaged(_ failure: RebuildFailure, _ request: ForwardedRequest, isRepeated: Bool) {
        statistics.counters.hashFailures += 1
        observations?.failed(
            ObservedFailure(.damage, site: request.authority, target: request.target, what: failure.message))
        let what = isRepeated ? "the page is asked for again, whole" : "the page is given up"
        logger.error("\(words(request)): \(failure.message); \(what)")
    }

    /// Counts and logs a failure; returns the number that its line in the log has.
    func note(_ failure: ExchangeFailure, _ request: ForwardedRequest) -> String {
        switch failure.cause {
        case .origin, .badAnswer: statistics.counters.originErrors += 1
        case .originTimeout: statistics.counters.originTimeouts += 1
        case .badRequest: statistics.counters.requestsRefused += 1
        case .link, .overloaded: statistics.counters.linkErrors += 1
        }
        observations?.failed(
            ObservedFailure(
                .cause(failure.cause), site: request.authority, target: request.target, what: failure.message))
        let number = ErrorPage.newNumber()
        logger.error("\(number): \(failure.cause.status) for \(words(request)): \(failure.message)")
        return number
    }

    /// Counts and logs a refusal.
    ///
    /// - Parameters:
    ///   - refusal: What the client is told.
    ///   - what: The request, as the log tells it.
    ///   - site: The host that was asked for; empty where none is known.
    ///   - target: The target, as the client wrote it.
    /// - Returns: The number that its line in the log has.
    func note(_ refusal: Refusal, _ what: String, site: String, target: String) -> String {
        statistics.counters.requestsRefused += 1
        observations?.failed(
            ObservedFailure(.refusal(Int(refusal.status.code)), site: site, target: target, what: refusal.reason))
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
        switch record.crossing {
        case .delta, .normal, .stream: statistics.counters.answerBytes += record.pageBytes
        case .direct, .none: break
        }
        let total = NIODeadline.now() - record.started
        statistics.latencies.request.record(total)
        if let origin = record.originTime { statistics.latencies.origin.record(origin) }
        statistics.counters.count(record.crossing)
        if case .normal = record.crossing { statistics.counters.pageBytes += record.pageBytes }
        observations?.finished(
            ObservedRequest(
                site: record.host, target: record.target, status: record.status, crossing: record.crossing,
                pageBytes: record.pageBytes, linkBytes: record.linkBytes, gzip: record.gzip, total: total,
                ended: record.started + total, source: record.source))
        guard let accessLog else { return }
        accessLog.write(
            AccessLine(
                client: record.client, method: record.method, host: record.host, target: record.target,
                status: record.status, clientBytes: record.bodyBytes, linkBytes: record.linkBytes,
                crossing: record.crossing, originTime: record.originTime, totalTime: total,
                connection: record.connection == 0 ? "-" : String(record.connection, radix: 16),
                trace: record.trace))
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
    let linkTLS: CurrentLinkTLS
    /// The sender's event loops, in the order of their places.
    let eventLoops: [ObjectIdentifier]
    let rebuilders: RebuilderThreads
    let linkReports = LinkReports()
    let classKey: SymmetricKey
    let statistics: Statistics
    let logger: Logger
    let logOutput: LogOutput
    let version: String
    let places: SenderPlaces
    let memory: MemoryCeiling
    /// The most lanes of one event loop that one listener may have opened.
    var lanesOfListener = 64
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

    func place(of loop: any EventLoop) -> (number: Int, count: Int) {
        guard let index = eventLoops.firstIndex(of: ObjectIdentifier(loop)) else {
            preconditionFailure("an event loop without a place")
        }
        return (index + 1, eventLoops.count)
    }
}
