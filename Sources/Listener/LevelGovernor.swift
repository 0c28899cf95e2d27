/// How much work a delta may take.
enum EncodingEffort: Int, CaseIterable, Sendable, Comparable {
    /// As little as makes sense.
    case fast
    /// A fifth of the usual time.
    case moderate
    /// The usual: deltas as small as a millisecond makes them.
    case thorough

    static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// Lowers the effort for deltas while processor time is short, and raises it again.
///
/// It falls a step after half a second of shortage, and rises a step after five seconds without; where that was too
/// early, it waits for twice as long the next time, up to a minute.
struct LevelGovernor {
    /// What was measured in the last ``LevelGovernor/interval``.
    struct Load {
        /// Processor time of this process, as a share of all that this machine has.
        var processorShare: Double
        /// How late an event loop was at the most.
        var lag: Duration
        /// Pages that wait to be encoded, as a share of those that may.
        var queueShare: Double

        var isHigh: Bool { processorShare > 0.85 || lag > .milliseconds(20) || queueShare > 0.5 }
        var isLow: Bool { processorShare < 0.6 && lag < .milliseconds(5) && queueShare < 0.1 }
    }

    static let interval = Duration.milliseconds(250)
    private static let highBeforeFall = 2, lowBeforeRise = 20, mostLowBeforeRise = 240

    private(set) var effort = EncodingEffort.thorough
    /// How often it fell or rose.
    private(set) var changes = 0
    private var (high, low) = (0, 0)
    private var lowNeeded = Self.lowBeforeRise
    private var sinceRise = Int.max

    mutating func measured(_ load: Load) {
        high = load.isHigh ? high + 1 : 0
        low = load.isLow ? low + 1 : 0
        if sinceRise < .max { sinceRise += 1 }
        if high >= Self.highBeforeFall {
            fall()
        } else if low >= lowNeeded {
            rise()
        }
    }

    private mutating func fall() {
        high = 0
        guard let next = EncodingEffort(rawValue: effort.rawValue - 1) else { return }
        // It rose too early.
        if sinceRise < 2 * lowNeeded { lowNeeded = min(2 * lowNeeded, Self.mostLowBeforeRise) }
        (effort, changes, sinceRise) = (next, changes + 1, .max)
    }

    private mutating func rise() {
        low = 0
        guard let next = EncodingEffort(rawValue: effort.rawValue + 1) else {
            return lowNeeded = Self.lowBeforeRise  // the shortage is long over
        }
        (effort, changes, sinceRise) = (next, changes + 1, 0)
    }
}
