import NIOCore
import Operations

/// Whose turn it is among the origins of a site, on one event loop.
struct OriginRotation: Sendable {
    /// What each has been owed so far, in the unit of weights.
    private var credits: [Int] = []

    /// Chooses by smooth weighted round robin, as nginx does: in any row of as many choices as the weights add up to,
    /// each place has as many as its weight, spread evenly.
    ///
    /// - Parameter weights: One for each place; 0 for one that is not to be chosen.
    /// - Returns: `nil` where all are 0.
    mutating func next(weights: [Int]) -> Int? {
        if credits.count != weights.count { credits = Array(repeating: 0, count: weights.count) }
        var best: Int?
        for (place, weight) in weights.enumerated() where weight > 0 {
            credits[place] += weight
            if let leader = best, credits[leader] >= credits[place] { continue }
            best = place
        }
        if let best { credits[best] -= weights.reduce(0, +) }
        return best
    }

    /// Chooses one that is well, or whose turn it is to show that it is.
    ///
    /// Backups only where no other one is well; and where none is at all, any: better a slow answer than none.
    ///
    /// - Parameters:
    ///   - origins: Those of the site.
    ///   - conditions: One for each of them.
    ///   - tried: Places that are out of question.
    ///   - isRepeatable: Whether the request could go elsewhere if it got no answer.
    ///   - now: The time of the request.
    ///   - settings: What the conditions were made with.
    /// - Returns: A place; `nil` where all have been tried.
    mutating func choose(
        among origins: [MappedOrigin], _ conditions: [OriginCondition], tried: [Int], isRepeatable: Bool,
        _ now: NIODeadline, _ settings: OriginHealthSettings
    ) -> Int? {
        for isBackup in [false, true] {
            let places = origins.indices.filter { origins[$0].isBackup == isBackup && !tried.contains($0) }
            let due = places.first { conditions[$0].isDue(now, settings, isRepeatable: isRepeatable) }
            if let due { return due }
            var weights = Array(repeating: 0, count: origins.count)
            for place in places { weights[place] = origins[place].weight * conditions[place].share(now, settings) }
            if let well = next(weights: weights) { return well }
        }
        for isBackup in [false, true] {
            var weights = Array(repeating: 0, count: origins.count)
            for place in origins.indices where origins[place].isBackup == isBackup && !tried.contains(place) {
                weights[place] = origins[place].weight * 100
            }
            if let any = next(weights: weights) { return any }
        }
        return nil
    }
}
