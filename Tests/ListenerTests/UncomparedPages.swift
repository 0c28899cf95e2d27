import EmbeddedLine
import NIOCore
import Operations
import Testing

@testable import Listener

/// Pages for which there is no room.
struct UncomparedPages {
    @Test func pagesPassAsTheyComeWhileMemoryIsShort() throws {
        let (end, page) = (try ListenerEnd(), samplePage(3000))
        end.memory.look(at: 1001)
        let answer = end.fetch(page)
        #expect(answer.answer?.page == nil && answer.body == ByteBuffer(bytes: page))
        end.memory.look(at: 900)
        #expect(try decoded(end.fetch(page)) == page)
        let counters = end.worker.statistics.counters
        #expect(counters.pagesUncompared == 1 && counters.pagesStreamed == 1 && counters.pagesWhole == 1)
    }

    @Test func memoryThatBecomesShortWithinAPageLetsItPassAsItComes() throws {
        let (end, page) = (try ListenerEnd(), samplePage(3000))
        let answer = end.ask().answer
        let connection = end.origins.connections[0]
        connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \(page.count)\r\n\r\n")
        connection.send(ByteBuffer(bytes: page.prefix(1000)))
        end.memory.look(at: 1001)
        connection.send(ByteBuffer(bytes: page.dropFirst(1000)))
        end.link.run()
        #expect(answer.answer?.page == nil && answer.body == ByteBuffer(bytes: page))
        #expect(end.worker.statistics.counters.pagesUncompared == 1 && end.worker.mayCollect == false)
    }

    /// A reload may come between a request and its answer.
    @Test(arguments: ["off", "shared", "private"]) func aPageIsKeptByTheRulesOfNow(rules: String) throws {
        let (end, page) = (try ListenerEnd(), samplePage(3000))
        let answer = end.ask(fields: ["Cookie": "id=anna"]).answer
        let text = "wan.ip = 127.0.0.1\nwan.tls = 0\ndelta.www.example.org = \(rules)"
        var configuration = try ListenerConfiguration(Settings(text, file: "railgun.conf"))
        configuration.natMap = end.worker.settings.configuration.natMap
        end.worker.update(try ListenerSettings(configuration), shared: nil)
        let connection = end.origins.connections[0]
        connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \(page.count)\r\n\r\n")
        connection.send(ByteBuffer(bytes: page))
        end.link.run()
        #expect(try decoded(answer) == page)
        #expect(answer.answer?.page?.isKept == (rules == "private"))
        #expect(end.store.summary.versions == (rules == "private" ? 1 : 0))
    }
}
