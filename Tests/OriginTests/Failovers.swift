import EmbeddedLine
import Exchange
import Glibc
import HTTPRules
import NIOCore
import NIOHTTP1
import Origin
import Testing

/// What becomes of a request whose origin fails, where there are others.
struct Failovers {
    private let refused = IOError(errnoCode: ECONNREFUSED, reason: "connect")

    @Test func aRequestThatWasNotSentGoesToTheNextOriginWhateverItsMethod() throws {
        let many = try ManyOrigins("a.test = o1, o2, o3", accepts: false)
        let (exchange, answer) = many.send(.sample(.POST, body: .length(2)))
        exchange.send("ab")
        exchange.finish(trailers: nil)
        many.last.refuse(refused)
        many.last.accept()
        #expect(many.hosts == ["o1", "o2"])
        #expect(many.last.received().hasSuffix("Content-Length: 2\r\n\r\nab"))
        many.last.send(Pool.ok)
        #expect(answer.events == ["head 200", "end"])
        #expect(many.pool.pool.counts.failovers == 1 && many.pool.pool.counts.requests == 1)
    }

    @Test func anUpgradeThatWasNotSentGoesToTheNextOrigin() throws {
        let many = try ManyOrigins("a.test = o1, o2", accepts: false)
        _ = many.send(.sample(upgrade: "websocket"))
        many.last.refuse(refused)
        #expect(many.hosts == ["o1", "o2"])
    }

    @Test func threeOriginsAreTriedAtMostAndTheLastOneSaysWhy() throws {
        let many = try ManyOrigins("a.test = o1, o2, o3, o4", accepts: false)
        let answer = many.send().answer
        for _ in 0..<3 { many.last.refuse(refused) }
        #expect(many.hosts == ["o1", "o2", "o3"])
        let words = "http://o3:80 can't be reached: Connection refused"
        #expect(answer.failure == ExchangeFailure(.origin, words, requestUnseen: true))
    }

    @Test func aSilentOriginIsLeftSoonWhereThereIsAnother() throws {
        let many = try ManyOrigins("a.test = o1, o2", accepts: false)
        let answer = many.send().answer
        many.pool.advance(.milliseconds(2900))
        #expect(many.hosts == ["o1"])
        many.pool.advance(.milliseconds(400))
        #expect(many.hosts == ["o1", "o2"] && answer.events == [])
        // The last one has what is left of lan.timeout.
        many.pool.advance(.seconds(26))
        #expect(answer.events == [])
        many.pool.advance(.seconds(1))
        #expect(answer.failure?.cause == .originTimeout)
        let words = try #require(answer.failure?.message)
        #expect(words.hasPrefix("http://o2:80 took no connection within 27.0 "))
    }

    @Test func aRequestThatLostItsConnectionGoesToAnotherOriginOnce() throws {
        let many = try ManyOrigins("a.test = o1, o2, o3")
        let (exchange, answer) = many.send()
        many.last.close()
        #expect(many.hosts == ["o1", "o2"] && answer.events == [] && exchange.wasRestarted)
        many.last.close()
        #expect(many.hosts == ["o1", "o2"] && answer.failure?.cause == .origin)
    }

    @Test func whatAnOriginMayHaveSeenIsNotSentTwice() throws {
        let requests: [(ForwardedRequest, body: String?)] = [
            (.sample(.POST), nil), (.sample(.PATCH, body: .length(2)), "ab"), (.sample(.PUT, body: .length(2)), "ab"),
            (.sample(.GET, upgrade: "websocket"), nil),
        ]
        for (request, body) in requests {
            let many = try ManyOrigins("a.test = o1, o2")
            let (exchange, answer) = many.send(request)
            if let body { exchange.send(body) }
            many.last.close()
            #expect(answer.events == ["failed"] && many.hosts == ["o1"], "\(request.method)")
        }
    }

    @Test func anAnswerThatBeganIsNotAskedForElsewhere() throws {
        let many = try ManyOrigins("a.test = o1, o2")
        let answer = many.send().answer
        many.last.send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf")
        many.last.close()
        #expect(answer.events == ["head 200", "failed"] && many.hosts == ["o1"])
    }

    @Test func anAnswerThatTakesTooLongIsNotAskedForElsewhere() throws {
        let many = try ManyOrigins("a.test = o1, o2")
        let answer = many.send().answer
        many.pool.advance(.seconds(31))
        #expect(answer.failure?.cause == .originTimeout && many.hosts == ["o1"])
    }

    @Test func aKeptConnectionThatBrokeIsNoFaultOfItsOriginButARefusalThenIs() throws {
        let many = try ManyOrigins("a.test = o1, o2", accepts: false)
        for _ in 0..<2 {
            _ = many.send()
            many.last.accept()
            many.last.send(Pool.ok)
        }
        let answer = many.send().answer  // o1 has the turn, and an idle connection
        many.connections[0].close()
        #expect(many.hosts == ["o1", "o2", "o1"] && many.health.summaries(now: many.now)[0].failures == 0)
        many.last.refuse(refused)
        #expect(many.hosts == ["o1", "o2", "o1"])  // o2 has an idle connection
        #expect(many.connections[1].received().hasSuffix(Pool.get))
        many.connections[1].send(Pool.ok)
        #expect(answer.events == ["head 200", "end"])
        #expect(many.health.summaries(now: many.now)[0].failures == 1)
    }

    @Test func aRequestThatNobodyWaitsForGoesNowhere() throws {
        let many = try ManyOrigins("a.test = o1, o2", accepts: false)
        let (exchange, answer) = many.send()
        exchange.cancel()
        many.last.refuse(refused)
        #expect(many.hosts == ["o1"] && answer.events == [])
    }

    @Test func whatThePoolClosesItselfIsNobodysFault() throws {
        let many = try ManyOrigins("a.test = o1, o2")
        let answer = many.send().answer
        many.pool.pool.stop()
        #expect(answer.events == ["failed"] && many.hosts == ["o1"])
        #expect(many.health.summaries(now: many.now).allSatisfy { $0.failures == 0 })
    }

    @Test(arguments: [
        ("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n", false), ("no HTTP\r\n\r\n", true),
        ("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", true),
    ])
    func garbageCountsAndAStatusDoesNot(text: String, counts: Bool) throws {
        let many = try ManyOrigins("a.test = o1, o2")
        _ = many.send()
        many.last.send(text)
        #expect(many.health.summaries(now: many.now)[0].failures == (counts ? 1 : 0))
    }

    @Test func aClientThatStopsSendingIsNoFaultOfTheOrigin() throws {
        let many = try ManyOrigins("a.test = o1, o2")
        let answer = many.send(.sample(.POST, body: .length(2))).answer
        many.pool.advance(.seconds(31))
        #expect(answer.failure?.cause == .originTimeout && many.health.summaries(now: many.now)[0].failures == 0)
        _ = many.send()
        many.pool.advance(.seconds(31))
        #expect(many.health.summaries(now: many.now)[1].failures == 1)
    }
}
