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

    @Test func anAnswerThatTheOriginCutsGivesItBack() throws {
        let answer = end.ask().answer
        let connection = try #require(end.origins.connections.last)
        connection.send("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\nthe first bytes")
        end.link.run()
        #expect(answer.text == "the first bytes")
        connection.close()
        end.link.run()
        #expect(answer.failure?.cause == .origin && end.requests.taken == 0)
        #expect(
            end.worker.statistics.counters.requestsCompleted == 1 && end.worker.statistics.counters.originErrors == 1)
    }

    @Test func anOriginThatCanNotBeReachedGivesItBack() throws {
        let answer = end.ask().answer
        try #require(end.origins.connections.last).close()
        end.link.run()
        #expect(answer.failure != nil && end.requests.taken == 0)
    }

    @Test func whoLeavesGivesItBack() {
        end.ask().stream.cancel()
        end.link.run()
        #expect(end.requests.taken == 0 && end.worker.statistics.counters.requestsCancelled == 1)
    }
}
