import NIOCore

/// How long something took, many times over: percentiles from 4 kB of memory, whatever the number of values.
///
/// Buckets are log-linear: 16 for each doubling, so that a percentile is at most 1/16 too high. From 1 µs to 19 h.
package struct LatencyHistogram: Hashable, Sendable {
    private static let stepBits = 4
    private static let highestBit = 36

    private(set) var buckets = [Int](repeating: 0, count: (highestBit - stepBits + 2) << stepBits)
    /// How many values there were.
    package private(set) var count = 0
    private var sumMicroseconds = 0
    private var greatestMicroseconds = 0

    /// Starts empty.
    package init() {}

    /// Adds a value; a few nanoseconds, no allocation.
    package mutating func record(_ time: TimeAmount) {
        let microseconds = max(0, Int(time.nanoseconds) / 1_000)
        buckets[Self.bucket(of: microseconds)] += 1
        count += 1
        sumMicroseconds &+= microseconds
        greatestMicroseconds = max(greatestMicroseconds, microseconds)
    }

    /// The value that `share` of all values don't exceed, at most 1/16 too high.
    package func percentile(_ share: Double) -> TimeAmount {
        let wanted = max(1, Int((Double(count) * share).rounded(.up)))
        var seen = 0
        for (bucket, number) in buckets.enumerated() {
            seen += number
            if seen >= wanted { return .microseconds(Int64(min(Self.greatest(in: bucket), greatestMicroseconds))) }
        }
        return .zero
    }

    /// The greatest value; exact.
    package var greatest: TimeAmount { .microseconds(Int64(greatestMicroseconds)) }

    /// The sum of all values; exact.
    package var sum: TimeAmount { .microseconds(Int64(sumMicroseconds)) }

    static func bucket(of value: Int) -> Int {
        let value = min(value, 1 << (highestBit + 1) - 1)
        let shift = max(0, Int.bitWidth - 1 - value.leadingZeroBitCount - stepBits)
        return shift << stepBits + value >> shift
    }

    static func greatest(in bucket: Int) -> Int {
        let shift = max(0, bucket >> stepBits - 1)
        return (bucket - shift << stepBits + 1) << shift - 1
    }

    /// What was added since an earlier time.
    func since(_ earlier: LatencyHistogram) -> LatencyHistogram {
        var later = self
        for bucket in buckets.indices { later.buckets[bucket] = max(0, buckets[bucket] - earlier.buckets[bucket]) }
        later.count = later.buckets.reduce(0, +)
        later.sumMicroseconds = sumMicroseconds &- earlier.sumMicroseconds
        if let last = later.buckets.lastIndex(where: { $0 > 0 }) {
            later.greatestMicroseconds = min(greatestMicroseconds, Self.greatest(in: last))
        } else {
            later.greatestMicroseconds = 0
        }
        return later
    }

    static func += (sum: inout LatencyHistogram, other: LatencyHistogram) {
        for bucket in sum.buckets.indices { sum.buckets[bucket] += other.buckets[bucket] }
        sum.count += other.count
        sum.sumMicroseconds &+= other.sumMicroseconds
        sum.greatestMicroseconds = max(sum.greatestMicroseconds, other.greatestMicroseconds)
    }
}

/// What is timed.
package struct Latencies: Hashable, Sendable {
    /// From the first byte of a request to the last byte of its answer.
    package var request = LatencyHistogram()
    /// From the first byte of a request to the first byte of its answer.
    package var firstByte = LatencyHistogram()
    /// From the request to the origin to the head of its answer.
    package var origin = LatencyHistogram()
    /// There and back over the link, as pings measure it.
    package var linkRoundTrip = LatencyHistogram()
    /// Making a delta, with the wait for a thread where that takes one.
    package var encode = LatencyHistogram()
    /// Making a page from a delta, and gzip of it for the client, with the wait for a thread where that takes one.
    package var decode = LatencyHistogram()

    static let all: [(name: String, path: WritableKeyPath<Latencies, LatencyHistogram> & Sendable)] = [
        ("request", \.request), ("first_byte", \.firstByte), ("origin", \.origin),
        ("link_round_trip", \.linkRoundTrip), ("encode", \.encode), ("decode", \.decode),
    ]

    /// Starts empty.
    package init() {}

    /// What was added since an earlier time.
    func since(_ earlier: Latencies) -> Latencies {
        var later = self
        for (_, path) in Self.all { later[keyPath: path] = self[keyPath: path].since(earlier[keyPath: path]) }
        return later
    }

    static func += (sum: inout Latencies, other: Latencies) {
        for (_, path) in all { sum[keyPath: path] += other[keyPath: path] }
    }
}
