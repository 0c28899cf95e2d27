import Exchange
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

@testable import Link

/// What became of a lane.
enum LinkNews: Hashable, Sendable { case opened, drains, closed(LinkError) }

/// Passes on what happens to lanes; answers each request with 204.
final class NewsOwner: LaneOwner, Sendable {
    private let continuation: AsyncStream<LinkNews>.Continuation?
    private let lanes: NIOLockedValueBox<[NIOLoopBound<Lane>]>?
    private let channel: (any Channel)?

    init(
        continuation: AsyncStream<LinkNews>.Continuation?, lanes: NIOLockedValueBox<[NIOLoopBound<Lane>]>? = nil,
        channel: (any Channel)? = nil
    ) {
        (self.continuation, self.lanes, self.channel) = (continuation, lanes, channel)
    }

    func laneOpened(_ lane: Lane) {
        if let channel { lanes?.withLockedValue { $0.append(NIOLoopBound(lane, eventLoop: channel.eventLoop)) } }
        continuation?.yield(.opened)
    }
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

    /// The lanes that are open.
    let lanes = NIOLockedValueBox<[NIOLoopBound<Lane>]>([])
    /// The connections that came.
    let channels = NIOLockedValueBox<[any Channel]>([])
    private let turn = NIOLockedValueBox(0)

    /// Accepts lanes as a listener; with `places`, as a sender that has so many, and gives them in turn.
    init(port: Int = 0, places: Int = 0, tls: LinkTLS? = nil) async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: LinkNews.self)
        news = stream.makeAsyncIterator()
        channel = try await LinkServer.listen(
            host: "127.0.0.1", port: port, as: places > 0 ? .sender : .listener, tls: .init(tls),
            on: MultiThreadedEventLoopGroup.singleton
        ) { [turn, lanes, channels] channel in
            channels.withLockedValue { $0.append(channel) }
            let owner = NewsOwner(continuation: continuation, lanes: lanes, channel: channel)
            guard places > 0 else { return (LaneSettings(), owner) }
            let place = turn.withLockedValue { turn in
                turn += 1
                return turn % places + 1
            }
            return (.forSender(place: place, of: places), owner)
        }
    }

    /// The places of the lanes that take requests, in order.
    func openPlaces() async throws -> [Int] {
        var places: [Int] = []
        for bound in lanes.withLockedValue({ $0 }) {
            let place = try await bound.eventLoop.submit { bound.value.isOpen ? bound.value.machine.settings.place : 0 }
                .get()
            if place > 0 { places.append(place) }
        }
        return places.sorted()
    }

    /// Waits until there are lanes at these places, and no others.
    func settles(at places: [Int]) async throws -> Bool {
        for _ in 0..<1000 {
            if try await openPlaces() == places { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    func next() async -> LinkNews? { await news.next(isolation: #isolation) }

    func stop() async throws { try await channel.close().get() }
}

/// A dialer on an event loop, and what it reports.
final class Dialing {
    private let dialer: NIOLoopBound<LinkDialer>
    private let eventLoop: any EventLoop
    private var reports: AsyncStream<LinkDialer.Event>.Iterator

    init(to port: Int, tls: LinkTLS? = nil) {
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

/// A listener that opens the link itself, and what it reports.
final class DialingOut {
    private let link: LinkDialOut
    private var reports: AsyncStream<String>.Iterator

    init(to sender: Listening, port: Int? = nil, tls: LinkTLS? = nil) {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        reports = stream.makeAsyncIterator()
        current = .init(tls)
        link = LinkDialOut(
            .init(host: "127.0.0.1", port: port ?? sender.channel.localAddress!.port!), tls: current,
            on: MultiThreadedEventLoopGroup.singleton, owner: { _ in NewsOwner(continuation: nil) }
        ) { event in
            switch event {
            case .opened: continuation.yield("opened")
            case .failed(let error, _): continuation.yield("failed: \(error.message)")
            }
        }
        link.start()
    }

    let current: CurrentLinkTLS

    func next() async -> String? { await reports.next(isolation: #isolation) }

    func renew(_ tls: LinkTLS) {
        current.withLockedValue { $0 = tls }
        link.start()
    }

    func stop() { link.stop() }
}
