import Exchange
import Link
import NIOCore

/// A lane that a listener opened: belongs to the group that the listener's certificate is named in.
final class AcceptedLane: LaneOwner {
    private let worker: SenderWorker
    private let channel: any Channel
    private var link: ListenerLink?
    private var isRefused = false

    init(_ channel: any Channel, worker: SenderWorker) { (self.channel, self.worker) = (channel, worker) }

    func laneOpened(_ lane: Lane) {
        guard lane.laneID != 0 else { return refuse(lane, "this end is an rg-sender, and so is the other one") }
        let rules = worker.settings.linkTLS?.peers
        guard lane.enforce(rules) else { return }  // a reload may have come since it was accepted
        let names = rules.flatMap { rules in channel.peerCertificate.map(rules.identities) }
        guard let (group, link) = worker.link(forCertificate: names) else {
            let whose = names?.first.map { "the certificate of \($0)" } ?? "a listener without a certificate"
            return refuse(lane, "no group of this rg-sender names \(whose): see listeners.dialed")
        }
        guard link.accepted.count < worker.lanesOfListener else {
            return refuse(lane, "\(link.name) has \(link.accepted.count) connections to one event loop already")
        }
        self.link = link
        link.accept(lane)
        worker.accepted(lane, over: link, in: group)
    }

    private func refuse(_ lane: Lane, _ words: String) {
        isRefused = true
        worker.refused(lane, words)
        lane.refuse(words)
    }

    func laneDrains(_ lane: Lane) { link?.draining(lane) }

    func laneClosed(_ lane: Lane, _ error: LinkError) {
        link?.closed(lane)
        if !isRefused { worker.lost(lane, over: link, error) }
    }

    func lane(_ lane: Lane, measured roundTrip: TimeAmount) { worker.noteLink(roundTrip: roundTrip) }

    func lane(_ lane: Lane, carried bytes: WireBytes) { worker.noteLink(carried: bytes) }

    func lane(
        _ lane: Lane, opened stream: LinkStream, _ request: LinkRequest, end: Bool
    ) -> (any LinkRequestReceiver)? {
        nil  // a lane of a sender refuses requests before it asks
    }
}
