import Testing

@testable import Listener

struct LevelGovernorTests {
    private let busy = LevelGovernor.Load(processorShare: 0.95, lag: .zero, queueShare: 0)
    private let idle = LevelGovernor.Load(processorShare: 0.1, lag: .zero, queueShare: 0)

    private func measure(_ governor: inout LevelGovernor, _ load: LevelGovernor.Load, _ count: Int) {
        for _ in 0..<count { governor.measured(load) }
    }

    @Test(arguments: [
        LevelGovernor.Load(processorShare: 0.9, lag: .zero, queueShare: 0),
        .init(processorShare: 0, lag: .milliseconds(30), queueShare: 0),
        .init(processorShare: 0, lag: .zero, queueShare: 0.6),
    ])
    func anyShortageLowersTheEffortStepByStep(load: LevelGovernor.Load) {
        var governor = LevelGovernor()
        measure(&governor, load, 1)
        #expect(governor.effort == .thorough, "one moment is none")
        measure(&governor, load, 1)
        #expect(governor.effort == .moderate)
        measure(&governor, load, 20)
        #expect(governor.effort == .fast && governor.changes == 2)
    }

    @Test func itRisesAgainStepByStepOnceAllIsWell() {
        var governor = LevelGovernor()
        measure(&governor, busy, 10)
        measure(&governor, idle, 19)
        #expect(governor.effort == .fast)
        measure(&governor, idle, 1)
        #expect(governor.effort == .moderate)
        measure(&governor, idle, 20)
        #expect(governor.effort == .thorough && governor.changes == 4)
        measure(&governor, idle, 1000)
        #expect(governor.changes == 4)
    }

    @Test func betweenShortAndWellItStaysWhereItIs() {
        var governor = LevelGovernor()
        measure(&governor, busy, 2)
        measure(&governor, .init(processorShare: 0.7, lag: .zero, queueShare: 0), 1000)
        #expect(governor.effort == .moderate && governor.changes == 1)
    }

    /// A load that is high only where the effort is thorough.
    @Test func whatRisesTooEarlyRisesEverMoreSeldom() {
        var governor = LevelGovernor()
        for _ in 0..<4 * 60 * 10 { governor.measured(governor.effort == .thorough ? busy : idle) }
        #expect(governor.changes < 2 * 12 + 10, "\(governor.changes) changes in ten minutes")
        measure(&governor, idle, 1000)
        #expect(governor.effort == .thorough)
    }
}
