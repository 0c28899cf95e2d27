import EmbeddedLine
import Exchange
import HTTPRules
import NIOCore
import NIOHTTP1
import Origin
import Testing

struct Tunnels {
    private let pool = Pool()
    private let switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"

    @Test func bytesGoBothWaysAfterA101() {
        let (exchange, answer) = pool.send(.sample(upgrade: "websocket"))
        let origin = pool.origins.connections[0]
        #expect(origin.received().contains("Upgrade: websocket\r\nConnection: Upgrade\r\n"))
        origin.send(switched + "hello")
        #expect(answer.events == ["head 101"] && answer.text == "hello")
        #expect(answer.answer?.head.headers["upgrade"] == ["websocket"])
        exchange.send("and back")
        #expect(origin.received() == "and back")
        exchange.finish(trailers: nil)
        #expect(origin.closes.outputIsClosed && origin.channel.isActive)
        origin.send("last words")
        origin.close()
        #expect(answer.events == ["head 101", "end"] && answer.text == "hellolast words")
    }

    @Test func theLastBytesAndTheEndMayComeAtOnce() {
        let (exchange, _) = pool.send(.sample(upgrade: "websocket"))
        let origin = pool.origins.connections[0]
        origin.send(switched)
        _ = origin.received()
        exchange.send("last words")
        exchange.finish(trailers: nil)
        // What is not flushed before the end can't be sent after it.
        #expect(String(buffer: origin.channel.takeOutput()) == "last words" && origin.closes.outputIsClosed)
    }

    @Test func theEndOfTheRequestIsNotTheEndOfTheTunnel() {
        let (exchange, _) = pool.send(.sample(upgrade: "websocket"))
        let origin = pool.origins.connections[0]
        _ = origin.received()
        origin.send(switched)
        #expect(!origin.closes.outputIsClosed)
        exchange.send("still open")
        #expect(origin.received() == "still open")
    }

    @Test func anOriginThatDoesNotSwitchAnswersAsEver() {
        let answer = pool.send(.sample(upgrade: "websocket")).answer
        pool.origins.connections[0].send(Pool.ok)
        #expect(answer.events == ["head 200", "end"] && pool.send().exchange.isReused)
    }

    @Test func noProtocolIsSwitchedUnasked() {
        for request in [ForwardedRequest.sample(), .sample(upgrade: "h2c")] {
            let pool = Pool()
            let answer = pool.send(request).answer
            pool.origins.connections[0].send(switched)
            #expect(answer.failure?.cause == .badAnswer && !pool.origins.connections[0].channel.isActive)
        }
    }
}
