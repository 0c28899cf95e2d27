package import NIOCore

/// How often activation may be tried, in each minute: by one address, and by all together.
///
/// Tokens can't be guessed; this bounds what it costs that somebody tries.
package struct AttemptLimits {
    private let (ofOne, ofAll): (Int, Int)
    private var began: NIODeadline?
    private var counts: [String: Int] = [:]
    private var total = 0

    package init(ofOne: Int = 10, ofAll: Int = 200) { (self.ofOne, self.ofAll) = (ofOne, ofAll) }

    /// Counts an attempt; `false` where it is one too many.
    ///
    /// The addresses of a minute are at most as many as attempts that are allowed.
    package mutating func attempt(by address: String, at now: NIODeadline) -> Bool {
        if began.map({ now - $0 >= .minutes(1) }) ?? true {
            (began, counts, total) = (now, [:], 0)
        }
        guard total < ofAll, counts[address, default: 0] < ofOne else { return false }
        total += 1
        counts[address, default: 0] += 1
        return true
    }
}
