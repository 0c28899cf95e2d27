import EmbeddedLine
import NIOPosix
import Testing

@testable import Listener

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
        load.start(on: MultiThreadedEventLoopGroup.singleton.any(), coreCount: 1, isWanted: { true }) { 1 }
        defer { load.stop() }
        let deadline = ContinuousClock.now + .seconds(20)
        while load.effort != .fast, ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(20)) }
        #expect(load.effort == .fast)
    }
}
