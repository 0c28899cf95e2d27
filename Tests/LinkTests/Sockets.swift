import Exchange
import NIOCore
import NIOPosix
import NIOSSL

@testable import Link

/// What became of a lane.
enum LinkNews: Hashable, Sendable { case opened, drains, closed(LinkError) }

/// Passes on what happens to lanes; answers each request with 204.
final class NewsOwner: LaneOwner, Sendable {
    private let continuation: AsyncStream<LinkNews>.Continuation?

    init(continuation: AsyncStream<LinkNews>.Continuation?) { self.continuation = continuation }

    func laneOpened(_ lane: Lane) { continuation?.yield(.opened) }
    func laneDrains(_ lane: Lane) { continuation?.yield(.drains) }
    func laneClosed(_ lane: Lane, _ error: LinkError) { continuation?.yield(.closed(error)) }

    func lane(
        _ lane: Lane, opened stream: LinkStream, _ request: LinkRequest, end: Bool
    ) -> (any LinkRequestReceiver)? {
        stream.answer(.status(204))
        stream.finish(trailers: nil)
        return nil
    }
}

/// A listener's end on a loopback port.
final class Listening {
    let channel: any Channel
    private var news: AsyncStream<LinkNews>.Iterator

    init(port: Int = 0, tls: NIOSSLContext? = nil) async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: LinkNews.self)
        news = stream.makeAsyncIterator()
        channel = try await LinkServer.listen(
            host: "127.0.0.1", port: port, tls: .init(tls), on: MultiThreadedEventLoopGroup.singleton
        ) { _ in (LaneSettings(), NewsOwner(continuation: continuation)) }
    }

    func next() async -> LinkNews? { await news.next(isolation: #isolation) }

    func stop() async throws { try await channel.close().get() }
}

/// A dialer on an event loop, and what it reports.
final class Dialing {
    private let dialer: NIOLoopBound<LinkDialer>
    private let eventLoop: any EventLoop
    private var reports: AsyncStream<LinkDialer.Event>.Iterator

    init(to port: Int, tls: NIOSSLContext? = nil) {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let (stream, continuation) = AsyncStream.makeStream(of: LinkDialer.Event.self)
        reports = stream.makeAsyncIterator()
        self.eventLoop = eventLoop
        let address = LinkDialer.Address(host: "127.0.0.1", port: port)
        dialer = try! eventLoop.submit {
            let dialer = LinkDialer(address, tls: tls, eventLoop: eventLoop) { continuation.yield($0) }
            dialer.start()
            return NIOLoopBound(dialer, eventLoop: eventLoop)
        }.wait()
    }

    /// The next thing that happens to the link; counts of bytes are passed over.
    func next() async -> LinkDialer.Event? {
        while let event = await reports.next(isolation: #isolation) {
            switch event {
            case .carried, .measured: continue
            default: break
            }
            return event
        }
        return nil
    }

    func onLoop<T: Sendable>(_ work: @escaping @Sendable (LinkDialer) throws -> T) async throws -> T {
        let dialer = dialer
        return try await eventLoop.submit { try work(dialer.value) }.get()
    }

    func stop() async throws { try await onLoop { $0.stop() } }
}
