import Credentials
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
        guard let (group, link) = worker.link(forCertificate: names) else {
            let whose = names?.first.map { "the certificate of \($0)" } ?? "a listener without a certificate"
            return refuse(lane, "no group of this rg-sender names \(whose): see listeners.dialed")
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

    /// The names in the other end's certificate, in lower case; `nil` without TLS.
    private var names: [String]? {
        channel.peerCertificate.map { bytes in
            let certificate = try? CertificateSummary(derBytes: bytes)
            let all = (certificate?.names ?? []) + [certificate?.commonName].compactMap { $0 }
            return all.map { $0.lowercased() }
        }
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
