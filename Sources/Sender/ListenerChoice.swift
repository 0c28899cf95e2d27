import NIOCore
import Operations

/// One listener that could take a request.
struct ListenerCandidate: Sendable {
    /// How far away it is; `nil` before that was measured.
    var latency: TimeAmount?
    /// The requests that are under way there.
    var streams: Int
    /// Which share of its traffic it shall have, 0 to 1.
    var share = 1.0
    /// Since when it has been well.
    var wellSince = NIODeadline.uptimeNanoseconds(0)
    /// Whether its circuit lets a request through.
    var isAdmitted = true

    /// What another request there would cost: the time of those before it.
    var cost: Double { Self.cost(latency: latency, streams: streams) }

    /// Differences below a millisecond are chance; and who is new shall not get everything at once.
    static func cost(latency: TimeAmount?, streams: Int) -> Double {
        Double(max(latency ?? .milliseconds(100), .milliseconds(1)).nanoseconds) * Double(streams + 1)
    }
}

/// Which listener gets the next request.
///
/// `fastest` compares two that it draws at random: all that see the same figures at once would choose the same one.
/// Sources: Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001; the cost is that of Finagle's
/// "peak EWMA".
struct ListenerChoice: Sendable {
    /// For how long a better one has to be well before it gets its traffic back.
    static let patience = TimeAmount.seconds(10)

    var policy: ListenerGroupSettings.Policy
    /// The one that had the last turn.
    private var last = -1

    init(_ policy: ListenerGroupSettings.Policy) { self.policy = policy }

    /// Chooses among candidates, which are in the order of the configuration; `nil` only where there is none.
    ///
    /// Where none is well, the least bad ones are used: the choice never makes a request fail.
    mutating func next(
        among candidates: [ListenerCandidate?], using random: inout some RandomNumberGenerator
    ) -> Int? {
        let present = candidates.indices.filter { candidates[$0] != nil }
        let admitted = present.filter { candidates[$0]!.isAdmitted }
        let well = admitted.isEmpty ? present : admitted
        let lucky = well.filter {
            candidates[$0]!.share >= 1 || Double.random(in: 0..<1, using: &random) < candidates[$0]!.share
        }
        let eligible = lucky.isEmpty ? well : lucky
        guard let first = eligible.first else { return nil }
        switch policy {
        case .primary:
            guard lucky.isEmpty else { return first }
            // None has been well for long: the one that was for longest.
            return well.min { candidates[$0]!.wellSince < candidates[$1]!.wellSince }
        case .roundRobin:
            last = eligible.first { $0 > last } ?? first
            return last
        case .fastest:
            guard eligible.count > 1 else { return first }
            let one = Int.random(in: 0..<eligible.count, using: &random)
            var other = Int.random(in: 0..<eligible.count - 1, using: &random)
            if other >= one { other += 1 }
            let pair = (eligible[one], eligible[other])
            return candidates[pair.0]!.cost <= candidates[pair.1]!.cost ? pair.0 : pair.1
        }
    }
}
