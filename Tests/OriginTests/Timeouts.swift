import EmbeddedLine
import Exchange
import HTTPRules
import NIOCore
import NIOHTTP1
import Origin
import Testing

struct Timeouts {
    private let words = "http://192.0.2.1:80"

    @Test func aConnectionThatIsNotTakenInTimeFails() {
        let pool = Pool(accepts: false)
        let answer = pool.send().answer
        pool.advance(.seconds(29))
        #expect(answer.events == [])
        pool.advance(.seconds(2))
        #expect(
            answer.failure
                == ExchangeFailure(
                    .originTimeout, "\(words) took no connection within 30.0 seconds", requestUnseen: true))
        #expect(!pool.origins.connections[0].channel.isActive)
        pool.origins.connections[0].refuse(ChannelError.connectTimeout(.seconds(30)))
        #expect(answer.events == ["failed"])
    }

    @Test func anAnswerThatDoesNotBeginInTimeFails() {
        let pool = Pool()
        let answer = pool.send().answer
        pool.advance(.seconds(31))
        #expect(answer.failure?.message == "\(words) sent no sign of an answer for 30.0 seconds")
        #expect(answer.failure?.cause == .originTimeout && answer.failure?.requestUnseen == false)
        #expect(!pool.origins.connections[0].channel.isActive)
    }

    @Test func anAnswerThatStopsFailsThoughASlowOneDoesNot() {
        let pool = Pool()
        let answer = pool.send().answer
        pool.origins.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n")
        for _ in 0..<3 {
            pool.advance(.seconds(29))
            pool.origins.connections[0].send("x")
        }
        #expect(answer.events == ["head 200"] && answer.text == "xxx")
        pool.advance(.seconds(31))
        #expect(answer.failure?.message == "\(words) sent no sign of the rest of its answer for 30.0 seconds")
    }

    @Test func aBodyThatGoesUpSlowlyGivesTheOriginTime() {
        let pool = Pool()
        let (exchange, answer) = pool.send(.sample(.POST, body: .chunked))
        for _ in 0..<3 {
            pool.advance(.seconds(29))
            exchange.send("x")
        }
        #expect(answer.events == [])
    }

    @Test func aClientThatDoesNotReadIsNoFaultOfTheOrigin() {
        let pool = Pool()
        let (exchange, answer) = pool.send(consumes: false)
        pool.origins.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n")
        pool.origins.connections[0].send(ByteBuffer(repeating: 0, count: 100_000))
        pool.advance(.seconds(120))
        #expect(answer.events == ["head 200"])
        exchange.consumed(100_000)
        pool.advance(.seconds(31))
        #expect(answer.failure?.cause == .originTimeout)
    }

    @Test func aTunnelMayBeSilent() {
        let pool = Pool()
        let answer = pool.send(.sample(upgrade: "websocket")).answer
        pool.origins.connections[0].send(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
        pool.advance(.minutes(30))
        #expect(answer.events == ["head 101"])
    }
}
