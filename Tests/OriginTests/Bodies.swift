import EmbeddedLine
import Exchange
import HTTPRules
import NIOCore
import NIOHTTP1
import Origin
import Testing

/// Bodies, both ways.
struct Bodies {
    @Test func readingStopsBehind64KilobytesAndGoesOnAtHalfOfThem() {
        let pool = Pool()
        let (exchange, answer) = pool.send(consumes: false)
        let connection = pool.origins.connections[0]
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        connection.send(ByteBuffer(repeating: 1, count: 65_536))
        #expect(connection.isRead)
        connection.send(ByteBuffer(repeating: 1, count: 1))
        #expect(!connection.isRead && answer.body.readableBytes == 65_537)
        exchange.consumed(32_768)
        #expect(!connection.isRead)
        exchange.consumed(1)
        #expect(connection.isRead)
    }

    @Test func aConnectionIsReadAgainOnceItsAnswerHasEnded() {
        let pool = Pool()
        let answer = pool.send(consumes: false).answer
        let connection = pool.origins.connections[0]
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n")
        connection.send(ByteBuffer(repeating: 1, count: 69_999))
        #expect(!connection.isRead)
        connection.send("1")
        #expect(answer.events == ["head 200", "end"] && connection.isRead && pool.send().exchange.isReused)
    }

    @Test func anAnswerMayEndBeforeTheBodyOfTheRequest() {
        let pool = Pool()
        let (exchange, answer) = pool.send(.sample(.POST, body: .chunked))
        exchange.send("first")
        let connection = pool.origins.connections[0]
        connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
        #expect(answer.events == ["head 413", "end"] && !connection.channel.isActive)
        exchange.send("second")
        exchange.finish(trailers: nil)
        #expect(answer.events == ["head 413", "end"])
        #expect(!pool.send().exchange.isReused)
    }

    @Test func aBodyWithoutLengthEndsWithItsConnection() {
        let pool = Pool()
        let answer = pool.send().answer
        pool.origins.connections[0].send("HTTP/1.1 200 OK\r\n\r\nall ")
        pool.origins.connections[0].send("of it")
        #expect(answer.events == ["head 200"])
        pool.origins.connections[0].close()
        #expect(answer.events == ["head 200", "end"] && answer.text == "all of it")
    }

    @Test(arguments: ["Content-Length: 20\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"])
    func aBodyThatIsCutOffIsNeverPassedOffAsComplete(_ rest: String) {
        let pool = Pool()
        let answer = pool.send().answer
        pool.origins.connections[0].send("HTTP/1.1 200 OK\r\n" + rest)
        pool.origins.connections[0].close()
        #expect(answer.events == ["head 200", "failed"] && answer.text == "half")
    }

    @Test func interimAnswersComeFirst() {
        let pool = Pool()
        let answer = pool.send().answer
        pool.origins.connections[0].send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n")
        pool.origins.connections[0].send(Pool.ok)
        #expect(answer.events == ["interim 100", "interim 103", "head 200", "end"])
        #expect(pool.send().exchange.isReused)
    }

    @Test func trailersComeWithTheEnd() {
        let pool = Pool()
        let answer = pool.send().answer
        pool.origins.connections[0].send(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nDigest: x\r\n\r\n")
        #expect(answer.events == ["head 200", "end: Digest=x"])
    }

    @Test func anAnswerThatBreaksHTTPIsRefused() {
        let pool = Pool()
        let answer = pool.send().answer
        pool.origins.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok")
        #expect(answer.failure?.cause == .badAnswer && !pool.origins.connections[0].channel.isActive)
    }

    @Test func whatComesBeforeTheConnectionWaitsForIt() {
        let pool = Pool(accepts: false)
        let (exchange, answer) = pool.send(.sample(.POST, body: .length(65_536)))
        #expect(exchange.isWritable)
        exchange.send(ByteBuffer(repeating: 0x61, count: 65_536))
        #expect(!exchange.isWritable)
        exchange.finish(trailers: nil)
        pool.origins.connections[0].accept()
        #expect(answer.events == ["writable"])
        #expect(pool.origins.connections[0].received().hasSuffix("\r\n\r\n" + String(repeating: "a", count: 65_536)))
        #expect(pool.pool.counts.bodyBytesSent == 65_536)
    }

    @Test func aConnectionThatTakesNoMoreSaysWhenItDoesAgain() {
        let pool = Pool()
        let (exchange, answer) = pool.send(.sample(.POST, body: .chunked))
        let channel = pool.origins.connections[0].channel
        channel.isWritable = false
        #expect(!exchange.isWritable)
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(answer.events == [])
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(answer.events == ["writable"] && exchange.isWritable)
    }

    @Test func aBodyMustHaveTheLengthThatItsHeadSays() {
        for (body, words) in [
            ("abc", "the body is longer than its Content-Length"),
            ("a", "the body ends 1 bytes before its Content-Length"),
        ] {
            let pool = Pool()
            let (exchange, answer) = pool.send(.sample(.POST, body: .length(2)))
            exchange.send(body)
            exchange.finish(trailers: nil)
            #expect(answer.failure == ExchangeFailure(.badRequest, words) && answer.events == ["failed"])
            #expect(!pool.origins.connections[0].channel.isActive)
        }
    }
    /// What stands behind a head that announces nothing would be another request to the origin.
    @Test(arguments: [nil, "websocket"])
    func aBodyThatNoHeadAnnouncedGoesNowhere(upgrade: String?) {
        let pool = Pool(accepts: false)
        let (exchange, answer) = pool.send(.sample(upgrade: upgrade))
        exchange.send("GET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n")
        let words = "the body goes on behind its end"
        #expect(answer.failure == ExchangeFailure(.badRequest, words) && answer.events == ["failed"])
        #expect(!pool.origins.connections[0].received().contains("smuggled"))
        pool.origins.connections[0].accept()
        #expect(!pool.origins.connections[0].received().contains("smuggled"))
    }
}
