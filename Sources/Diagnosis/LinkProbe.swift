import Exchange
import Link
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// Opens one lane as a sender does, and tells how far it came.
///
/// Confined to its event loop.
final class LinkProbe: LaneOwner {
    /// What TLS agreed on.
    struct Handshake: Sendable {
        var version: TLSVersion?
        /// `railgun/1` at a listener.
        var applicationProtocol: String?
        /// The other end's, in DER.
        var certificate: [UInt8]?
    }

    /// Why the lane ended.
    struct End: Error {
        var link: LinkError
        /// What TLS said, where it said something.
        var tls: (any Error)?
    }

    /// What TLS agreed on; fails with ``End``.
    let handshake: EventLoopPromise<Handshake>
    /// The lane's name, once it is open; fails with ``End``.
    let opened: EventLoopPromise<UInt64>
    private(set) lazy var lane = Lane(role: .sender, settings: LaneSettings(), owner: self)
    private let eventLoop: any EventLoop
    private var pings: (left: Int, samples: [TimeAmount], promise: EventLoopPromise<[TimeAmount]>)?
    private var tlsError: (any Error)?

    static let connectTimeout = TimeAmount.seconds(10)

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        handshake = eventLoop.makePromise()
        opened = eventLoop.makePromise()
    }

    /// Connects.
    ///
    /// - Parameters:
    ///   - address: Where to.
    ///   - host: What the listener's certificate must be good for.
    ///   - tls: What this end shows and trusts.
    /// - Returns: That TCP connected, and no more.
    func connect(to address: SocketAddress, host: String, tls: LinkTLS?) -> EventLoopFuture<Void> {
        let isolated = NIOLoopBound(self, eventLoop: eventLoop)
        let connected = ClientBootstrap(group: eventLoop)
            .connectTimeout(Self.connectTimeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let (pipeline, probe) = (channel.pipeline.syncOperations, isolated.value)
                    try pipeline.addHandler(WireCounter(probe.lane))
                    // Before the gate: what TLS agreed on is told of those too that don't get through.
                    var handlers = try tls?.handlers(dialing: host) ?? []
                    handlers.insert(HandshakeWatcher(probe), at: min(1, handlers.count))
                    try pipeline.addHandlers(handlers + [probe.lane])
                }
            }
            .connect(to: address).map { _ in }
        connected.whenFailure { error in
            isolated.value.finish(LinkError(.closed, "\(error)"))
        }
        return connected
    }

    /// Pings the other end so many times, one after the other.
    func ping(count: Int) -> EventLoopFuture<[TimeAmount]> {
        let promise = eventLoop.makePromise(of: [TimeAmount].self)
        guard lane.isOpen else {
            promise.fail(End(link: LinkError(.closed, "the link was closed")))
            return promise.futureResult
        }
        pings = (count, [], promise)
        lane.ping()
        return promise.futureResult
    }

    fileprivate func failed(_ error: any Error) { if tlsError == nil { tlsError = error } }

    private func finish(_ error: LinkError) {
        let end = End(link: error, tls: tlsError)
        handshake.fail(end)
        opened.fail(end)
        pings?.promise.fail(end)
        pings = nil
    }

    // MARK: what the lane tells

    func laneOpened(_ lane: Lane) { opened.succeed(lane.laneID) }

    func laneDrains(_ lane: Lane) {}

    func laneClosed(_ lane: Lane, _ error: LinkError) { finish(error) }

    func lane(_ lane: Lane, measured roundTrip: TimeAmount) {
        guard pings != nil else { return }
        pings!.samples.append(roundTrip)
        pings!.left -= 1
        guard pings!.left > 0 else {
            pings!.promise.succeed(pings!.samples)
            return pings = nil
        }
        let isolated = NIOLoopBound(lane, eventLoop: eventLoop)
        // Apart from each other: bursts are not what users see.
        eventLoop.scheduleTask(in: .milliseconds(50)) { isolated.value.ping() }
    }

    func lane(
        _ lane: Lane, opened stream: LinkStream, _ request: LinkRequest, end: Bool
    ) -> (any LinkRequestReceiver)? {
        nil  // a lane of a sender refuses requests before it asks
    }
}

/// Stands between TLS and the lane, and notes what TLS says.
private final class HandshakeWatcher: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let probe: LinkProbe

    init(_ probe: LinkProbe) { self.probe = probe }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted(let applicationProtocol)? = event as? TLSUserEvent {
            let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
            probe.handshake.succeed(
                LinkProbe.Handshake(
                    version: tls?.tlsVersion, applicationProtocol: applicationProtocol,
                    certificate: try? tls?.peerCertificate?.toDERBytes()))
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        probe.failed(error)
        context.fireErrorCaught(error)
    }
}
