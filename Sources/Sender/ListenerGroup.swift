import Exchange
import Link
import NIOCore
import Operations

/// The listeners that may answer for a site, each over lanes of this event loop.
final class ListenerGroup {
    let name: String
    private(set) var links: [ListenerLink] = []
    private var choice = ListenerChoice(.fastest)
    private var random = SystemRandomNumberGenerator()
    /// Exchanges that wait for a lane.
    private var waiting: [ObjectIdentifier: SenderExchange] = [:]
    private var isStarted = false
    private let eventLoop: any EventLoop
    private let openLanes: LaneCollection
    private let report: (LinkDialer, LinkDialer.Event) -> Void

    /// Describes a group without listeners; `openLanes` gets its lanes, and `report` hears of each event of a link.
    init(
        name: String, eventLoop: any EventLoop, openLanes: LaneCollection,
        report: @escaping (LinkDialer, LinkDialer.Event) -> Void
    ) {
        self.openLanes = openLanes
        (self.name, self.eventLoop, self.report) = (name, eventLoop, report)
    }

    /// Takes other settings: listeners that stay keep their lanes, those that go finish what they have.
    func update(_ settings: ListenerGroupSettings, tls: LinkTLS?, startTimeout: TimeAmount) {
        choice.policy = settings.policy
        var before = links
        let wanted =
            settings.listeners.map(ListenerLink.Listener.at)
            + settings.dialed.map { .dialing(certificate: $0) }
        links = wanted.map { listener in
            let link =
                before.firstIndex { $0.listener.isSame(as: listener) }.map { before.remove(at: $0) }
                ?? ListenerLink(listener, eventLoop: eventLoop, openLanes: openLanes, report: report)
            let fresh = link.update(listener, tls: tls, startTimeout: startTimeout)
            if isStarted { for dialer in fresh { dialer.start() } }
            return link
        }
        for link in before { link.stop() }
    }

    func start() {
        isStarted = true
        for link in links { for dialer in link.dialers { dialer.start() } }
    }

    /// Opens nothing more; who waits for a lane looks for another way.
    func stop() {
        for link in links { link.stop() }
        links = []
        laneOpened()
    }

    /// Asks listeners that opened their lanes themselves for others.
    func replaceAccepted() { for link in links { link.replaceAccepted() } }

    /// Lets an exchange wait for a lane; ``SenderExchange/laneOpened()`` follows, unless ``forget(_:)`` does.
    func wait(_ exchange: SenderExchange) { waiting[ObjectIdentifier(exchange)] = exchange }

    func forget(_ exchange: SenderExchange) { waiting[ObjectIdentifier(exchange)] = nil }

    /// A lane is open: who waited goes on.
    func laneOpened() {
        let exchanges = waiting
        waiting = [:]
        for exchange in exchanges.values { exchange.laneOpened() }
    }

    /// The listener that dials with a certificate of this name.
    func link(dialing certificate: String) -> ListenerLink? {
        links.first { $0.listener == .dialing(certificate: certificate) }
    }

    /// The first listener that may dial at all.
    var dialingLink: ListenerLink? {
        links.first { if case .dialing = $0.listener { true } else { false } }
    }

    /// Whether the first attempt at each lane has come to an end, well or not.
    var isSettled: Bool {
        links.allSatisfy { link in
            switch link.listener {
            case .at: link.dialers.allSatisfy { $0.lane != nil || $0.lastError != nil }
            case .dialing: !link.accepted.isEmpty
            }
        }
    }

    /// Sends a request to the listener that the policy chooses, and to another one where that has no room; `nil` where no
    /// lane takes it.
    ///
    /// Where a lane just failed the request, another listener is better, or at least another lane.
    func open(
        _ request: LinkRequest, receiver: any AnswerReceiver, avoiding failed: Lane?
    ) -> (stream: LinkStream, link: ListenerLink)? {
        if links.count == 1, failed == nil {
            return links[0].open(request, receiver: receiver, over: links[0].lanes).map { ($0, links[0]) }
        }
        let now = eventLoop.now
        let patience = choice.policy == .primary ? ListenerChoice.patience : .zero
        var lanes = links.map(\.lanes)
        /// The listener that the lane leads to comes last, and that lane not at all.
        var last: Int?
        if let failed, let place = links.firstIndex(where: { $0.leads(over: failed) }) {
            lanes[place].removeAll { $0 === failed }
            last = place
        }
        var candidates = links.indices.map { place in
            lanes[place].first.map { lane in
                ListenerCandidate(
                    latency: lane.latency, streams: lanes[place].reduce(0) { $0 + $1.streamCount },
                    share: links[place].health.share(at: now, patience: patience),
                    wellSince: links[place].health.since,
                    isAdmitted: links[place].health.admits(at: now))
            }
        }
        if let last { candidates[last] = nil }
        while let place = choice.next(among: candidates, using: &random) ?? last {
            if let stream = links[place].open(request, receiver: receiver, over: lanes[place]) {
                return (stream, links[place])
            }
            candidates[place] = nil
            if place == last { last = nil }
        }
        return nil
    }

    /// Whether a lane is open.
    var isAvailable: Bool { links.contains { !$0.lanes.isEmpty } }

    /// Why there is no lane, for everyone to read in the `Railgun` header.
    var unavailability: String {
        isAvailable ? "all lanes are full" : errors.isEmpty ? "the link is opening" : "no link"
    }

    /// The same for the log: with addresses.
    var unavailabilityInDetail: String {
        errors.first ?? (isAvailable ? unavailability : dialedWords ?? unavailability)
    }

    private var errors: [String] {
        links.flatMap(\.dialers).compactMap { dialer in dialer.lastError.map { "\(dialer.address): \($0.message)" } }
    }

    private var dialedWords: String? {
        dialingLink.map { "no listener with the certificate \($0.name) is connected" }
    }

    /// For the statistics.
    var lanes: [LaneReport] {
        links.flatMap { LaneReport.all(of: $0, in: self, policy: choice.policy, at: eventLoop.now) }
    }
}

extension ListenerLink.Listener {
    /// Whether both lead to the same listener, over one common path at least.
    fileprivate func isSame(as other: Self) -> Bool {
        switch (self, other) {
        case (.at(let addresses), .at(let others)): addresses.contains { others.contains($0) }
        default: self == other
        }
    }
}

extension ListenerLink {
    /// Whether a lane is one of those to this listener.
    fileprivate func leads(over lane: Lane) -> Bool {
        accepted.contains { $0 === lane } || dialers.contains { $0.keeps(lane) }
    }
}
