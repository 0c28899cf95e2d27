import EmbeddedLine
import Exchange
import Glibc
import HTTPRules
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Origin
import Testing

/// Who gives up, and what is left then.
struct Endings {
    @Test func aCancelledRequestClosesItsConnectionAndIsToldNothing() {
        for accepts in [true, false] {
            let pool = Pool(accepts: accepts)
            let (exchange, answer) = pool.send(.sample(.POST, body: .chunked))
            exchange.send("begun")
            let connection = pool.origins.connections[0]
            _ = connection.received()
            exchange.cancel()
            if !accepts { connection.accept() }
            pool.origins.loop.run()
            #expect(!connection.channel.isActive && answer.events == [], "accepted: \(accepts)")
            exchange.send("more")
            exchange.finish(trailers: nil)
            #expect(connection.received() == "" && !pool.send().exchange.isReused)
        }
    }

    @Test func aPoolThatStopsIsFreedThoughAConnectionIsBeingOpened() {
        let origins = EmbeddedOrigins(accepts: false)
        weak var left: OriginPool?
        let answer = AnswerRecorder()
        do {
            let pool = OriginPool(limits: OriginLimits(), tls: nil, eventLoop: origins.loop)
            origins.take(over: pool)
            pool.start()
            _ = pool.send(OriginRequest(.sample(), address: Pool.address), receiver: answer)
            pool.stop()
            left = pool
        }
        #expect(answer.failure?.cause == .origin)
        origins.connections[0].accept()
        origins.loop.run()
        #expect(!origins.connections[0].channel.isActive && left == nil)
    }

    /// Each address of a name is tried on a channel of its own; the others close when one is open.
    @Test func onlyOneOfTheAddressesOfANameIsUsed() {
        let loop = EmbeddedEventLoop()
        let channels = (0..<3).map { _ in EmbeddedChannel(loop: loop) }
        let pool = OriginPool(limits: OriginLimits(), tls: nil, eventLoop: loop)
        pool.connector = { _, _, loop, addHandlers in
            for channel in channels { _ = addHandlers(channel) }
            return loop.makeSucceededFuture(channels[1])
        }
        pool.start()
        let answer = AnswerRecorder()
        answer.outgoing = pool.send(OriginRequest(.sample(), address: Pool.address), receiver: answer)
        channels[0].close(promise: nil)
        for channel in channels[1...] {
            channel.connect(to: try! SocketAddress(ipAddress: "127.0.0.1", port: 80), promise: nil)
        }
        loop.run()
        #expect(channels.map(\.isActive) == [false, true, false])
        #expect(String(buffer: channels[1].takeOutput()) == Pool.get)
        _ = try? channels[1].writeInbound(ByteBuffer(string: Pool.ok))
        #expect(answer.events == ["head 200", "end"])
        pool.stop()
        loop.run()
        #expect(!channels[1].isActive)
    }

    @Test func aRefusedConnectionSaysWhichAndWhy() {
        let pool = Pool(accepts: false)
        let answer = pool.send().answer
        pool.origins.connections[0].refuse(IOError(errnoCode: ECONNREFUSED, reason: "connect"))
        let words = "http://192.0.2.1:80 can't be reached: Connection refused"
        #expect(answer.failure == ExchangeFailure(.origin, words, requestUnseen: true) && answer.events == ["failed"])
    }

    @Test func aPoolThatStopsEndsWhatItHas() {
        let pool = Pool(accepts: false)
        let idle = pool.send().answer
        pool.origins.connections[0].accept()
        pool.origins.connections[0].send(Pool.ok)
        let other = OriginAddress(host: "192.0.2.2", port: 80)
        let busy = pool.send(to: other).answer
        pool.origins.connections[1].accept()
        let opening = pool.send(to: other).answer
        pool.pool.stop()
        pool.origins.loop.run()
        #expect(pool.origins.connections.map(\.channel.isActive) == [false, false, false])
        #expect(idle.events == ["head 200", "end"] && busy.events == ["failed"] && opening.events == ["failed"])
        #expect(busy.failure?.message == "the connection to http://192.0.2.2:80 was closed here")
        pool.origins.connections[2].refuse(ChannelError.eof)
        #expect(opening.events == ["failed"])
    }

    @Test func nothingIsKeptOnceAPoolHasStopped() {
        let pool = Pool()
        let answer = pool.send().answer
        pool.origins.connections[0].closes.holdsClose = true
        pool.pool.stop()
        pool.origins.connections[0].send(Pool.ok)
        #expect(answer.events == ["failed"])
        #expect(!pool.send().exchange.isReused)
    }

    /// With TLS a connection waits for the other end's farewell, and that may come when all else is gone.
    @Test(arguments: [true, false])
    func aConnectionMayOutliveItsPool(isIdle: Bool) {
        let origins = EmbeddedOrigins()
        weak var gone: OriginPool?
        do {
            let pool = OriginPool(limits: OriginLimits(), tls: nil, eventLoop: origins.loop)
            origins.take(over: pool)
            pool.start()
            let answer = AnswerRecorder()
            _ = pool.send(OriginRequest(.sample(), address: Pool.address), receiver: answer)
            origins.loop.run()
            if isIdle { origins.connections[0].send(Pool.ok) }
            origins.connections[0].closes.holdsClose = true
            pool.stop()
            #expect(answer.events.last == (isIdle ? "end" : "failed"))
            gone = pool
        }
        #expect(gone != nil && origins.connections[0].channel.isActive)
        origins.connections[0].close()
        #expect(gone == nil)
    }
}
