import EmbeddedLine
import Exchange
import HTTPRules
import NIOCore
import NIOHTTP1
import Testing

@testable import Sender

/// A client's connection in HTTP/1.1.
struct Clients {
    private let get = "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"
    private let post = "POST / HTTP/1.1\r\nHost: www.example.org\r\nContent-Length: 4\r\n\r\n"
    private let end: SenderEnd

    init() throws { end = try SenderEnd() }

    private func answer(_ number: Int, _ text: String) {
        let asked = end.listener.requests[number]
        asked.answer(.ok, ["Content-Length": String(text.utf8.count)])
        asked.stream.send(ByteBuffer(string: text))
        asked.stream.finish(trailers: nil)
        end.run()
    }

    @Test func requestsCrossOneAfterAnother() throws {
        let client = try end.client(get + get)
        #expect(end.listener.requests.count == 1)
        answer(0, "one")
        #expect(client.received().hasSuffix("\r\n\r\none") && end.listener.requests.count == 2)
        answer(1, "two")
        #expect(client.received().hasSuffix("\r\n\r\ntwo") && client.channel.isActive)
        let counters = end.worker.statistics.counters
        #expect(counters.requestsCompleted == 2 && counters.clientBytesSent == 6)
    }

    @Test func aBodyCrossesAsItComes() throws {
        let client = try end.client(post + "ab")
        #expect(end.listener.requests[0].body == "ab" && end.listener.requests[0].events == [])
        client.send("cd")
        #expect(end.listener.requests[0].body == "abcd" && end.listener.requests[0].events == ["end"])
    }

    @Test func connectionCloseEndsTheConnectionAfterItsAnswer() throws {
        let client = try end.client("GET / HTTP/1.1\r\nHost: www.example.org\r\nConnection: close\r\n\r\n")
        answer(0, "one")
        #expect(client.received().hasSuffix("one") && client.closes.outputIsClosed && client.channel.isActive)
        end.advance(seconds: 4)
        #expect(!client.channel.isActive, "what the client still sent was read for a moment")
    }

    @Test func aClientThatEndsItsSideIsStillAnswered() throws {
        let client = try end.client(get)
        client.endOutput()
        answer(0, "one")
        #expect(client.received().hasSuffix("one") && client.closes.outputIsClosed)
    }

    @Test func aClientThatGoesCancelsItsRequest() throws {
        try end.client(get).close()
        end.run()
        #expect(end.listener.requests[0].events.last == "cancelled")
        #expect(end.worker.statistics.counters.requestsCancelled == 1 && end.worker.connections.count == 0)
    }

    @Test func badBytesAreRefusedBeforeAnythingCrosses() throws {
        let client = try end.client("GET / HTTP/1.1\r\nHost : www.example.org\r\n\r\n")
        #expect(client.received().hasPrefix("HTTP/1.1 400 ") && client.closes.outputIsClosed)
        #expect(end.listener.requests.isEmpty)
    }

    @Test func aBodyThatBreaksOffInTheMiddleReachesNobodyAsComplete() throws {
        let client = try end.client(
            "POST / HTTP/1.1\r\nHost: www.example.org\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
        #expect(end.listener.requests[0].body == "ab")
        client.send("zz\r\n")
        #expect(end.listener.requests[0].events == ["cancelled"])
        #expect(client.received().hasPrefix("HTTP/1.1 400 "))
    }

    @Test func anIdleConnectionIsClosedInTime() throws {
        let (new, used) = (try end.client(), try end.client(get))
        answer(0, "one")
        end.advance(seconds: 12)
        #expect(!new.channel.isActive && used.channel.isActive)
        end.advance(seconds: 50)
        #expect(!used.channel.isActive)
    }

    @Test func aBodyThatStopsIsA408() throws {
        let client = try end.client(post + "ab")
        end.advance(seconds: 62)
        #expect(client.received().hasPrefix("HTTP/1.1 408 "))
        #expect(end.listener.requests[0].events == ["cancelled"])
    }

    @Test func aClientThatReadsNothingIsCutOff() throws {
        let client = try end.client(get)
        end.listener.requests[0].answer(.ok)
        end.run()
        client.channel.isWritable = false
        client.channel.pipeline.fireChannelWritabilityChanged()
        end.advance(seconds: 62)
        #expect(!client.channel.isActive && end.listener.requests[0].events.last == "cancelled")
    }

    @Test func aClientThatReadsSlowlyHoldsTheAnswerBack() throws {
        let client = try end.client(get)
        let asked = end.listener.requests[0]
        asked.answer(.ok)
        client.channel.isWritable = false
        for _ in 0..<10 { asked.stream.send(ByteBuffer(repeating: 0x61, count: 64 * 1024)) }
        asked.stream.finish(trailers: nil)
        let before = client.received().utf8.count
        #expect(before > 64 * 1024 && before < 256 * 1024, "\(before) bytes")
        client.channel.isWritable = true
        client.channel.pipeline.fireChannelWritabilityChanged()
        #expect(before + client.received().utf8.count > 640 * 1024)
    }

    @Test func anAnswerThatBreaksOffEndsTheConnection() throws {
        let client = try end.client(get)
        let asked = end.listener.requests[0]
        asked.answer(.ok, ["Content-Length": "10"])
        asked.stream.send(ByteBuffer(string: "half"))
        #expect(client.received().hasSuffix("half"))
        asked.stream.fail(ExchangeFailure(.origin, "it broke off"))
        #expect(client.received() == "" && !client.channel.isActive)
    }

    @Test func drainingEndsEachConnectionAfterItsAnswer() throws {
        let (idle, busy) = (try end.client(), try end.client(get))
        end.worker.drain()
        end.run()
        answer(0, "one")
        let text = busy.received()
        #expect(text.hasSuffix("one") && text.contains("Connection: close\r\n") && busy.closes.outputIsClosed)
        #expect(idle.channel.isActive)
        end.advance(seconds: 3)
        #expect(!idle.channel.isActive)
    }

    @Test func aRequestThatWasOnItsWayWhenDrainingBeganIsAnswered() throws {
        let (early, late) = (try end.client(get), try end.client())
        let asked = end.listener.requests[0]
        asked.answer(.ok, ["Content-Length": "3"])  // its head goes out before it could say that the connection ends
        end.run()
        end.worker.drain()
        asked.stream.send(ByteBuffer(string: "one"))
        asked.stream.finish(trailers: nil)
        #expect(early.received().hasSuffix("one") && early.channel.isActive && !early.closes.outputIsClosed)
        for (number, client) in [(1, early), (2, late)] {
            client.send(get)
            answer(number, "two")
            let text = client.received()
            #expect(text.hasSuffix("two") && text.contains("Connection: close\r\n") && client.closes.outputIsClosed)
        }
    }

    @Test func aTunnelCarriesBothWays() throws {
        let client = try end.client(
            "GET / HTTP/1.1\r\nHost: www.example.org\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nearly")
        let asked = end.listener.requests[0]
        #expect(asked.request.fields["upgrade"] == ["websocket"] && asked.body == "")
        asked.answer(.switchingProtocols, ["Upgrade": "websocket"])
        asked.stream.send(ByteBuffer(string: "hello"))
        let text = client.received()
        #expect(text.hasPrefix("HTTP/1.1 101 ") && text.hasSuffix("\r\n\r\nhello"))
        client.send(" and more")
        #expect(asked.body == "early and more")
        client.endOutput()
        #expect(asked.events == ["end"])
        asked.stream.finish(trailers: nil)
        end.run()
        #expect(client.closes.outputIsClosed)
    }
}
