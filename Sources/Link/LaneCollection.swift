/// All open lanes of one event loop, those included that only finish what they have.
package final class LaneCollection {
    private var lanes: [ObjectIdentifier: Lane] = [:]

    package init() {}

    package func insert(_ lane: Lane) { lanes[ObjectIdentifier(lane)] = lane }

    package func remove(_ lane: Lane) { lanes[ObjectIdentifier(lane)] = nil }

    /// Ends lanes whose peers may not be there any more, whoever keeps them.
    package func enforce(_ rules: PeerRules?) { for lane in lanes.values { lane.enforce(rules) } }
}
