import NIOCore

/// How many requests a sender may take back on one lane: all that it may have at once twice, and then so many a second.
///
/// Each costs the listener a request to an origin and its end, and the sender a few bytes.
struct ResetBudget {
    static let burst = 8192
    static let perSecond = 500

    private var left = Self.burst
    private var refilled: NIODeadline?

    /// Counts one; `false` where it is one too many.
    mutating func take(at now: NIODeadline) -> Bool {
        let since = refilled.map { (now - $0).nanoseconds } ?? 0
        let grown = since / (1_000_000_000 / Int64(Self.perSecond))
        if refilled == nil || grown > 0 {
            left = Int(min(Int64(Self.burst), Int64(left) + grown))
            refilled = now
        }
        guard left > 0 else { return false }
        left -= 1
        return true
    }
}
