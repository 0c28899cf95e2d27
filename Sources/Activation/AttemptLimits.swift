import NIOCore

/// How often activation may be tried, in each minute: by one address, and by all together.
///
/// Tokens can't be guessed; this bounds what it costs that somebody tries.
package struct AttemptLimits {
    private let (ofOne, ofAll): (Int, Int)
    private var began: NIODeadline?
    private var counts: [String: Int] = [:]
    private var total = 0
    /// Whether it was told that all together tried too often.
    private var isFullSaid = false

    package init(ofOne: Int = 10, ofAll: Int = 200) { (self.ofOne, self.ofAll) = (ofOne, ofAll) }

    /// What becomes of an attempt.
    enum Verdict: Equatable {
        case allowed
        /// It is one too many; news where it is the first such one of an address, and one of few.
        case refused(isNews: Bool)
    }

    /// Counts an attempt.
    ///
    /// The addresses of a minute are at most as many as attempts that are allowed.
    mutating func attempt(by address: String, at now: NIODeadline) -> Verdict {
        if began.map({ now - $0 >= .minutes(1) }) ?? true {
            (began, counts, total, isFullSaid) = (now, [:], 0, false)
        }
        guard total < ofAll else {
            defer { isFullSaid = true }
            return .refused(isNews: !isFullSaid)
        }
        let count = counts[address, default: 0]
        guard count < ofOne else {
            counts[address] = ofOne + 1
            return .refused(isNews: count == ofOne)
        }
        total += 1
        counts[address] = count + 1
        return .allowed
    }
}
