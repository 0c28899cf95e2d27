import HTTPRules
import HTTPWire
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOTLS

/// What a client's connection is made of, once it is known which version of HTTP it speaks.
struct FrontPipeline {
    let worker: SenderWorker
    let scheme: Scheme

    /// The most requests at once on one connection of HTTP/2; what nginx and Caddy take, too.
    private static let maxStreams = 128

    /// Without TLS the first bytes tell; with it, ALPN did.
    func addDetection(to channel: any Channel) throws {
        try channel.pipeline.syncOperations.addHandler(VersionDetector(pipeline: self))
    }

    func addHTTP1(to channel: any Channel) throws {
        try channel.pipeline.syncOperations.addFrontCodec()
        try channel.pipeline.syncOperations.addHandler(
            ClientHandler(worker: worker, scheme: scheme, clientAddress: Self.address(of: channel)))
    }

    func addHTTP2(to channel: any Channel) throws {
        let address = Self.address(of: channel)
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: Self.maxStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: HeadLimits().headBytes),
            HTTP2Setting(parameter: .initialWindowSize, value: 256 * 1024),
        ]
        var streams = NIOHTTP2Handler.StreamConfiguration()
        streams.targetWindowSize = 256 * 1024
        let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
        _ = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
            mode: .server, connectionConfiguration: connection, streamConfiguration: streams
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let pipeline = bound.value
                try stream.pipeline.syncOperations.addHandlers([
                    HTTP2FramePayloadToHTTP1ServerCodec(), HTTP2Heads(),
                    ClientHandler(worker: pipeline.worker, scheme: pipeline.scheme, clientAddress: address),
                ])
            }
        }
    }

    private static func address(of channel: any Channel) -> String { channel.remoteAddress?.ipAddress ?? "unknown" }
}

/// Heads of HTTP/2 as the rules expect them: the library calls them 1.1.
private final class HTTP2Heads: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        head.version = .http2
        // The library adds these, for handlers that know HTTP/1 only.
        head.headers.remove(name: "transfer-encoding")
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }
}

/// Tells HTTP/2 from HTTP/1 by its first bytes: a client with prior knowledge begins with a line that no request is.
private final class VersionDetector: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    private let pipeline: FrontPipeline
    private var seen = ByteBuffer()

    init(pipeline: FrontPipeline) { self.pipeline = pipeline }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        seen.writeBuffer(&bytes)
        let start = seen.readableBytesView.prefix(Self.preface.count)
        let isHTTP2 = start.elementsEqual(Self.preface.prefix(start.count))
        guard !isHTTP2 || start.count == Self.preface.count else { return }
        do {
            if isHTTP2 { try pipeline.addHTTP2(to: context.channel) } else { try pipeline.addHTTP1(to: context.channel) }
        } catch {
            return context.close(promise: nil)
        }
        context.fireChannelRead(NIOAny(seen))
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}

/// Adds what ALPN agreed on.
final class ALPNPipeline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let pipeline: FrontPipeline

    init(pipeline: FrontPipeline) { self.pipeline = pipeline }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case TLSUserEvent.handshakeCompleted(let negotiated)? = event as? TLSUserEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        do {
            if negotiated == "h2" {
                try pipeline.addHTTP2(to: context.channel)
            } else {
                try pipeline.addHTTP1(to: context.channel)
            }
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
