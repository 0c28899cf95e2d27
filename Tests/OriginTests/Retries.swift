import EmbeddedLine
import Exchange
import Glibc
import HTTPRules
import NIOCore
import NIOHTTP1
import Origin
import Testing

struct Retries {
    @Test func aBrokenIdleConnectionIsReplacedOnce() {
        let pool = Pool()
        let idle = pool.warm()
        let (exchange, answer) = pool.send()
        idle.close()
        let fresh = pool.origins.connections[1]
        #expect(fresh.received() == Pool.get && exchange.wasRestarted && !exchange.isReused)
        #expect(pool.pool.counts.retries == 1 && answer.events == [])
        fresh.close()
        #expect(answer.events == ["failed"] && pool.origins.connections.count == 2)
    }

    @Test func aRetryIsAnsweredAsIfNothingHadHappened() {
        let pool = Pool()
        let idle = pool.warm()
        let answer = pool.send().answer
        idle.channel.pipeline.fireErrorCaught(IOError(errnoCode: ECONNRESET, reason: "read"))
        pool.origins.loop.run()
        #expect(!idle.channel.isActive)
        pool.origins.connections[1].send(Pool.ok)
        #expect(answer.events == ["head 200", "end"])
    }

    @Test func aRetryTakesAFreshConnectionThoughOthersAreIdle() {
        let pool = Pool()
        for _ in 0..<2 { _ = pool.send() }
        for connection in pool.origins.connections { connection.send(Pool.ok) }
        _ = pool.send()
        pool.origins.connections[1].close()
        #expect(pool.origins.connections.count == 3)
    }

    @Test func aFreshConnectionIsNotReplaced() {
        let pool = Pool()
        let answer = pool.send().answer
        pool.origins.connections[0].close()
        #expect(pool.origins.connections.count == 1)
        let words = "http://192.0.2.1:80: the origin closed the connection without an answer"
        #expect(answer.failure == ExchangeFailure(.origin, words))
    }

    @Test func whatMayNotBeRepeatedIsNot() {
        let requests: [(ForwardedRequest, body: String?)] = [
            (.sample(.POST), nil), (.sample(.POST, body: .length(2)), "ab"), (.sample(.PUT, body: .length(2)), "ab"),
            (.sample(.GET, upgrade: "websocket"), nil),
        ]
        for (request, body) in requests {
            let pool = Pool()
            let idle = pool.warm()
            let (exchange, answer) = pool.send(request)
            if let body { exchange.send(body) }
            idle.close()
            #expect(answer.events == ["failed"] && pool.pool.counts.retries == 0, "\(request.method)")
        }
    }

    @Test func aPutWhoseBodyHasNotBegunIsRepeatedWithItsBody() {
        let pool = Pool()
        let idle = pool.warm()
        let exchange = pool.send(.sample(.PUT, body: .length(2))).exchange
        idle.close()
        exchange.send("ab")
        exchange.finish(trailers: nil)
        #expect(pool.origins.connections[1].received().hasSuffix("Content-Length: 2\r\n\r\nab"))
    }

    @Test func anAnswerThatBeganIsNotAskedForAgain() {
        let pool = Pool()
        let idle = pool.warm()
        let answer = pool.send().answer
        idle.send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf")
        idle.close()
        #expect(answer.events == ["head 200", "failed"] && pool.pool.counts.retries == 0)
    }

    @Test func aHeadThatIsCutOffIsAskedForAgainOnlyWhereTheConnectionWasIdle() {
        let pool = Pool()
        let idle = pool.warm()
        let answer = pool.send().answer
        idle.send("HTTP/1.1 200 O")
        idle.close()
        #expect(pool.pool.counts.retries == 1 && answer.events == [])
        let fresh = pool.origins.connections[1]
        fresh.send("HTTP/1.1 200 O")
        fresh.close()
        #expect(answer.failure?.cause == .origin)
    }

    @Test func noRequestIsRepeatedThatNobodyWaitsFor() {
        let pool = Pool()
        let idle = pool.warm()
        let (exchange, answer) = pool.send()
        exchange.cancel()
        #expect(!idle.channel.isActive && pool.origins.connections.count == 1 && answer.events == [])
    }
}
