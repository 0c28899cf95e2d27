import Exchange
import NIOCore
import NIOHTTP1
import Testing

@testable import Link

/// Requests and answers between the two ends.
struct Exchanges {
    @Test(arguments: 0...1)
    func aRequestCrossesAndItsAnswerComesBack(number: Int) {
        let pair = LanePair()
        let request = LinkRequest.get("/a?b", ["accept": "text/html", "cookie": "a=b"], offers: [1, .max])
        let (_, answer, server, _) = pair.exchange(request)
        let seen = pair.listener.owner.requests[0]
        #expect(seen.end && seen.request.target == "/a?b" && seen.request.offers == [1, .max])
        #expect(seen.request.fields == request.fields && seen.request.authority == "www.example.org")

        let page = PageTransfer(base: 1, isKept: number == 1, check: PageCheck(high: 3, low: .max), pageBytes: 12_345)
        var sent = Answer.status(200, ["content-type": "text/html"], page: page)
        sent.report = OriginReport(flags: 0x81, microseconds: 4711)
        server.answer(sent)
        server.send(ByteBuffer(string: "delta"))
        server.finish(trailers: nil)
        pair.run()
        #expect(answer.events == ["head 200", "end"] && answer.body == ByteBuffer(string: "delta"))
        #expect(answer.answer?.page == page && answer.answer?.report == sent.report)
        #expect(answer.answer?.head.headers == ["content-type": "text/html"])
        #expect(pair.sender.lane.streamCount == 0 && pair.listener.lane.streamCount == 0)
    }

    @Test(arguments: [1, 2, 3, 7, 100])
    func wholeExchangesSurviveSplitsAnywhere(pieceBytes: Int) {
        let pair = LanePair(opens: false)
        pair.pieceBytes = pieceBytes
        pair.run()
        for number in 0..<3 {
            let (stream, answer) = pair.open(.get("/\(number)", ["x": "y"]))!
            stream.send(ByteBuffer(string: "up"))
            stream.finish(trailers: ["t": "u"])
            pair.run()
            let served = pair.listener.owner.requests[number]
            #expect(served.receiver.body == ByteBuffer(string: "up") && served.receiver.events == ["end: t=u"])
            served.stream.answer(.status(200))
            served.stream.send(.zeros(40_000))
            served.stream.finish(trailers: ["v": "w"])
            pair.run()
            #expect(answer.events == ["head 200", "end: v=w"] && answer.body.readableBytes == 40_000)
        }
    }

    @Test func anAnswerWithoutABodyEndsWithItsHead() {
        let pair = LanePair()
        let (_, answer, server, _) = pair.exchange()
        server.answer(.status(204))
        server.finish(trailers: nil)
        pair.run()
        #expect(answer.events == ["head 204", "end"])
    }

    @Test func interimAnswersComeBeforeTheAnswer() {
        let pair = LanePair()
        let (_, answer, server, _) = pair.exchange()
        for code in [100, 103] {
            server.interim(.init(version: .http1_1, status: .init(statusCode: code), headers: ["link": "</a>"]))
        }
        server.answer(.status(200))
        server.finish(trailers: nil)
        pair.run()
        #expect(answer.events == ["interim 100", "interim 103", "head 200", "end"])
    }

    @Test func aTunnelCarriesBytesBothWaysUntilOneEndCloses() {
        let pair = LanePair()
        let (stream, answer) = pair.open(.get("/socket", ["upgrade": "websocket"]))!
        pair.run()
        let (server, _, end, request) = pair.listener.owner.requests[0]
        #expect(!end)
        server.answer(.status(101))
        for turn in 0..<5 {
            stream.send(ByteBuffer(string: "ping\(turn)"))
            server.send(ByteBuffer(string: "pong\(turn)"))
            pair.run()
        }
        #expect(String(buffer: request.body) == "ping0ping1ping2ping3ping4")
        #expect(String(buffer: answer.body) == "pong0pong1pong2pong3pong4")
        server.finish(trailers: nil)
        pair.run()
        #expect(answer.events == ["head 101", "end"])
        #expect(pair.sender.lane.streamCount == 0 && pair.listener.lane.streamCount == 0)
    }

    @Test func anAnswerMayEndBeforeTheRequestDoes() {
        let pair = LanePair()
        let (stream, answer) = pair.open()!
        stream.send(.zeros(1000))
        pair.run()
        let server = pair.listener.owner.requests[0].stream
        server.answer(.status(413))
        server.finish(trailers: nil)
        pair.run()
        #expect(answer.events == ["head 413", "end"])
        stream.send(.zeros(1000))  // what nobody wants any more goes nowhere, and harms nobody
        pair.run()
        #expect(pair.sender.lane.streamCount == 0 && pair.listener.lane.streamCount == 0 && pair.sender.lane.isOpen)
    }

    @Test(arguments: [
        (ExchangeFailure.Cause.badRequest, 400), (.origin, 502), (.badAnswer, 502), (.originTimeout, 504),
        (.overloaded, 503), (.link, 527),
    ])
    func aFailureBeforeTheHeadKeepsItsCauseAndWords(cause: ExchangeFailure.Cause, status: Int) {
        let pair = LanePair()
        let (_, answer, server, _) = pair.exchange()
        server.fail(ExchangeFailure(cause, "10.0.0.1:80: Connection refused"))
        pair.run()
        #expect(answer.events == ["failed"])
        #expect(answer.failure == ExchangeFailure(cause, "10.0.0.1:80: Connection refused") && cause.status == status)
    }

    @Test func aFailureWithinTheBodyResetsTheStreamAlone() {
        let pair = LanePair()
        let (_, answer, server, _) = pair.exchange()
        server.answer(.status(200))
        server.send(ByteBuffer(string: "half"))
        pair.run()
        server.fail(ExchangeFailure(.origin, "the origin broke off"))
        pair.run()
        #expect(answer.events == ["head 200", "failed"])
        #expect(answer.failure == ExchangeFailure(.origin, "the origin broke off"))
        #expect(pair.sender.lane.isOpen)
    }

    @Test func bytesOnTheLinkAreCountedAtBothEnds() {
        let pair = LanePair()
        let (stream, _, server, _) = pair.exchange()
        server.answer(.status(200))
        server.send(.zeros(5000))
        server.pad(toMultipleOf: 1000, extraBytes: 400)
        server.finish(trailers: nil)
        pair.run()
        #expect((6000..<6100).contains(stream.linkBytes) && (6000..<6100).contains(server.linkBytes))
    }

    /// Heads of frames have lengths, too: without counting them, lengths of one block would differ by some bytes.
    @Test(arguments: [1, 256, 4096], [false, true])
    func whatIsPaddedTakesAMultipleExactly(blockBytes: Int, isBefore: Bool) throws {
        let pair = LanePair()
        let lengths = Array(0...70) + Array(180...300) + [4095, 4096, 16_383, 16_384, 16_385, 40_000]
        var heads: Set<Int> = []
        for length in lengths {
            let (_, _, server, _) = pair.exchange()
            let before = server.linkBytes
            server.answer(.status(200))
            pair.run()
            let head = server.linkBytes - before
            if isBefore { server.pad(bodyBytes: length, toMultipleOf: blockBytes, extraBytes: length % blockBytes) }
            server.send(.zeros(length))
            if !isBefore { server.pad(toMultipleOf: blockBytes, extraBytes: length % blockBytes) }
            pair.run()
            heads.insert(head)
            let padded = server.linkBytes - before - head
            #expect(padded % blockBytes == 0 && padded > length + length % blockBytes, "\(length): \(padded)")
            server.finish(trailers: nil)
            pair.run()
        }
    }
}
