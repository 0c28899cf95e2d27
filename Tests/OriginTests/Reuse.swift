import EmbeddedLine
import Exchange
import HTTPRules
import NIOCore
import NIOHTTP1
import Testing

@testable import Origin

struct Reuse {
    @Test func theNextRequestGoesOutOnTheIdleConnection() {
        let pool = Pool()
        let connection = pool.warm()
        let (exchange, answer) = pool.send(.sample(.GET, "/next"))
        #expect(connection.received().hasPrefix("GET /next "))
        connection.send(Pool.ok)
        #expect(answer.events == ["head 200", "end"] && answer.text == "ok" && exchange.isReused)
        #expect(pool.pool.counts.requests == 2 && pool.pool.counts.connections == 1)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n",
    ])
    func aConnectionIsNotKeptAfter(_ text: String) {
        let pool = Pool()
        let answer = pool.send().answer
        pool.origins.connections[0].send(text)
        #expect(answer.events.last == "end" && !pool.origins.connections[0].channel.isActive)
        _ = pool.send()
        #expect(pool.origins.connections.count == 2)
    }

    @Test func anAnswerToHeadLeavesTheConnectionFree() {
        let pool = Pool()
        let answer = pool.send(.sample(.HEAD)).answer
        pool.origins.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n")
        #expect(answer.events == ["head 200", "end"])
        #expect(pool.send().exchange.isReused)
    }

    @Test func eachAddressHasItsOwnConnections() {
        let pool = Pool()
        _ = pool.warm()
        var others = [Pool.address, Pool.address, Pool.address]
        others[0].port = 81
        others[1].host = "192.0.2.2"
        for other in others[..<2] { #expect(!pool.send(to: other).exchange.isReused) }
        #expect(pool.send(to: others[2]).exchange.isReused)
    }

    @Test func ofAllOriginsTogetherOnlySoManyConnectionsAreKept() {
        let pool = Pool()
        let first = pool.warm()
        pool.advance(.milliseconds(1))
        var other = Pool.address
        for number in 0..<OriginPool.maxIdleConnections {
            other.host = "192.0.2.2"
            other.port = 1000 + number
            let answer = pool.send(to: other).answer
            pool.origins.connections.last?.send(Pool.ok)
            #expect(answer.events.last == "end")
        }
        #expect(!first.channel.isActive)
        #expect(pool.send(to: other).exchange.isReused)
    }

    @Test func anIdleConnectionIsKeptFor90Seconds() {
        let pool = Pool()
        let connection = pool.warm()
        pool.advance(.seconds(89))
        #expect(connection.channel.isActive)
        pool.advance(.seconds(3))
        #expect(!connection.channel.isActive)
        #expect(!pool.send().exchange.isReused)
    }

    @Test func useBeginsTheIdleTimeAnew() {
        let pool = Pool()
        let connection = pool.warm()
        pool.advance(.seconds(80))
        _ = pool.send()
        connection.send(Pool.ok)
        pool.advance(.seconds(80))
        #expect(connection.channel.isActive)
    }

    @Test func noMoreConnectionsAreKeptThanTheLimitSays() {
        let pool = Pool(OriginLimits(idleConnections: 2))
        for _ in 0..<3 { _ = pool.send() }
        for connection in pool.origins.connections { connection.send(Pool.ok) }
        #expect(pool.origins.connections.map(\.channel.isActive) == [true, true, false])
    }

    @Test func anIdleConnectionThatEndedIsNotUsed() {
        let pool = Pool()
        pool.warm().close()
        let answer = pool.send().answer
        pool.origins.connections[1].send(Pool.ok)
        #expect(answer.events == ["head 200", "end"] && pool.pool.counts.retries == 0)
    }

    @Test func bytesThatNobodyAskedForEndAnIdleConnection() {
        let pool = Pool()
        let connection = pool.warm()
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(!connection.channel.isActive && !pool.send().exchange.isReused)
    }

    @Test func bytesBehindAnAnswerEndItsConnectionButNotTheAnswer() {
        let pool = Pool()
        let answer = pool.send().answer
        let connection = pool.origins.connections[0]
        connection.send(Pool.ok + Pool.ok)
        #expect(answer.events == ["head 200", "end"] && answer.text == "ok")
        #expect(!connection.channel.isActive && !pool.send().exchange.isReused)
    }
}
