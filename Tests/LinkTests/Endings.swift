import Exchange
import NIOCore
import Testing

@testable import Link

/// How streams and lanes end: cancelled, refused, drained, silent, cut.
struct Endings {
    @Test func aRequestThatNeverLeftIsTakenBackWithoutAWord() {
        let pair = LanePair()
        let (stream, answer) = pair.open()!
        stream.cancel()
        pair.run()
        #expect(pair.listener.owner.requests.isEmpty && answer.events.isEmpty)
        #expect(pair.sender.lane.streamCount == 0)
        _ = pair.exchange()  // numbers may have gaps
        #expect(pair.listener.owner.requests.count == 1)
    }

    @Test(arguments: [false, true])
    func cancellingReachesTheListener(afterTheHead: Bool) {
        let pair = LanePair()
        let (stream, answer, server, request) = pair.exchange(consumes: false)
        if afterTheHead {
            server.answer(.status(200))
            server.send(.zeros(1 << 20))
            pair.run()
        }
        stream.cancel()
        pair.run()
        #expect(request.events == ["cancelled"])
        #expect(answer.events == (afterTheHead ? ["head 200"] : []))
        server.answer(.status(200))  // goes nowhere
        server.finish(trailers: nil)
        pair.run()
        #expect(pair.sender.lane.streamCount == 0 && pair.listener.lane.streamCount == 0 && pair.sender.lane.isOpen)
    }

    @Test(arguments: ["head 200", "body"])
    func aReceiverMayCancelWhileItIsTold(event: String) {
        let pair = LanePair()
        let (stream, answer, server, request) = pair.exchange()
        answer.whenever = { if $0 == event { stream.cancel() } }
        server.answer(.status(200))
        server.send(ByteBuffer(string: "all"))
        server.finish(trailers: nil)
        pair.run()
        #expect(answer.events == ["head 200"] && !request.events.contains("cancelled"))
        #expect(pair.sender.lane.streamCount == 0 && pair.sender.lane.isOpen && pair.listener.lane.isOpen)
    }

    @Test func requestsBeyondTheBoundAreRefusedAndMayGoElsewhere() {
        var settings = LaneSettings()
        settings.maxStreams = 2
        let pair = LanePair(listener: settings)
        let first = pair.exchange()
        _ = pair.exchange()
        #expect(pair.open() == nil)  // the sender knows the bound
        first.server.answer(.status(204))
        first.server.finish(trailers: nil)
        pair.run()
        #expect(pair.open() != nil)
    }

    @Test func aDrainingListenerFinishesWhatItHasAndWhatIsOnItsWay() {
        let pair = LanePair()
        let (_, answer, server, _) = pair.exchange()
        pair.listener.lane.drain()
        let late = pair.open()!  // crosses the GOAWAY
        late.stream.send(ByteBuffer(string: "a body that nobody keeps"))
        pair.run()
        #expect(late.receiver.failure == nil && pair.listener.owner.requests.count == 2)
        #expect(pair.sender.owner.drains == 1 && !pair.sender.lane.isOpen && pair.open() == nil)
        late.stream.finish(trailers: nil)
        pair.run()
        let taken = pair.listener.owner.requests[1]
        #expect(taken.receiver.body.readableBytes == 24 && taken.receiver.events == ["end"])
        taken.stream.answer(.status(204))
        taken.stream.finish(trailers: nil)
        pair.run()
        #expect(late.receiver.events == ["head 204", "end"] && pair.sender.owner.errors.isEmpty)
        server.answer(.status(200))
        server.send(.zeros(300_000))
        server.finish(trailers: nil)
        pair.run()
        #expect(answer.events == ["head 200", "end"] && answer.body.readableBytes == 300_000)
        #expect(!pair.sender.channel.isActive && !pair.listener.channel.isActive)
        #expect(pair.listener.owner.errors == [LinkError(.cancelled, "drained")])
    }

    /// A sender that doesn't hear that the lane drains, or won't.
    private func staying(_ pair: LanePair) {
        pair.listener.lane.drain()
        pair.loop.run()
        _ = pair.listener.written()
        for _ in 0..<6 {
            pair.loop.advanceTime(by: .seconds(2))
            pair.run()
        }
    }

    @Test func aSenderThatStaysOnALaneThatDrainsGetsNothingNewAfterTenSeconds() {
        let pair = LanePair()
        let (_, answer, server, _) = pair.exchange()
        staying(pair)
        let late = pair.open()!
        pair.run()
        #expect(pair.listener.owner.requests.count == 1)
        #expect(late.receiver.failure?.requestUnseen == true, "it may go elsewhere")
        server.answer(.status(204))
        server.finish(trailers: nil)
        pair.run()
        #expect(answer.events == ["head 204", "end"] && !pair.listener.channel.isActive)
    }

    @Test func aLaneThatDrainsAndHasNothingToDoIsClosedAfterTenSecondsWhateverTheSenderSays() {
        let pair = LanePair()
        staying(pair)
        #expect(!pair.listener.channel.isActive)
        #expect(pair.listener.owner.errors == [LinkError(.cancelled, "drained")])
    }

    @Test func aRequestThatHadNoRoomYetGoesOutBeforeTheAnswerToGOAWAY() {
        let pair = LanePair()
        pair.sender.setWritable(false)
        let (stream, answer) = pair.open()!
        stream.finish(trailers: nil)
        pair.listener.lane.drain()
        pair.run()
        #expect(pair.listener.owner.requests.isEmpty && pair.listener.channel.isActive)
        pair.sender.setWritable(true)
        pair.run()
        let taken = pair.listener.owner.requests[0].stream
        taken.answer(.status(204))
        taken.finish(trailers: nil)
        pair.run()
        #expect(answer.events == ["head 204", "end"] && !pair.listener.channel.isActive)
    }

    @Test(arguments: [LinkRole.sender, .listener])
    func anIdleLaneThatDrainsClosesAtOnce(role: LinkRole) {
        let pair = LanePair()
        (role == .sender ? pair.sender : pair.listener).lane.drain()
        pair.run()
        #expect(!pair.sender.channel.isActive && !pair.listener.channel.isActive)
    }

    @Test func aListenerThatDrainsBeforeTheLaneOpensSaysSoAtOnce() {
        let pair = LanePair(opens: false)
        pair.listener.lane.drain()
        pair.run()
        #expect(pair.sender.owner.opened == 1 && pair.sender.owner.drains == 1)
        #expect(!pair.listener.channel.isActive)
    }

    @Test func aDrainingSenderFinishesWhatItHas() {
        let pair = LanePair()
        let (_, answer, server, _) = pair.exchange()
        pair.sender.lane.drain()
        pair.run()
        #expect(pair.open() == nil && pair.sender.channel.isActive)
        server.answer(.status(200))
        server.finish(trailers: nil)
        pair.run()
        #expect(answer.events == ["head 200", "end"] && !pair.sender.channel.isActive)
    }

    @Test func aLaneWhoseNumbersAreUsedUpGivesWayToAFreshOne() {
        let pair = LanePair(lastStream: LaneMachine.maxStream - 1)
        let (_, answer, server, _) = pair.exchange()
        #expect(server.id == LaneMachine.maxStream && pair.sender.owner.drains == 1 && pair.open() == nil)
        #expect(pair.listener.owner.drains == 1, "it may be the one that opens lanes")
        server.answer(.status(200))
        server.finish(trailers: nil)
        pair.run()
        #expect(answer.events == ["head 200", "end"] && !pair.sender.channel.isActive)
    }

    @Test func aCutLinkFailsEveryStreamAndTellsWhichNeverLeft() {
        let pair = LanePair()
        let (_, answer, _, request) = pair.exchange()
        let waiting = pair.open()!
        pair.sender.channel.close(promise: nil)
        pair.run()
        #expect(answer.failure == ExchangeFailure(.link, "the other end closed the link"))
        #expect(waiting.receiver.failure?.requestUnseen == true)
        #expect(request.events == ["cancelled"])
        #expect(
            pair.sender.owner.errors.map(\.code) == [.closed] && pair.listener.owner.errors.map(\.code) == [.closed])
    }

    @Test func anErrorOfTheChannelEndsTheLaneInWords() {
        let pair = LanePair()
        pair.sender.channel.pipeline.fireErrorCaught(IOError(errnoCode: 104, reason: "read"))
        #expect(pair.sender.owner.errors == [LinkError(.closed, "the link broke: Connection reset by peer")])
    }

    @Test func closingEndsALaneAtOnce() {
        let pair = LanePair()
        let (_, answer, _, _) = pair.exchange()
        pair.sender.lane.close()
        pair.run()
        #expect(answer.events == ["failed"] && !pair.listener.channel.isActive)
    }

    @Test func pingsKeepTheRoundTripAndASilentPeerIsNoticedWithinTenSeconds() {
        let pair = LanePair()
        let (_, answer, _, _) = pair.exchange()
        for _ in 0..<100 {
            pair.loop.advanceTime(by: .seconds(1))
            pair.run()
        }
        #expect(pair.sender.lane.roundTrip == .zero && pair.sender.lane.isOpen && pair.listener.lane.isOpen)
        pair.loop.advanceTime(by: .seconds(9))  // nothing is handed over any more
        #expect(pair.sender.owner.errors.map(\.code) == [.silent] && answer.events == ["failed"])
        #expect(pair.listener.owner.errors.map(\.code) == [.silent])
        #expect(pair.sender.owner.errors[0].message == "no answer to a ping for 6 s")
    }

    @Test func anEndThatNeverSaysAnythingIsLeftAfterTenSeconds() {
        let pair = LanePair(opens: false)
        pair.loop.advanceTime(by: .seconds(9))
        #expect(pair.listener.channel.isActive)
        pair.loop.advanceTime(by: .seconds(1))
        #expect(pair.listener.owner.errors == [LinkError(.silent, "the other end said nothing for 10.0 s")])
    }

    @Test func aHeadThatIsTooLongFailsItsStreamAlone() {
        var small = LaneSettings()
        small.maxHeadBytes = 8192
        let pair = LanePair(sender: small, listener: small)
        let other = pair.exchange()
        let (stream, failed) = pair.open(.get("/", ["x": String(repeating: "x", count: 9000)]))!
        stream.finish(trailers: nil)
        pair.run()
        #expect(failed.events == ["failed"] && failed.failure?.message.contains("takes up to 8192") == true)

        let (_, answer, server, request) = pair.exchange()
        server.answer(.status(200, ["x": String(repeating: "x", count: 9000)]))
        server.finish(trailers: nil)
        pair.run()
        #expect(answer.events == ["failed"] && answer.failure?.cause == .origin)
        #expect(request.events == ["cancelled"])

        other.server.answer(.status(200))
        other.server.finish(trailers: nil)
        pair.run()
        #expect(other.answer.events == ["head 200", "end"])
        #expect(pair.sender.lane.streamCount == 0 && pair.listener.lane.streamCount == 0)
    }
}
