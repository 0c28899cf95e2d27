import Foundation

/// Times work by the processor time that this thread takes, which other programs on the machine disturb little.
struct ProcessorTime {
    /// How often each piece of work is timed; the median counts.
    let repeats: Int

    /// A timing of less than this is mostly clock, so that work is done many times over within one.
    private static let leastSeconds = 0.0002

    /// Times several pieces of work in turn, so that what disturbs the machine for a while hits all alike.
    ///
    /// - Parameter work: What to time; each is done twice untimed before.
    /// - Returns: For each piece, the seconds that doing it once takes.
    /// - Throws: What the work throws.
    func seconds(_ work: [() throws -> Void]) throws -> [Double] {
        let counts = try work.map { body in
            try body()
            let once = try Self.time(body, count: 1)
            return max(1, min(10_000, Int((Self.leastSeconds / max(once, 1e-9)).rounded(.up))))
        }
        var samples = [[Double]](repeating: [], count: work.count)
        for _ in 0..<repeats {
            for (index, body) in work.enumerated() {
                samples[index].append(try Self.time(body, count: counts[index]) / Double(counts[index]))
            }
        }
        return samples.map { $0.median }
    }

    private static func time(_ body: () throws -> Void, count: Int) throws -> Double {
        let start = now()
        for _ in 0..<count { try body() }
        return now() - start
    }

    private static func now() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

extension [Double] {
    /// The value in the middle, or between the two there; an empty array has none.
    var median: Double {
        precondition(!isEmpty, "the median of nothing")
        let sorted = self.sorted()
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
    }
}
