import Dispatch
import EmbeddedLine
import Exchange
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import Sender

/// Connections of clients that have only just come when the sender drains.
struct Accepting {
    /// Greets whoever connects.
    private final class Greeter: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        func channelActive(context: ChannelHandlerContext) {
            context.writeAndFlush(NIOAny(ByteBuffer(string: "welcome")), promise: nil)
        }
    }

    /// Waits for the first bytes, or the end.
    private final class Hearer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let heard: EventLoopPromise<String>
        init(_ heard: EventLoopPromise<String>) { self.heard = heard }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            heard.succeed(String(buffer: unwrapInboundIn(data)))
        }
        func channelInactive(context: ChannelHandlerContext) { heard.succeed("closed") }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { heard.succeed("broken") }
    }

    @Test func aConnectionThatIsOnItsWayBetweenEventLoopsOutlivesThePort() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 3)
        let (port, connections, client) = (group.next(), group.next(), group.next())
        let places = Places()
        let server = try await ServerBootstrap(group: port, childGroup: connections)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptGate(places: places) { _, _ in })
                }
            }
            .childChannelInitializer { $0.pipeline.addHandler(Greeter()) }
            .bind(host: "127.0.0.1", port: 0).get()
        let isFree = DispatchSemaphore(value: 0)
        connections.execute { isFree.wait() }
        let heard = client.makePromise(of: String.self)
        let connecting = ClientBootstrap(group: client)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Hearer(heard))
                }
            }
            .connect(to: server.localAddress!)
        while places.taken == 0 { try await Task.sleep(for: .milliseconds(1)) }
        async let closed: Void = server.closeListening(on: group)
        try await Task.sleep(for: .milliseconds(20))
        isFree.signal()
        await closed
        #expect(try await heard.futureResult.get() == "welcome" && !server.isActive)
        try await connecting.get().close().get()
        try await group.shutdownGracefully()
    }

    @Test func aClientThatHasSaidNothingYetIsWaitedForAMoment() throws {
        let end = try SenderEnd(isLinked: false)
        let channel = EmbeddedChannel(loop: end.loop)
        try FrontPipeline(worker: end.worker, scheme: .http).addFirstHandlers(to: channel)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.50", port: 50_000)).wait()
        #expect(end.worker.connections.count == 1)
        end.worker.drain()
        end.advance(seconds: 1)
        #expect(end.worker.connections.count == 1)
        end.advance(seconds: 3)
        #expect(end.worker.connections.count == 0)
    }

    @Test func aClientThatSpeaksIsOneConnection() throws {
        let end = try SenderEnd()
        let channel = EmbeddedChannel(loop: end.loop)
        try FrontPipeline(worker: end.worker, scheme: .http).addFirstHandlers(to: channel)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.50", port: 50_000)).wait()
        _ = try channel.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"))
        end.run()
        #expect(end.worker.connections.count == 1 && end.listener.requests.count == 1)
        #expect(end.worker.statistics.counters.connectionsOpened == 1)
        channel.close(promise: nil)
        end.run()
        #expect(end.worker.connections.count == 0)
    }
}
