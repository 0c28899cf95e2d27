import Exchange
import Link
import NIOCore

/// The listeners that may answer for a site, each over a lane of this event loop.
final class ListenerGroup {
    let name: String
    let dialers: [LinkDialer]
    /// Exchanges that wait for a lane.
    private var waiting: [ObjectIdentifier: SenderExchange] = [:]

    init(name: String, dialers: [LinkDialer]) {
        self.name = name
        self.dialers = dialers
    }

    func start() { for dialer in dialers { dialer.start() } }

    func stop() { for dialer in dialers { dialer.stop() } }

    /// Lets an exchange wait for a lane; ``SenderExchange/laneOpened()`` follows, unless ``forget(_:)`` does.
    func wait(_ exchange: SenderExchange) { waiting[ObjectIdentifier(exchange)] = exchange }

    func forget(_ exchange: SenderExchange) { waiting[ObjectIdentifier(exchange)] = nil }

    /// A lane is open: who waited goes on.
    func laneOpened() {
        let exchanges = waiting
        waiting = [:]
        for exchange in exchanges.values { exchange.laneOpened() }
    }

    /// Whether the first attempt at each lane has come to an end, well or not.
    var isSettled: Bool { dialers.allSatisfy { $0.lane != nil || $0.lastError != nil } }

    /// A lane that takes requests: the one with the fewest of them.
    var lane: Lane? {
        var best: Lane?
        for dialer in dialers {
            guard let lane = dialer.lane, lane.isOpen, lane.streamCount < best?.streamCount ?? .max else { continue }
            best = lane
        }
        return best
    }

    /// Whether a lane is open.
    var isAvailable: Bool { dialers.contains { $0.lane?.isOpen == true } }

    /// Why there is no lane, for everyone to read in the `Railgun` header.
    var unavailability: String {
        isAvailable
            ? "all lanes are full" : dialers.contains { $0.lastError != nil } ? "no link" : "the link is opening"
    }

    /// The same for the log: with addresses.
    var unavailabilityInDetail: String {
        dialers.compactMap { dialer in dialer.lastError.map { "\(dialer.address): \($0.message)" } }.first
            ?? unavailability
    }

    /// For the statistics.
    var lanes: [LaneSummary] {
        dialers.map { LaneSummary(address: $0.address.description, lane: $0.lane, error: $0.lastError) }
    }
}
