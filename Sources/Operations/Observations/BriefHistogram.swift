import NIOCore

/// The median of times, a sixteenth too high or low at most, from 640 bytes of memory: there is one for each class of paths.
///
/// From 64 µs to a minute, 8 buckets for each doubling.
struct BriefHistogram {
    private static let buckets = 160
    private static let leastMicroseconds = 64

    /// Made with the first value: most classes have none on most loops.
    private var counts: [UInt32] = []

    mutating func record(_ time: TimeAmount) {
        if counts.isEmpty { counts = [UInt32](repeating: 0, count: Self.buckets) }
        let bucket = Self.bucket(of: max(Self.leastMicroseconds, Int(clamping: time.nanoseconds / 1000)))
        counts[bucket] = counts[bucket] &+ 1
    }

    mutating func absorb(_ other: BriefHistogram) {
        guard !counts.isEmpty, !other.counts.isEmpty else {
            if counts.isEmpty { self = other }
            return
        }
        for bucket in counts.indices { counts[bucket] = counts[bucket] &+ other.counts[bucket] }
    }

    /// In milliseconds; `nil` where there are no values.
    var median: Double? {
        let count = counts.reduce(0) { $0 + Int($1) }
        guard count > 0 else { return nil }
        var seen = 0
        for (bucket, number) in counts.enumerated() {
            seen += Int(number)
            if 2 * seen >= count { return Self.middle(of: bucket) / 1000 }
        }
        return nil
    }

    private static func bucket(of microseconds: Int) -> Int {
        let shift = Int.bitWidth - 1 - microseconds.leadingZeroBitCount - 3
        return min(buckets - 1, (shift - 3) << 3 + (microseconds >> shift - 8))
    }

    private static func middle(of bucket: Int) -> Double {
        let shift = bucket >> 3 + 3
        return (Double(bucket & 7 + 8) + 0.5) * Double(1 << shift)
    }
}
