import Exchange
import NIOCore
import Testing

@testable import Link

/// Who waits for whom: slow readers, full links, short answers beside long ones.
struct BackPressure {
    private let credit = LaneSettings().streamCredit

    @Test func anAnswerStopsAtItsCreditAndGoesOnWhenItIsRead() {
        let pair = LanePair()
        let (_, answer, server, request) = pair.exchange(consumes: false)
        server.answer(.status(200))
        server.send(.zeros(1 << 20))
        #expect(!server.isWritable)
        server.finish(trailers: nil)
        pair.run()
        #expect(answer.body.readableBytes == credit && answer.events == ["head 200"] && !server.isWritable)
        #expect(request.events.isEmpty)
        answer.consumes = true
        answer.consumeAll()
        pair.run()
        #expect(answer.body.readableBytes == 1 << 20 && answer.events == ["head 200", "end"])
    }

    @Test func aRequestStopsAtItsCreditAndGoesOnWhenItIsRead() {
        let pair = LanePair()
        pair.listener.owner.consumesRequests = false
        let (stream, answer) = pair.open()!
        stream.send(.zeros(credit + 100_000))
        stream.send(.zeros(100_000))
        #expect(!stream.isWritable)
        pair.run()
        let served = pair.listener.owner.requests[0]
        #expect(served.receiver.body.readableBytes == credit && answer.events.isEmpty)
        served.receiver.consumes = true
        served.receiver.consumeAll()
        pair.run()
        #expect(served.receiver.body.readableBytes == credit + 200_000 && stream.isWritable)
        #expect(answer.events == ["writable"])
        stream.finish(trailers: nil)
        pair.run()
        #expect(served.receiver.events == ["end"])
    }

    @Test func whoMakesTheAnswerIsToldOnceToGoOn() {
        let pair = LanePair()
        let (_, answer, server, request) = pair.exchange(consumes: false)
        server.answer(.status(200))
        server.send(.zeros(credit + 65_536))
        pair.run()
        #expect(!server.isWritable)
        answer.consumes = true
        answer.consumeAll()
        pair.run()
        #expect(server.isWritable && request.events == ["writable"])
    }

    @Test func aProducerThatFillsWhenItIsAskedMakesALongBody() {
        let pair = LanePair()
        let (_, answer, server, request) = pair.exchange()
        var left = 20 << 20
        let fill = {
            while left > 0, server.isWritable {
                left -= 32_768
                server.send(.zeros(32_768))
            }
            if left == 0 { server.finish(trailers: nil) }
        }
        request.whenever = { if $0 == "writable" { fill() } }
        server.answer(.status(200))
        fill()
        pair.run()
        #expect(answer.body.readableBytes == 20 << 20 && answer.events == ["head 200", "end"])
    }

    @Test func aSlowReaderHoldsNobodyElse() {
        let pair = LanePair()
        let slow = pair.exchange(consumes: false)
        slow.server.answer(.status(200))
        slow.server.send(.zeros(8 << 20))
        pair.run()
        for _ in 0..<20 {
            let quick = pair.exchange()
            quick.server.answer(.status(200))
            quick.server.send(.zeros(300_000))
            quick.server.finish(trailers: nil)
            pair.run()
            #expect(quick.answer.events == ["head 200", "end"])
        }
        #expect(slow.answer.body.readableBytes == credit)
    }

    @Test func allWindowsTogetherGrowByThePoolAtMost() {
        let pair = LanePair()
        let streams = (0..<40).map { _ in pair.exchange(consumes: true) }
        for stream in streams {  // quick at first: windows grow
            stream.server.answer(.status(200))
            stream.server.send(.zeros(4 << 20))
        }
        pair.run()
        for stream in streams {  // and then nobody reads any more
            stream.answer.consumes = false
            stream.server.send(.zeros(4 << 20))
        }
        pair.run()
        let unread = streams.map { $0.answer.body.readableBytes - (4 << 20) }
        #expect(unread.reduce(0, +) <= 40 * credit + 16 << 20)
        #expect(unread.allSatisfy { $0 >= credit / 2 })  // whoever came late has a window too
        for stream in streams { stream.stream.cancel() }
        pair.run()
        let next = pair.exchange(consumes: true)  // what they had is back
        next.server.answer(.status(200))
        next.server.send(.zeros(4 << 20))
        pair.run()
        next.answer.consumes = false
        next.server.send(.zeros(4 << 20))
        pair.run()
        #expect(next.answer.body.readableBytes - (4 << 20) >= ReceiveWindow.maxBytes / 2)
    }

    @Test func aShortAnswerOvertakesLongOnes() throws {
        let pair = LanePair()
        let long = (0..<4).map { _ in pair.exchange(consumes: false) }
        for stream in long {
            stream.server.answer(.status(200))
            stream.server.send(.zeros(100_000))
        }
        pair.run()  // they count as long now
        let short = pair.exchange()
        pair.listener.setWritable(false)
        for stream in long { stream.server.send(.zeros(10_000)) }
        short.server.answer(.status(200))
        short.server.send(ByteBuffer(string: "short"))
        short.server.finish(trailers: nil)
        pair.loop.run()
        #expect(pair.listener.written().readableBytes == 0)
        pair.listener.setWritable(true)
        var bytes = pair.listener.written()
        let first = try #require(try Frame.read(from: &bytes))
        #expect(first.kind == FrameKind.response.rawValue && first.stream == short.server.id)
        let second = try #require(try Frame.read(from: &bytes))
        #expect(second.stream == short.server.id && second.flags == .end)
        var order: [UInt32] = []
        while let frame = try Frame.read(from: &bytes) { order.append(frame.stream) }
        #expect(order == long.map(\.server.id))
    }

    @Test func longAnswersTakeTurns() throws {
        let pair = LanePair()
        let streams = (0..<3).map { _ in pair.exchange() }
        for stream in streams {
            stream.server.answer(.status(200))
            stream.server.send(.zeros(48 * 1024))
        }
        pair.loop.run()
        var bytes = pair.listener.written()
        var order: [UInt32] = []
        while let frame = try Frame.read(from: &bytes) {
            guard frame.kind == FrameKind.data.rawValue else { continue }
            #expect(frame.payload.readableBytes <= Frame.maxDataBytes)
            order.append(frame.stream)
        }
        #expect(order.prefix(1) == [1] && Set(order.prefix(3)) == [1, 2, 3])
    }

    @Test func smallPiecesShareAFrame() throws {
        let pair = LanePair()
        let (_, _, server, _) = pair.exchange()
        server.answer(.status(200))
        server.send(ByteBuffer(string: "chunk "))
        server.send(ByteBuffer(string: "and end"))
        server.finish(trailers: nil)
        pair.loop.run()
        var bytes = pair.listener.written()
        _ = try Frame.read(from: &bytes)
        let data = try #require(try Frame.read(from: &bytes))
        #expect(data.payload == ByteBuffer(string: "chunk and end") && data.flags == .end && bytes.readableBytes == 0)
    }

    @Test func whatComesTogetherLeavesInOneWrite() throws {
        let pair = LanePair()
        for _ in 0..<10 { pair.open()!.stream.finish(trailers: nil) }
        pair.loop.run()
        #expect(try pair.sender.channel.readOutbound(as: ByteBuffer.self) != nil)
        #expect(try pair.sender.channel.readOutbound(as: ByteBuffer.self) == nil)
    }
}
