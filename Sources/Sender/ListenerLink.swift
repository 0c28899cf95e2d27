import Exchange
import Link
import NIOCore
import Operations

/// One listener of a group, as one event loop sees it: its lanes, over one path or several, and how it did lately.
final class ListenerLink {
    /// Which listener this is: one that is dialed at its addresses, or whoever dials with a certificate of this name.
    enum Listener: Hashable {
        case at(ListenerGroupSettings.Listener)
        case dialing(certificate: String)
    }

    private(set) var listener: Listener
    private(set) var dialers: [LinkDialer] = []
    /// Lanes that the listener opened itself.
    private(set) var accepted: [Lane] = []
    /// Those of them that shall be replaced.
    private var stale: Set<ObjectIdentifier> = []
    private(set) var health = LinkHealth()
    private var upPaths: Set<LinkDialer.Address> = []
    private let eventLoop: any EventLoop
    private let openLanes: LaneCollection
    private let report: (LinkDialer, LinkDialer.Event) -> Void

    /// Describes a link; `report` hears of each event of its dialers, after ``health`` did.
    init(
        _ listener: Listener, eventLoop: any EventLoop, openLanes: LaneCollection,
        report: @escaping (LinkDialer, LinkDialer.Event) -> Void
    ) {
        self.openLanes = openLanes
        (self.listener, self.eventLoop, self.report) = (listener, eventLoop, report)
    }

    /// For log and statistics.
    var name: String {
        switch listener {
        case .at(let addresses): addresses.map(\.description).joined(separator: "|")
        case .dialing(let certificate): certificate
        }
    }

    // MARK: lanes

    /// Takes other settings; lanes over paths that stay do too.
    ///
    /// - Returns: The dialers that are new.
    func update(_ listener: Listener, tls: LinkTLS?, startTimeout: TimeAmount) -> [LinkDialer] {
        self.listener = listener
        guard case .at(let addresses) = listener else { return [] }
        let wanted = addresses.map { LinkDialer.Address(host: $0.host, port: $0.port) }
        for dialer in dialers where !wanted.contains(dialer.address) { dialer.stop() }
        let before = dialers
        var fresh: [LinkDialer] = []
        dialers = wanted.map { address in
            if let dialer = before.first(where: { $0.address == address }) {
                dialer.update(tls: tls, startTimeout: startTimeout)
                return dialer
            }
            let dialer = LinkDialer(
                address, tls: tls, eventLoop: eventLoop, startTimeout: startTimeout, lanes: openLanes
            ) { [weak self] event in self?.changed(address, event) }
            fresh.append(dialer)
            return dialer
        }
        return fresh
    }

    /// Opens nothing more; what is under way finishes.
    ///
    /// A listener that dials may belong to another group now: it opens lanes there, however long this takes.
    func stop() {
        for dialer in dialers { dialer.stop() }
        replaceAccepted()
        for lane in accepted { lane.drain() }
        accepted = []
    }

    private func changed(_ address: LinkDialer.Address, _ event: LinkDialer.Event) {
        guard let dialer = dialers.first(where: { $0.address == address }) else { return }
        switch event {
        case .opened:
            upPaths.insert(address)
            health.up(at: eventLoop.now)
        case .lost:
            noteLoss(wasUp: upPaths.remove(address) != nil)
        case .carried, .measured: break
        }
        report(dialer, event)
    }

    private func noteLoss(wasUp: Bool) {
        guard lanes.isEmpty else { return }
        if wasUp { health.failed(at: eventLoop.now) }
        health.down()
    }

    /// The listener opened a lane: it takes requests, in place of one that was to be replaced.
    func accept(_ lane: Lane) {
        for old in accepted where stale.contains(ObjectIdentifier(old)) { leave(old) { old.drain() } }
        accepted.append(lane)
        openLanes.insert(lane)
        health.up(at: eventLoop.now)
        lane.ping()
    }

    /// A lane that the listener opened takes no more requests.
    func draining(_ lane: Lane) { leave(lane) {} }

    /// A lane that the listener opened is over.
    func closed(_ lane: Lane) {
        openLanes.remove(lane)
        leave(lane) { noteLoss(wasUp: true) }
    }

    private func leave(_ lane: Lane, _ then: () -> Void) {
        stale.remove(ObjectIdentifier(lane))
        guard let place = accepted.firstIndex(where: { $0 === lane }) else { return }
        accepted.remove(at: place)
        then()
    }

    /// Asks for another lane in place of each that the listener opened.
    func replaceAccepted() {
        for lane in accepted where stale.insert(ObjectIdentifier(lane)).inserted { lane.askForReplacement() }
    }

    /// Lanes that take requests, the best one first: over whichever path is the fastest.
    var lanes: [Lane] {
        var open: [Lane] = []  // made for each request
        for dialer in dialers { if let lane = dialer.lane, lane.isOpen { open.append(lane) } }
        for lane in accepted where lane.isOpen { open.append(lane) }
        guard open.count > 1 else { return open }
        return open.sorted {
            ListenerCandidate.cost(latency: $0.latency, streams: $0.streamCount)
                < ListenerCandidate.cost(latency: $1.latency, streams: $1.streamCount)
        }
    }

    /// Sends a request over the first of these lanes that has room.
    func open(_ request: LinkRequest, receiver: any AnswerReceiver, over lanes: [Lane]) -> LinkStream? {
        for lane in lanes {
            guard let stream = lane.open(request, receiver: receiver) else { continue }
            health.chosen(at: eventLoop.now)
            return stream
        }
        return nil
    }

    // MARK: how it does

    /// An answer came over one of the lanes.
    func answered() { health.answered(at: eventLoop.now) }

    /// A request failed because of a lane that is open still, or was refused.
    func failed() { health.failed(at: eventLoop.now) }
}
