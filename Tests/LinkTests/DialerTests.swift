import Exchange
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Link

/// A dialer over real loopback sockets: opens, comes back, stops.
struct DialerTests {
    /// The next thing that the dialer reports, as words.
    private func opened(_ dialing: Dialing) async -> Bool {
        if case .opened? = await dialing.next() { true } else { false }
    }

    @Test func aLaneIsOpenedAndARequestAnswered() async throws {
        let listener = try await Listening()
        let dialing = Dialing(to: listener.channel.localAddress!.port!)
        #expect(await opened(dialing))
        let (stream, heard) = AsyncStream.makeStream(of: String.self)
        try await dialing.onLoop { dialer in
            let receiver = Recorder()
            receiver.whenever = { event in
                heard.yield(event)
                withExtendedLifetime(receiver) { if event == "end" { heard.finish() } }
            }
            dialer.lane!.open(.get("/"), receiver: receiver)!.finish(trailers: nil)
        }
        var events: [String] = []
        for await event in stream { events.append(event) }
        #expect(events == ["head 204", "end"])
        try await dialing.stop()
        try await listener.stop()
    }

    @Test func pausesGrowAndTheFirstListenerThatComesIsUsed() async throws {
        let port = Int(try freePort())  // nobody is there now
        let dialing = Dialing(to: port)
        for bounds in [50...150, 100...300, 200...600] {
            guard case .lost(let error, let pause)? = await dialing.next() else { return #expect(Bool(false)) }
            #expect(error == LinkError(.closed, "Connection refused"))
            #expect(bounds.contains(Int(pause.nanoseconds / 1_000_000)))
        }
        let listener = try await Listening(port: port)
        while await !opened(dialing) {}
        #expect(try await dialing.onLoop { $0.lane != nil && $0.lastError == nil })
        try await dialing.stop()
        try await listener.stop()
    }

    @Test func aLostLaneIsOpenedAgain() async throws {
        let listener = try await Listening()
        let dialing = Dialing(to: listener.channel.localAddress!.port!)
        #expect(await opened(dialing))
        try await dialing.onLoop { $0.lane!.close() }
        guard case .lost(let error, _)? = await dialing.next() else { return #expect(Bool(false)) }
        #expect(error == LinkError(.closed, "the link was closed here"))
        #expect(await opened(dialing))
        try await dialing.stop()
        try await listener.stop()
    }

    @Test func whoIsStoppedClosesAndStaysAway() async throws {
        let listener = try await Listening()
        let dialing = Dialing(to: listener.channel.localAddress!.port!)
        #expect(await opened(dialing))
        try await dialing.stop()
        #expect(await listener.next() == .opened)
        guard case .closed? = await listener.next() else { return #expect(Bool(false)) }
        #expect(try await dialing.onLoop { $0.lane == nil })
        try await listener.stop()
    }

    @Test func aSenderThatDialsASenderIsToldSoAndWaitsLongerEachTime() async throws {
        let sender = try await Listening(places: 1)
        let dialing = Dialing(to: sender.channel.localAddress!.port!)
        for bounds in [50...150, 100...300, 200...600] {
            guard case .lost(let error, let pause)? = await dialing.next() else { return #expect(Bool(false)) }
            #expect(error == LinkError(.foreignPeer, "this end is an rg-sender, and so is the other one"))
            #expect(bounds.contains(Int(pause.nanoseconds / 1_000_000)))
        }
        try await dialing.stop()
        try await sender.stop()
    }

    @Test func aServerOfAnotherKindIsToldApart() async throws {
        let web = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.writeAndFlush(ByteBuffer(string: "SSH-2.0-OpenSSH_9.2\r\n"), promise: nil)
                return channel.eventLoop.makeSucceededVoidFuture()
            }.bind(host: "127.0.0.1", port: 0).get()
        let dialing = Dialing(to: web.localAddress!.port!)
        guard case .lost(let error, _)? = await dialing.next() else { return #expect(Bool(false)) }
        #expect(error.code == .foreignPeer || error.code == .closed)
        try await dialing.stop()
        try await web.close().get()
    }
}
