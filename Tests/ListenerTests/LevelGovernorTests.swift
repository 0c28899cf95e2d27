import EmbeddedLine
import NIOCore
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

/// The effort on its way to the encoder.
struct EncodingLoadTests {
    @Test func pagesAreEncodedWithTheEffortThatTheLoadAllows() throws {
        let end = try ListenerEnd()
        let (first, second, third) = (samplePage(3000), samplePage(3000, word: "one"), samplePage(3000, word: "two"))
        #expect(try decoded(end.fetch(first)) == first)
        for _ in 0..<4 { end.worker.load.take(.init(processorShare: 1, lag: .zero, queueShare: 0)) }
        #expect(end.worker.load.summary.effort == "fast" && end.worker.load.summary.changes == 2)
        #expect(try decoded(end.fetch(second, offers: [prefix(first)]), base: first) == second)
        for _ in 0..<40 { end.worker.load.take(.init(processorShare: 0, lag: .zero, queueShare: 0)) }
        #expect(try decoded(end.fetch(third, offers: [prefix(first)]), base: first) == third)
        let counters = end.worker.statistics.counters
        #expect(counters.pagesThorough == 2 && counters.pagesFast == 1)
    }

    @Test func itIsMeasuredWhileItRuns() async {
        let load = EncodingLoad()
        load.start(coreCount: 1) { 1 }
        defer { load.stop() }
        let deadline = ContinuousClock.now + .seconds(20)
        while load.effort != .fast, ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(20)) }
        #expect(load.effort == .fast)
    }
}
