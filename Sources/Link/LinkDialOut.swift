import Exchange
import NIOConcurrencyHelpers
package import NIOCore
import NIOPosix

/// Keeps the link from a listener to one sender up, by connections that the listener opens: one for each of the sender's
/// event loops.
///
/// Safe to use from any thread. Each lane stays on the event loop that opened it; the loops take turns.
package final class LinkDialOut: Sendable {
    /// What happens to the link as a whole, for the log.
    package enum Event: Sendable {
        /// The sender serves a connection.
        case opened
        /// An attempt failed, or the sender refuses this listener. Told once for each reason, until the link is up again.
        case failed(LinkError, retryIn: TimeAmount)
    }

    private struct State {
        var places = DialedPlaces()
        /// What lanes that count began with.
        var tls: LinkTLS?
        var backOff = BackOff()
        var lanes: [Int: NIOLoopBound<Lane>] = [:]
        /// What was said of failures since the link was up.
        var said: Set<String> = []
        var isPausing = false
        var isStopped = false
    }

    private let address: LinkDialer.Address
    private let tls: CurrentLinkTLS
    private let group: any EventLoopGroup
    private let owner: @Sendable (any EventLoop) -> any LaneOwner
    private let report: @Sendable (Event) -> Void
    private let state = NIOLockedValueBox(State())

    /// Describes the link.
    ///
    /// - Parameters:
    ///   - address: The sender's `wan.listen`; a name is looked up at each attempt.
    ///   - tls: Looked at for each connection.
    ///   - group: Whose event loops have the lanes.
    ///   - owner: Who keeps the lanes of an event loop; called there.
    ///   - report: Called on any of them.
    package init(
        _ address: LinkDialer.Address, tls: CurrentLinkTLS, on group: any EventLoopGroup,
        owner: @escaping @Sendable (any EventLoop) -> any LaneOwner, report: @escaping @Sendable (Event) -> Void
    ) {
        (self.address, self.tls, self.group, self.owner, self.report) = (address, tls, group, owner, report)
    }

    /// Opens the connections, and keeps them open until ``stop()``.
    ///
    /// Again when there is another certificate, or other rules for the sender's: lanes that break them end; each lane drains once one with that is in its place.
    package func start() {
        let current = tls.withLockedValue { $0 }
        let lanes = state.withLockedValue { state in
            if state.tls?.context !== current?.context { state.places.replaceAll() }
            defer { state.tls = current }
            return state.tls === current ? [] : Array(state.lanes.values)
        }
        for lane in lanes { lane.eventLoop.execute { lane.value.enforce(current?.peers) } }
        dial()
    }

    /// Opens nothing more; what is under way finishes.
    package func stop() {
        let lanes = state.withLockedValue { state in
            state.isStopped = true
            return state.lanes.values
        }
        for lane in lanes { drain(lane) }
    }

    private func dial() {
        let connections = state.withLockedValue { state in
            state.isStopped || state.isPausing ? [] : state.places.dial()
        }
        for connection in connections { connect(connection, on: group.next()) }
    }

    private func connect(_ connection: Int, on eventLoop: any EventLoop) {
        let (tls, keeper, host) = (tls.withLockedValue { $0 }, owner, address.host)
        LinkSocket.set(ClientBootstrap(group: eventLoop))
            .connectTimeout(Lane.usualStartTimeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let owner = DialedLane(connection, of: self, keeper: keeper(channel.eventLoop))
                    let lane = Lane(role: .listener, settings: .forListener(), owner: owner)
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(WireCounter(lane))
                    if let tls { try pipeline.addHandlers(tls.handlers(dialing: host)) }
                    try pipeline.addHandler(lane)
                }
            }
            .connect(to: address.host, port: address.port, on: eventLoop)
            .whenFailure { self.ended(connection, LinkError(connecting: self.address, $0)) }
    }

    private func drain(_ lane: NIOLoopBound<Lane>) { lane.eventLoop.execute { lane.value.drain() } }

    // MARK: for lanes

    /// Who may be at the other end now.
    fileprivate var rules: PeerRules? { tls.withLockedValue { $0 }?.peers }

    /// Whether a lane is needed; one that it replaces drains.
    fileprivate func opened(_ connection: Int, _ lane: NIOLoopBound<Lane>, place: Int, of count: Int) -> Bool {
        let (isKept, old) = state.withLockedValue { state -> (Bool, NIOLoopBound<Lane>?) in
            guard !state.isStopped, case .keep(let old) = state.places.opened(connection, place: place, of: count)
            else { return (false, nil) }
            state.lanes[connection] = lane
            return (true, old.flatMap { state.lanes[$0] })
        }
        if let old { drain(old) }
        if !isKept { pause(for: nil) }
        return isKept
    }

    /// The sender answers on a lane.
    fileprivate func proved() {
        state.withLockedValue { state in
            state.places.proved()
            state.backOff.reset()
            state.said = []
        }
        report(.opened)
        dial()
    }

    /// The sender asks for another lane in the place of this one, which goes on.
    fileprivate func replace(_ connection: Int) {
        state.withLockedValue { $0.places.ended(connection, hasFailed: false) }
        dial()
    }

    /// A lane is over; with an error where it was of no use.
    fileprivate func ended(_ connection: Int, _ error: LinkError?) {
        state.withLockedValue { state in
            state.places.ended(connection, hasFailed: error != nil)
            state.lanes[connection] = nil
        }
        pause(for: error)
    }

    /// Waits for a moment before the next attempt.
    private func pause(for error: LinkError?) {
        let (pause, isNews) = state.withLockedValue { state -> (TimeAmount?, Bool) in
            guard !state.isStopped, !state.isPausing else { return (nil, false) }
            state.isPausing = true
            // A peer that says something else each time shall not fill the memory.
            let isNews = error.map { state.said.count < 16 && state.said.insert($0.message).inserted } ?? false
            return (state.backOff.pause(), isNews)
        }
        guard let pause else { return }
        if let error, isNews { report(.failed(error, retryIn: pause)) }
        group.any().scheduleTask(in: pause) {
            self.state.withLockedValue { $0.isPausing = false }
            self.dial()
        }
    }
}

/// One connection of a ``LinkDialOut``; hands on what the lane's keeper has to know.
private final class DialedLane: LaneOwner {
    private let connection: Int
    private let link: LinkDialOut
    private let keeper: any LaneOwner
    private var isKept = false
    private var isProved = false
    private var isSurplus = false

    init(_ connection: Int, of link: LinkDialOut, keeper: any LaneOwner) {
        (self.connection, self.link, self.keeper) = (connection, link, keeper)
    }

    func laneOpened(_ lane: Lane) {
        let settings = lane.peerSettings
        guard settings.placeCount > 0 else { return lane.refuse("this end is an rg-listener, and so is the other one") }
        guard let loop = lane.eventLoop, lane.enforce(link.rules) else { return }  // a reload may have come meanwhile
        isKept = link.opened(
            connection, NIOLoopBound(lane, eventLoop: loop), place: settings.place, of: settings.placeCount)
        guard isKept else {
            isSurplus = true
            return lane.drain()  // what the sender sent meanwhile is answered
        }
        keeper.laneOpened(lane)
        lane.ping()
    }

    func laneDrains(_ lane: Lane) {
        guard isKept else { return }
        link.replace(connection)
        keeper.laneDrains(lane)
    }

    func laneClosed(_ lane: Lane, _ error: LinkError) {
        guard !isSurplus else { return }
        if isKept { keeper.laneClosed(lane, error) }
        link.ended(connection, isProved ? nil : error)
    }

    func lane(_ lane: Lane, measured roundTrip: TimeAmount) {
        if !isProved, isKept {
            isProved = true
            link.proved()
        }
        keeper.lane(lane, measured: roundTrip)
    }

    func lane(_ lane: Lane, carried bytes: WireBytes) { keeper.lane(lane, carried: bytes) }

    func lane(
        _ lane: Lane, opened stream: LinkStream, _ request: LinkRequest, end: Bool
    ) -> (any LinkRequestReceiver)? { keeper.lane(lane, opened: stream, request, end: end) }
}
