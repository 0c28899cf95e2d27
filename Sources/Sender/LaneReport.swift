import Link
import NIOCore
import Operations

/// One lane of a sender at one moment, and how its listener does, for the statistics.
struct LaneReport: Sendable, Encodable {
    /// The lane itself.
    var lane: LaneSummary
    var group: String
    /// The listener, as the configuration names it: with all paths to it, or by its certificate.
    var listener: String
    var policy: ListenerGroupSettings.Policy
    /// The share of its traffic that the listener gets, 0 to 1; below 1 after failures.
    var share: Double
    /// Failures in a row.
    var failures: Int
    var circuit: LinkHealth.Circuit

    static func all(
        of link: ListenerLink, in group: ListenerGroup, policy: ListenerGroupSettings.Policy, at now: NIODeadline
    ) -> [LaneReport] {
        var lanes = link.dialers.map {
            LaneSummary(address: $0.address.description, lane: $0.lane, error: $0.lastError)
        }
        lanes += link.accepted.map { LaneSummary(address: $0.peerName, lane: $0) }
        if lanes.isEmpty { lanes = [LaneSummary(address: "not connected", lane: nil)] }
        let share = link.health.share(at: now, patience: policy == .primary ? ListenerChoice.patience : .zero)
        return lanes.map {
            LaneReport(
                lane: $0, group: group.name, listener: link.name, policy: policy,
                share: (share * 100).rounded() / 100, failures: link.health.failures, circuit: link.health.circuit)
        }
    }

    /// For the dashboard.
    var state: Overview.LinkState {
        var state = lane.linkState
        state.peer = lane.address == listener ? listener : "\(listener) (\(lane.address))"
        if state.isWell, circuit == .open {
            (state.state, state.isWell) = ("open, but passed over after failures", false)
        }
        return state
    }

    private enum Key: CodingKey { case group, listener, policy, share, failures, circuit }

    /// As one flat object.
    func encode(to encoder: any Encoder) throws {
        try lane.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(group, forKey: .group)
        try container.encode(listener, forKey: .listener)
        try container.encode(policy, forKey: .policy)
        try container.encode(share, forKey: .share)
        try container.encode(failures, forKey: .failures)
        try container.encode(circuit, forKey: .circuit)
    }
}
