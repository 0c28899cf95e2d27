import EmbeddedLine
import Exchange
import Testing

@testable import Listener

/// A request has its place until it is over, however that is, and is counted then.
struct RequestPlaces {
    private let end: ListenerEnd

    init() throws { end = try ListenerEnd() }

    @Test func anAnswerThatIsOnTheLinkGivesItBack() {
        _ = end.ask()
        #expect(end.requests.taken == 1)
        end.answer([UInt8](repeating: 97, count: 2000))
        #expect(end.requests.taken == 0 && end.worker.statistics.counters.requestsCompleted == 1)
    }

    @Test func whoLeavesGivesItBack() {
        end.ask().stream.cancel()
        end.link.run()
        #expect(end.requests.taken == 0 && end.worker.statistics.counters.requestsCancelled == 1)
    }
}
