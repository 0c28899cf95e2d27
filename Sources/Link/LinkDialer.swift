import Exchange
package import NIOCore
import NIOPosix

/// Keeps one lane to one listener up: opens it at the start, and again whenever it breaks.
///
/// Confined to one event loop.
package final class LinkDialer {
    /// Where a listener is.
    package struct Address: Hashable, Sendable, CustomStringConvertible {
        package var host: String
        package var port: Int

        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    /// What happens to the link, for log and statistics.
    package enum Event: Sendable {
        case opened(laneID: UInt64)
        case lost(LinkError, retryIn: TimeAmount)
        case carried(WireBytes)
        /// A ping was answered after this time.
        case measured(TimeAmount)
    }

    package let address: Address
    private var tls: LinkTLS?
    private let eventLoop: any EventLoop
    private var startTimeout: TimeAmount
    private let lanes: LaneCollection
    private let report: (Event) -> Void
    /// The lane that takes requests; `nil` while there is none.
    package private(set) var lane: Lane?
    /// Why there is no lane.
    package private(set) var lastError: LinkError?
    /// Lanes that finish what they have.
    private var retired: [ObjectIdentifier: Lane] = [:]
    private enum Phase { case new, running, stopped }
    private var phase = Phase.new
    private var backOff = BackOff()
    private var isDialing = false
    /// With what the latest attempt began.
    private var dialedWith: LinkTLS?
    /// Whether the lane began with another certificate than the one that counts now: a fresh one shall take over.
    private var isStale = false
    private var retry: Scheduled<Void>?

    /// Describes the link; `lanes` gets those that are open, and `report` is called on the event loop.
    package init(
        _ address: Address, tls: LinkTLS?, eventLoop: any EventLoop,
        startTimeout: TimeAmount = Lane.usualStartTimeout, lanes: LaneCollection = LaneCollection(),
        report: @escaping (Event) -> Void
    ) {
        self.lanes = lanes
        self.startTimeout = startTimeout
        self.address = address
        self.tls = tls
        self.eventLoop = eventLoop
        self.report = report
    }

    /// Opens the lane, and keeps it open until ``stop()``.
    package func start() {
        eventLoop.preconditionInEventLoop()
        phase = .running
        dial()
    }

    /// Finishes what is under way, and opens nothing more.
    package func stop() {
        phase = .stopped
        retry?.cancel()
        if let lane { retire(lane) }
    }

    /// Takes other settings for lanes to come.
    ///
    /// A lane whose peer may not be there any more ends at once. With another certificate the lane is replaced: it takes requests until the fresh one is there, then it drains.
    package func update(tls: LinkTLS?, startTimeout: TimeAmount) {
        self.startTimeout = startTimeout
        guard tls !== self.tls else { return }
        let isAnew = tls?.context !== self.tls?.context
        self.tls = tls
        for lane in retired.values { lane.enforce(tls?.peers) }
        lane?.enforce(tls?.peers)
        isStale = isStale || isAnew && lane != nil
        dial()
    }

    private func dial() {
        guard phase == .running, !isDialing, retry == nil, lane == nil || isStale else { return }
        isDialing = true
        dialedWith = tls
        let (tls, address, startTimeout) = (tls, address, startTimeout)
        let dialer = NIOLoopBound(self, eventLoop: eventLoop)
        LinkSocket.set(ClientBootstrap(group: eventLoop))
            .connectTimeout(startTimeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Of a name with several addresses each is tried on a channel of its own.
                    let lane = Lane(
                        role: .sender, settings: .forSender(), owner: dialer.value, startTimeout: startTimeout)
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(WireCounter(lane))
                    if let tls { try pipeline.addHandlers(tls.handlers(dialing: address.host)) }
                    try pipeline.addHandler(lane)
                }
            }
            .connect(to: address.host, port: address.port, on: eventLoop)
            .assumeIsolatedUnsafeUnchecked()
            .whenFailure { error in dialer.value.failed(LinkError(connecting: address, error)) }
    }

    /// Whether a lane is the one that takes requests, or one that finishes what it has.
    package func keeps(_ lane: Lane) -> Bool { lane === self.lane || retired[ObjectIdentifier(lane)] != nil }

    private func retire(_ lane: Lane) {
        self.lane = nil
        retired[ObjectIdentifier(lane)] = lane
        lane.drain()
    }
}

extension LinkDialer: LaneOwner {
    package func laneOpened(_ lane: Lane) {
        isDialing = false
        guard phase != .stopped else { return lane.close() }
        guard lane.enforce(tls?.peers) else { return }  // a reload may have come since it was dialed
        guard lane.peerSettings.placeCount == 0 else {
            return lane.refuse("this end is an rg-sender, and so is the other one")
        }
        backOff.reset()
        lastError = nil
        if let old = self.lane { retire(old) }
        self.lane = lane
        lanes.insert(lane)
        isStale = dialedWith?.context !== tls?.context
        lane.ping()  // how far away the listener is counts from the first request on
        report(.opened(laneID: lane.laneID))
        dial()
    }

    package func laneDrains(_ lane: Lane) {
        guard lane === self.lane else { return }
        self.lane = nil
        retired[ObjectIdentifier(lane)] = lane
        dial()
    }

    package func laneClosed(_ lane: Lane, _ error: LinkError) {
        lanes.remove(lane)
        if retired.removeValue(forKey: ObjectIdentifier(lane)) != nil { return }
        if lane === self.lane {
            self.lane = nil
            // The one that shall replace it may be on its way.
            guard !isDialing else { return report(.lost(error, retryIn: .zero)) }
        }
        failed(error)
    }

    /// There is no lane now, or none with the certificate that counts; another attempt follows.
    private func failed(_ error: LinkError) {
        isDialing = false
        guard phase != .stopped, lane == nil || isStale, retry == nil else { return }
        lastError = error
        let pause = backOff.pause()
        report(.lost(error, retryIn: pause))
        retry = eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: pause) {
            self.retry = nil
            self.dial()
        }
    }

    package func lane(_ lane: Lane, measured roundTrip: TimeAmount) { report(.measured(roundTrip)) }

    package func lane(_ lane: Lane, carried bytes: WireBytes) { report(.carried(bytes)) }

    package func lane(
        _ lane: Lane, opened stream: LinkStream, _ request: LinkRequest, end: Bool
    ) -> (any LinkRequestReceiver)? {
        nil  // a lane of a sender refuses requests before it asks
    }
}
