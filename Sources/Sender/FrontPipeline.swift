import Exchange
import HTTPRules
import HTTPWire
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOSSL
import NIOTLS
import ProxyProtocol

/// What a client's connection is made of, once it is known which version of HTTP it speaks.
struct FrontPipeline {
    let worker: SenderWorker
    let scheme: Scheme
    /// What the PROXY header said; `nil` where the connection's own address holds.
    var proxiedAddress: String?

    /// The most requests at once on one connection of HTTP/2; what nginx and Caddy take, too.
    private static let maxStreams = 128
    private static let windowBytes = 256 * 1024
    private static let maxFramesInWindow = 200
    private static let frameWindow = TimeAmount.seconds(30)

    /// Adds what takes a connection's first bytes: the PROXY header, where it is to have one, then TLS, then HTTP.
    func addFirstHandlers(to channel: any Channel) throws {
        // With https.listen there is a certificate: the configuration sees to that.
        let tls = scheme == .https ? worker.settings.frontTLS : nil
        guard scheme == .http || tls != nil else { throw ChannelError.operationUnsupported }
        guard worker.takesProxyHeader else { return try addDetector(to: channel, tls: tls) }
        let peer = channel.remoteAddress?.ipAddress ?? "unknown"
        guard worker.mayProxy(peer) else {
            worker.refused(peer, "it is not in trusted.proxies, and only those may connect with proxy.protocol = 1")
            return channel.close(promise: nil)
        }
        let handler = ProxyHeaderHandler(timeout: worker.limits.headTimeout) { header in
            var pipeline = self
            if case .client(let address, _) = header { pipeline.proxiedAddress = address }
            try pipeline.addDetector(to: channel, tls: tls)
        } refuse: { [worker] why in
            worker.refused(peer, why)
        }
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    private func addDetector(to channel: any Channel, tls: NIOSSLContext?) throws {
        if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
        try channel.pipeline.syncOperations.addHandler(VersionDetector(pipeline: self, isTLS: tls != nil))
    }

    func addHTTP1(to channel: any Channel) throws {
        try channel.pipeline.syncOperations.addFrontCodec(limits: worker.limits.heads)
        try channel.pipeline.syncOperations.addHandler(
            ClientHandler(worker: worker, scheme: scheme, clientAddress: address(of: channel)))
    }

    func addHTTP2(to channel: any Channel) throws {
        let address = address(of: channel)
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: Self.maxStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: worker.limits.heads.headBytes),
            HTTP2Setting(parameter: .initialWindowSize, value: Self.windowBytes),
        ]
        var streams = NIOHTTP2Handler.StreamConfiguration()
        streams.targetWindowSize = Self.windowBytes
        // What a client may send that costs it nothing; beyond these it gets GOAWAY with ENHANCE_YOUR_CALM. They are
        // stated in docs/operations.md.
        connection.controlFrameRateLimit.maximumCount = Self.maxFramesInWindow
        connection.controlFrameRateLimit.windowLength = Self.frameWindow
        streams.streamResetFrameRateLimit.maximumCount = Self.maxFramesInWindow
        streams.streamResetFrameRateLimit.windowLength = Self.frameWindow
        streams.streamErrorRateLimit.maximumCount = Self.maxFramesInWindow
        streams.streamErrorRateLimit.windowLength = Self.frameWindow
        connection.maximumConnectionGlitches = Self.maxFramesInWindow
        connection.maximumSequentialEmptyDataFrames = 1
        connection.maximumSequentialContinuationFrames = 5
        let manager = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: channel.eventLoop,
            configuration: .init(
                maxIdleTime: nil, maxAge: nil, maxGraceTime: nil,  // it would not watch a client that opens no stream
                keepalive: .init(pingInterval: worker.limits.idleTimeout, ackTimeout: worker.limits.headTimeout)))
        let handler = HTTP2Connection(worker: worker)
        let bound = NIOLoopBound((pipeline: self, connection: handler), eventLoop: channel.eventLoop)
        _ = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
            mode: .server, connectionConfiguration: connection, streamConfiguration: streams,
            streamDelegate: manager.http2StreamDelegate
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let (pipeline, connection) = bound.value
                connection.streamOpened()
                stream.closeFuture.assumeIsolated().whenComplete { _ in connection.streamClosed() }
                let heads = HTTP2Heads(limits: pipeline.worker.limits.heads)
                try stream.pipeline.syncOperations.addHandlers([
                    HTTP2PseudoFields(), HTTP2FramePayloadToHTTP1ServerCodec(), heads,
                    ClientHandler(
                        worker: pipeline.worker, scheme: pipeline.scheme, clientAddress: address, heads: heads),
                ])
            }
        }
        try channel.pipeline.syncOperations.addHandlers([manager, handler])
    }

    private func address(of channel: any Channel) -> String {
        proxiedAddress ?? channel.remoteAddress?.ipAddress ?? "unknown"
    }
}

/// Finds out which version of HTTP a client speaks: with TLS by ALPN, without by its first bytes.
///
/// A client with prior knowledge of HTTP/2 begins with a line that no request is (RFC 9113, section 3.4).
final class VersionDetector: ChannelInboundHandler, RemovableChannelHandler, DeadlineHolder, FrontConnection {
    typealias InboundIn = ByteBuffer

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    private let pipeline: FrontPipeline
    private let isTLS: Bool
    private var seen = ByteBuffer()
    private var context: ChannelHandlerContext?

    init(pipeline: FrontPipeline, isTLS: Bool) {
        self.pipeline = pipeline
        self.isTLS = isTLS
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        pipeline.worker.deadlines.set(self, after: pipeline.worker.limits.headTimeout)
        pipeline.worker.connections.insert(self)
        if pipeline.worker.isDraining { drain() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        pipeline.worker.deadlines.remove(self)
        pipeline.worker.connections.remove(self)
    }

    /// Gives a client whose first request is on its way the time for it, its handshake included.
    func drain() { pipeline.worker.deadlines.set(self, after: ClientHandler.lastRequestTime) }

    /// Leaves it: it never had an answer.
    func makeRoom() {}

    /// Nothing came, or no handshake was completed.
    func deadlinePassed() { context?.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isTLS else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        seen.writeBuffer(&bytes)
        let start = seen.readableBytesView.prefix(Self.preface.count)
        let isHTTP2 = start.elementsEqual(Self.preface.prefix(start.count))
        guard !isHTTP2 || start.count == Self.preface.count else { return }
        detected(isHTTP2: isHTTP2, context)
    }

    private func detected(isHTTP2: Bool, _ context: ChannelHandlerContext) {
        do {
            if isHTTP2 {
                try pipeline.addHTTP2(to: context.channel)
            } else {
                try pipeline.addHTTP1(to: context.channel)
            }
        } catch {
            return context.close(promise: nil)
        }
        if seen.readableBytes > 0 {
            context.fireChannelRead(NIOAny(seen))
            context.fireChannelReadComplete()
        }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted(let negotiated): detected(isHTTP2: negotiated == "h2", context)
        case ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
