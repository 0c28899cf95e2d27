import Corpus
import NIOCore
import NIOEmbedded
import Testing

@testable import Link

/// One lane against an end that is written by hand.
private struct RawPeer {
    let end: LaneEnd
    let loop = EmbeddedEventLoop()

    init(_ role: LinkRole, opens: Bool = true, settings: LaneSettings = LaneSettings()) {
        end = LaneEnd(role, settings: settings, loop: loop)
        guard opens else { return }
        send(LaneMachine.preface)
        var payload = ByteBuffer()
        LaneSettings().write(to: &payload)
        send(.settings, payload: Array(payload.readableBytesView))
        _ = end.written()
    }

    func send(_ bytes: [UInt8]) {
        if end.channel.isActive { _ = try? end.channel.writeInbound(ByteBuffer(bytes: bytes)) }
        loop.run()
    }

    func send(_ kind: FrameKind, flags: FrameFlags = [], stream: UInt32 = 0, payload: [UInt8] = []) {
        send(Self.frame(kind, flags: flags, stream: stream, payload: payload))
    }

    static func frame(_ kind: FrameKind, flags: FrameFlags = [], stream: UInt32 = 0, payload: [UInt8] = []) -> [UInt8] {
        var bytes = ByteBuffer()
        bytes.writeFrame(kind, flags: flags, stream: stream, payload: ByteBuffer(bytes: payload))
        return Array(bytes.readableBytesView)
    }

    /// The frames that the lane sent.
    func frames() -> [Frame] {
        var bytes = end.written()
        if bytes.readableBytesView.starts(with: LaneMachine.preface) {
            bytes.moveReaderIndex(forwardBy: LaneMachine.preface.count)
        }
        var frames: [Frame] = []
        while let frame = try? Frame.read(from: &bytes) { frames.append(frame) }
        return frames
    }

    /// The payload of a small request: no offers; method GET, scheme https, authority a, path /.
    static let request: [UInt8] = [0, 0x82, 0x87, 0x01, 0x01, 0x61, 0x84]
    /// The payload of a small answer: no report, status 200.
    static let answer: [UInt8] = [0, 0, 0x88]
}

struct Violations {
    private struct Case: CustomTestStringConvertible {
        var role: LinkRole
        var frames: [[UInt8]]
        var words: String
        var testDescription: String { "\(role): \(words)" }

        init(_ role: LinkRole, _ frames: [[UInt8]], _ words: String) {
            (self.role, self.frames, self.words) = (role, frames, words)
        }
    }

    private static let opening = RawPeer.frame(.request, stream: 1, payload: RawPeer.request)
    private static let cases: [Case] = [
        Case(.listener, [RawPeer.frame(.settings)], "a second SETTINGS"),
        Case(.listener, [opening, opening], "stream 1 opened after stream 1"),
        Case(.listener, [RawPeer.frame(.request, payload: RawPeer.request)], "stream 0 opened after stream 0"),
        Case(.listener, [RawPeer.frame(.response, stream: 1, payload: RawPeer.answer)], "an answer from a sender"),
        Case(.listener, [RawPeer.frame(.data, stream: 9)], "a frame for stream 9, which was never opened"),
        Case(.listener, [RawPeer.frame(.padding, stream: 9)], "a frame for stream 9, which was never opened"),
        Case(
            .listener, [RawPeer.frame(.reset, stream: 9, payload: [0])], "a frame for stream 9, which was never opened"),
        Case(.listener, [opening, RawPeer.frame(.reset, stream: 1)], "a RESET without a code"),
        Case(.listener, [opening, RawPeer.frame(.credit, stream: 1)], "CREDIT without a number"),
        Case(
            .listener, [opening, RawPeer.frame(.credit, stream: 1, payload: [0])],
            "credit of 0 bytes more: zero, or over 2^30 - 1 in all"),
        Case(.listener, [RawPeer.frame(.ping)], "PING without a number"),
        Case(.listener, [RawPeer.frame(.goAway, payload: [0])], "GOAWAY ends within its numbers"),
        Case(.listener, [RawPeer.frame(.request, stream: 1)], "a request without a count of offers, or over 16"),
        Case(
            .listener, [opening, RawPeer.frame(.data, flags: .end, stream: 1), RawPeer.frame(.data, stream: 1)],
            "a body before its head, or after its end"),
        Case(
            .listener,
            [opening]
                + [[UInt8]](
                    repeating: RawPeer.frame(.data, stream: 1, payload: [UInt8](repeating: 0, count: 65_536)), count: 3),
            "65536 bytes of body where only 0 more were granted"),
        Case(
            .listener, [[0x03, 0x01, 0x80, 0x10, 0x00, 0x01]], "a frame of 1048577 bytes, allowed are up to 1048576"),
        Case(.sender, [opening], "a request from a listener"),
        Case(
            .sender, [RawPeer.frame(.response, stream: 1, payload: RawPeer.answer)],
            "a frame for stream 1, which was never opened"),
    ]

    @Test(arguments: cases)
    private func anEndThatBreaksARuleHearsWhichAndIsLeft(violation: Case) {
        let peer = RawPeer(violation.role)
        peer.end.owner.consumesRequests = false
        for frame in violation.frames { peer.send(frame) }
        #expect(peer.end.owner.errors == [.violation(violation.words)])
        #expect(!peer.end.channel.isActive)
        let last = peer.frames().last
        #expect(last?.kind == FrameKind.goAway.rawValue)
        var payload = last?.payload ?? ByteBuffer()
        #expect(payload.readVarint() == 0 && payload.readVarint() == 1)
        #expect(payload.readWords() == violation.words)
    }

    /// An answer with each wrong turn, on a stream that the lane did open.
    @Test(
        arguments: [
            ([RawPeer.frame(.data, stream: 1)], "a body before its head, or after its end"),
            ([RawPeer.frame(.trailers, stream: 1)], "trailers before a head, or after the end"),
            (
                [
                    RawPeer.frame(.response, stream: 1, payload: RawPeer.answer),
                    RawPeer.frame(.response, stream: 1, payload: RawPeer.answer),
                ],
                "a second head on one stream"
            ),
            (
                [RawPeer.frame(.response, flags: .interim, stream: 1, payload: RawPeer.answer)],
                "status 200 in an answer that is interim"
            ),
            (
                [RawPeer.frame(.response, stream: 1, payload: [0, 0, 0x08, 3, 0x31, 0x30, 0x33])],
                "status 103 in an answer that is not interim"
            ),
            (
                [
                    RawPeer.frame(
                        .response, flags: [.interim, .end], stream: 1, payload: [0, 0, 0x08, 3, 0x31, 0x30, 0x33])
                ],
                "an interim answer that ends the stream"
            ),
            (
                [RawPeer.frame(.response, flags: .page, stream: 1, payload: RawPeer.answer)],
                "an answer ends within its page's description"
            ),
        ] as [([[UInt8]], String)])
    func answersInTheWrongPlaceEndTheLane(frames: [[UInt8]], words: String) {
        let peer = RawPeer(.sender)
        let receiver = Recorder()
        receiver.stream = peer.end.lane.open(.get("/"), receiver: receiver)
        peer.loop.run()
        for frame in frames { peer.send(frame) }
        #expect(peer.end.owner.errors == [.violation(words)] && receiver.events.last == "failed")
    }

    @Test func aWebBrowserOnThePortIsRefusedClearly() {
        let peer = RawPeer(.listener, opens: false)
        peer.send(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        let words = "the other end doesn't speak the link's protocol: it began with “GET / HT”"
        #expect(peer.end.owner.errors == [LinkError(.foreignPeer, words)] && !peer.end.channel.isActive)
        #expect(peer.frames().map(\.kind) == [FrameKind.settings.rawValue, FrameKind.goAway.rawValue])
    }

    @Test func anOlderVersionIsRefusedClearly() {
        let peer = RawPeer(.sender, opens: false)
        peer.send(Array("RAILGUN\u{0}".utf8))
        #expect(peer.end.owner.errors.map(\.code) == [.foreignPeer])
    }

    @Test func framesBeforeSettingsAreRefused() {
        for frame in [RawPeer.frame(.ping, payload: [1]), [0x0f, 0, 0]] {
            let peer = RawPeer(.listener, opens: false)
            peer.send(LaneMachine.preface + frame)
            #expect(peer.end.owner.errors == [.violation("a frame before SETTINGS")])
            #expect(peer.frames().last?.kind == FrameKind.goAway.rawValue)
        }
    }

    @Test func kindsOfANewerVersionAreSkipped() {
        let peer = RawPeer(.listener)
        for kind: UInt8 in 10...15 { peer.send([kind | 0xf0, 0x45, 0x67, 3, 1, 2, 3]) }
        peer.send(Self.opening)
        #expect(peer.end.owner.requests.count == 1 && peer.end.lane.isOpen)
    }

    @Test func framesForStreamsThatAreOverAreSkipped() {
        let peer = RawPeer(.listener)
        peer.send(Self.opening)
        peer.end.owner.requests[0].stream.cancel()
        for kind in [FrameKind.data, .credit, .trailers, .padding] {
            peer.send(kind, stream: 1, payload: kind == .credit ? [1] : [])
        }
        peer.send(.reset, stream: 1, payload: [0])
        #expect(peer.end.lane.isOpen && peer.end.owner.errors.isEmpty)
    }

    @Test func nothingComesAfterTheLastStreamThatASenderNames() {
        let peer = RawPeer(.listener)
        peer.send(Self.opening)
        peer.send(.goAway, payload: [1, 0])
        #expect(peer.end.lane.isOpen && peer.end.lane.streamCount == 1 && peer.end.owner.drains == 0)
        peer.send(.request, stream: 2, payload: RawPeer.request)
        #expect(peer.end.owner.errors == [.violation("stream 2 opened after GOAWAY")])
    }

    @Test func aSenderThatWantsAnotherLaneGoesOnWithThisOne() {
        let peer = RawPeer(.listener)
        peer.send(Self.opening)
        var number = ByteBuffer()
        number.writeVarint(UInt64(LaneMachine.maxStream))
        peer.send(.goAway, payload: Array(number.readableBytesView) + [0])
        #expect(peer.end.owner.requests[0].receiver.events.isEmpty && peer.end.lane.streamCount == 1)
        peer.send(.request, stream: 2, payload: RawPeer.request)
        #expect(peer.end.lane.isOpen && peer.end.lane.streamCount == 2 && peer.end.owner.drains == 1)
    }

    @Test func whatTheOtherEndSaysWhenItGivesUpIsKept() {
        let peer = RawPeer(.listener)
        peer.send(.goAway, payload: [0, 1] + Array("a body before\nits head".utf8))
        #expect(
            peer.end.owner.errors == [
                LinkError(.closed, "the other end gave the link up: a body before its head")
            ])
    }
}

/// What an end that means harm can make a lane hold.
struct MemoryBounds {
    @Test func streamsBeyondTheBoundAreRefusedOneByOne() {
        var settings = LaneSettings()
        settings.maxStreams = 10
        let peer = RawPeer(.listener, settings: settings)
        for number: UInt32 in 1...1000 { peer.send(.request, stream: number, payload: RawPeer.request) }
        #expect(peer.end.lane.streamCount == 10 && peer.end.owner.requests.count == 10 && peer.end.lane.isOpen)
        let refused = peer.frames().filter {
            $0.kind == FrameKind.reset.rawValue && $0.payload.getInteger(at: $0.payload.readerIndex) == UInt8(2)
        }
        #expect(refused.count == 990)
    }

    @Test func anEndThatAsksAndNeverReadsIsLeft() {
        let peer = RawPeer(.listener)
        peer.end.setWritable(false)
        var sent = 0
        let pings = [[UInt8]](repeating: RawPeer.frame(.ping, payload: [1]), count: 1000).flatMap { $0 }
        while peer.end.channel.isActive, sent < 4 * Lane.maxUrgentBytes {
            peer.send(pings)
            sent += pings.count
        }
        #expect(sent < 2 * Lane.maxUrgentBytes)
        #expect(peer.end.owner.errors.map(\.code) == [.protocolViolation])
    }

    @Test func aSenderThatTakesBackRequestsAllTheTimeIsLeft() {
        let peer = RawPeer(.listener)
        var stream: UInt32 = 0
        while peer.end.channel.isActive, stream < 20_000 {
            stream += 1
            peer.send(
                RawPeer.frame(.request, stream: stream, payload: RawPeer.request)
                    + RawPeer.frame(.reset, stream: stream, payload: [0]))
        }
        #expect(stream == UInt32(ResetBudget.burst) + 1)
        #expect(peer.end.owner.errors.map(\.code) == [.protocolViolation])
    }

    @Test func framesThatNeverEndWhereAReadDoesKeepTheBufferSmall() {
        let peer = RawPeer(.listener)
        let frame = RawPeer.frame(.padding, payload: [UInt8](repeating: 0, count: 1000))
        let stream = [[UInt8]](repeating: frame, count: 3001).flatMap { $0 }
        var index = 0
        while index + 30_001 < stream.count {  // no multiple of a frame's length
            peer.send(Array(stream[index..<index + 30_001]))
            index += 30_001
        }
        #expect(peer.end.lane.isOpen && peer.end.lane.inbound.readableBytes > 0)
        #expect(peer.end.lane.inbound.storageCapacity < 200_000)
    }

    @Test func aPingsAnswerIsItsNumberOnly() {
        let peer = RawPeer(.listener)
        peer.send(.ping, payload: [7] + [UInt8](repeating: 9, count: 10_000))
        #expect(peer.frames().map(\.payload) == [ByteBuffer(bytes: [7])])
    }
}

/// Bytes at random, after a right start and among right frames: a lane ends or goes on, and never crashes.
struct RandomBytes {
    @Test(arguments: UInt64(0)..<300)
    func noBytesBreakALane(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let role: LinkRole = seed.isMultiple(of: 2) ? .listener : .sender
        let peer = RawPeer(role)
        var receivers: [Recorder] = []
        for _ in 0..<3 where role == .sender {
            let receiver = Recorder()
            receiver.stream = peer.end.lane.open(.get("/"), receiver: receiver)
            receivers.append(receiver)
        }
        peer.end.owner.whenever = { stream in
            stream.answer(.status(200))
            stream.send(.zeros(100))
        }
        peer.loop.run()
        for step in 0..<200 where peer.end.channel.isActive {
            let kind = FrameKind(rawValue: UInt8.random(in: 1...9, using: &random))!
            var payload = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let valid = Int.random(in: 0...3, using: &random) > 0
            if valid, kind == .request { payload = RawPeer.request }
            if valid, kind == .response { payload = RawPeer.answer }
            if valid, kind == .trailers { payload = [] }
            if valid, kind == .goAway { continue }
            let stream = kind == .request && valid ? UInt32(step + 1) : UInt32.random(in: 0...3, using: &random)
            let flags = FrameFlags(rawValue: valid ? 0 : UInt8.random(in: 0...15, using: &random))
            var frame = RawPeer.frame(kind, flags: flags, stream: stream, payload: payload)
            if Int.random(in: 0...20, using: &random) == 0 {
                frame[Int.random(in: 0..<frame.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            }
            peer.send(frame)
        }
        peer.end.lane.close()
        peer.loop.run()
        #expect(peer.end.owner.errors.count == 1 && peer.end.lane.streamCount == 0)
        // Each answer ends once: complete or failed.
        for receiver in receivers {
            #expect(receiver.events.filter { $0.hasPrefix("end") || $0 == "failed" }.count == 1)
        }
    }
}
