/// Times several pieces of work in turn, so that noise on the machine hits all of them alike.
///
/// Each sample repeats a short piece often enough for the clock to see it. The best sample of each counts: whatever
/// else runs can only add time.
package struct Contest {
    /// How many samples each piece of work gets, where they fit its budget.
    package var rounds: Int
    /// The shortest time that a sample should take, in seconds.
    package var sampleSeconds: Double
    /// A piece of work that has taken so many seconds gets no further samples.
    package var budgetSeconds: Double

    /// Sets the terms.
    package init(rounds: Int, sampleSeconds: Double = 500e-6, budgetSeconds: Double = 0.15) {
        (self.rounds, self.sampleSeconds, self.budgetSeconds) = (rounds, sampleSeconds, budgetSeconds)
    }

    /// Runs everything; returns the seconds that one call of each took at best.
    package func run(_ work: [() throws -> Void]) throws -> [Double] {
        var entries: [(calls: Int, spent: Double, best: Double)] = []
        for call in work {
            let once = try time(1, call)
            let calls = max(1, min(10_000, Int((sampleSeconds / max(once, 1e-9)).rounded(.up))))
            entries.append((calls, once, once))
        }
        for _ in 0..<rounds {
            for (index, call) in work.enumerated() where entries[index].spent < budgetSeconds {
                // Not timed, so that each starts with its own data and predicted branches at hand, which takes large
                // codecs several pages.
                let warmUp = CPUClock.seconds + 20 * sampleSeconds
                repeat { try call() } while CPUClock.seconds < warmUp && entries[index].best < sampleSeconds
                let seconds = try time(entries[index].calls, call)
                entries[index].spent += seconds
                entries[index].best = min(entries[index].best, seconds / Double(entries[index].calls))
            }
        }
        return entries.map(\.best)
    }

    private func time(_ calls: Int, _ call: () throws -> Void) throws -> Double {
        let start = CPUClock.seconds
        for _ in 0..<calls { try call() }
        return CPUClock.seconds - start
    }
}
