import NIOCore
import Testing

@testable import Link

struct ResetBudgetTests {
    private let start = NIODeadline.uptimeNanoseconds(1)

    /// How many of so many are taken, spread evenly over a time.
    private func taken(_ budget: inout ResetBudget, of count: Int, from: NIODeadline, over time: TimeAmount) -> Int {
        var taken = 0
        for number in 0..<count {
            let now = from + .nanoseconds(time.nanoseconds * Int64(number) / Int64(count))
            if budget.take(at: now) { taken += 1 }
        }
        return taken
    }

    @Test func aBurstIsTakenAndThenSoManyASecond() {
        var budget = ResetBudget()
        #expect(taken(&budget, of: 2 * ResetBudget.burst, from: start, over: .zero) == ResetBudget.burst)
        let later = taken(&budget, of: 10_000, from: start, over: .seconds(2))
        #expect((ResetBudget.perSecond * 2 - 5...ResetBudget.perSecond * 2).contains(later), "\(later) in 2 s")
    }

    @Test func itIsNeverMoreThanTheBurst() {
        var budget = ResetBudget()
        _ = budget.take(at: start)
        let later = taken(&budget, of: 2 * ResetBudget.burst, from: start + .hours(1), over: .zero)
        #expect(later == ResetBudget.burst)
    }
}
