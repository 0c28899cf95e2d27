import EmbeddedLine
import NIOCore
import Testing

@testable import Listener

/// Answers that end before they are complete.
struct BrokenAnswers {
    private static let stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9\r\n\r\n"
    private static let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9000\r\n\r\n"

    @Test(arguments: ["", Self.stream, Self.stream + "half", Self.page + "half"])
    func anExchangeThatItsOriginBreaksOffIsOverAndCounted(before: String) throws {
        let end = try ListenerEnd()
        let answer = end.ask().answer
        #expect(end.requests.taken == 1)
        end.origins.connections[0].send(before)
        end.link.run()
        end.origins.connections[0].close()
        if before.isEmpty { end.origins.connections.last?.close() }  // it was tried once more
        end.link.run()
        #expect(answer.failure?.cause == .origin && end.requests.taken == 0)
        let counters = end.worker.statistics.counters
        #expect(counters.originErrors == 1 && counters.requestsCompleted == 1)
    }

    @Test func anExchangeThatItsSenderGivesUpWithinTheAnswerIsOverToo() throws {
        let end = try ListenerEnd()
        let asked = end.ask()
        end.origins.connections[0].send(Self.stream + "half")
        end.link.run()
        asked.stream.cancel()
        end.link.run()
        #expect(end.requests.taken == 0 && end.worker.statistics.counters.requestsCancelled == 1)
    }
}
