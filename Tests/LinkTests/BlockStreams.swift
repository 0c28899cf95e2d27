import Corpus
import Exchange
import NIOCore
import Testing

@testable import Link

/// Answers whose bodies cross in blocks.
struct BlockStreams {
    private static let text = String(repeating: "<li>an entry of a long list</li>\n", count: 20_000)

    private func pair(_ settings: LaneSettings = .forSender()) -> LanePair { LanePair(sender: settings) }

    @Test(arguments: [3, 1000, Int.max])
    func aLongTextCrossesInFewBytesWithItsTrailers(pieceBytes: Int) {
        let pair = pair()
        pair.pieceBytes = pieceBytes
        let (stream, answer, server, _) = pair.exchange()
        server.answer(.status(200, ["content-type": "text/html"]), isCompressible: true)
        server.send(ByteBuffer(string: Self.text))
        pair.run()
        #expect(answer.events == ["head 200"] && String(buffer: answer.body) == Self.text)
        server.finish(trailers: ["x": "y"])
        pair.run()
        #expect(answer.events == ["head 200", "end: x=y"])
        #expect(answer.answer?.head.headers == ["content-type": "text/html"])
        #expect(stream.linkBytes < Self.text.utf8.count / 50 && server.linkBytes < Self.text.utf8.count / 50)
        #expect(pair.sender.lane.streamCount == 0 && pair.listener.lane.streamCount == 0)
    }

    @Test func anOlderSenderGetsTheBodyAsItIs() {
        let pair = pair(LaneSettings())
        let (stream, answer, server, _) = pair.exchange()
        server.answer(.status(200), isCompressible: true)
        server.send(ByteBuffer(string: Self.text))
        server.finish(trailers: nil)
        pair.run()
        #expect(String(buffer: answer.body) == Self.text && stream.linkBytes > Self.text.utf8.count)
    }

    @Test func anAnswerWithoutABodyStillEnds() {
        let pair = pair()
        let (_, answer, server, _) = pair.exchange()
        server.answer(.status(200), isCompressible: true)
        server.finish(trailers: nil)
        pair.run()
        #expect(answer.events == ["head 200", "end"])
    }

    @Test func aReaderThatTakesNothingHoldsLittleHoweverSmallItIsCoded() {
        let pair = pair()
        let (stream, answer, server, _) = pair.exchange(consumes: false)
        server.answer(.status(200), isCompressible: true)
        server.send(.zeros(20 << 20))  // some 80 kB of blocks: all of them cross
        server.finish(trailers: nil)
        pair.run()
        #expect(answer.body.readableBytes <= 128 * 1024 && answer.events == ["head 200"])
        answer.consumes = true
        answer.consumeAll()
        pair.run()
        withExtendedLifetime(stream) {}  // as long as its reader isn't done with it
        #expect(answer.body == .zeros(20 << 20) && answer.events == ["head 200", "end"])
    }

    /// A block may be longer than what one end takes before it grants more.
    @Test func longBlocksCrossNarrowWindows() {
        var settings = LaneSettings.forSender()
        settings.streamCredit = 16_384
        let pair = pair(settings)
        var random = SeededGenerator(seed: 3)
        let body = random.bytes(300_000)
        let (_, answer, server, _) = pair.exchange()
        server.answer(.status(200), isCompressible: true)
        server.send(body)
        server.finish(trailers: nil)
        pair.run()
        #expect(answer.body == body && answer.events == ["head 200", "end"])
    }

    @Test func aReaderThatGivesUpEndsTheStreamAlone() {
        let pair = pair()
        let (stream, answer, server, request) = pair.exchange(consumes: false)
        answer.whenever = { if $0 == "body" { stream.cancel() } }
        server.answer(.status(200), isCompressible: true)
        server.send(.zeros(1 << 20))
        pair.run()
        #expect(answer.body.readableBytes == 64 * 1024 && answer.events == ["head 200"])
        #expect(request.events == ["cancelled"] && pair.sender.lane.isOpen)
    }

    // MARK: what a listener may not send

    /// Sends bytes as the blocks of an answer.
    private func receive(_ blocks: [UInt8], end: Bool) -> (pair: LanePair, answer: Recorder, request: Recorder) {
        let pair = pair()
        let (_, answer, server, request) = pair.exchange()
        server.answer(.status(200), isCompressible: true)
        server.blockEncoder = nil
        server.send(ByteBuffer(bytes: blocks))
        if end { server.finish(trailers: nil) }
        pair.run()
        return (pair, answer, request)
    }

    @Test(arguments: [true, false])
    func aDamagedBlockFailsItsAnswerAlone(end: Bool) {
        let (pair, answer, request) = receive([2, 2, 0x6f, 0x6b, 20, 2, 0x10, 0x61, 1, 1], end: end)
        #expect(String(buffer: answer.body) == "ok" && answer.events == ["head 200", "failed"])
        #expect(answer.failure == ExchangeFailure(.link, "the listener sent a damaged block of 20 bytes"))
        #expect(end || request.events == ["cancelled"])
        #expect(pair.sender.lane.isOpen && pair.sender.lane.streamCount == 0 && pair.listener.lane.streamCount == 0)
    }

    @Test(arguments: [[2], [2, 2], [2, 2, 0x6f], [0x80]])
    func aBodyThatEndsWithinABlockIsNotComplete(blocks: [UInt8]) {
        let (_, answer, _) = receive(blocks, end: true)
        #expect(answer.events == ["head 200", "failed"])
        #expect(answer.failure?.message == "the listener sent a body that ends within a block")
    }
}
