import Exchange
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// The small HTTP server of `stats.listen`: `GET /` gives JSON, `GET /metrics` the form of Prometheus.
///
/// It runs on one event loop and answers one request a connection: it is for curl and for collectors.
package struct StatisticsServer: Service {
    /// An answer: its status, its type, and its bytes.
    package typealias Page = @Sendable () async -> (status: Int, type: String, bytes: [UInt8])

    private let listening: any Channel

    /// Where it listens, with the port that the system chose for port 0.
    package var address: SocketAddress? { listening.localAddress }

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - address: Where to.
    ///   - sockets: Where the socket comes from.
    ///   - statistics: What is shown.
    ///   - pages: Further answers by path: "/store".
    ///   - group: Where it runs.
    /// - Throws: ``ListenFailure`` when the address can't be had.
    package init(
        at address: HostAndPort, sockets: ListeningSockets = ListeningSockets(), statistics: Statistics,
        pages: [String: Page] = [:], group: any EventLoopGroup
    ) async throws {
        let own: [String: Page] = [
            "/": { (200, "application/json", await statistics.document().json()) },
            "/metrics": { (200, MetricsText.type, await statistics.document().prometheus()) },
        ]
        let pages = own.merging(pages) { own, _ in own }
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptGate(places: Places()) { _, _ in })
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    try pipeline.addHandlers(IdleStateHandler(allTimeout: .seconds(30)), StatisticsHandler(pages))
                }
            }
        listening = try await sockets.listen(address, setting: "stats.listen") {
            try await bootstrap.withBoundSocket($0).get()
        }
    }

    /// Answers until the graceful shutdown.
    package func run() async throws {
        try? await gracefulShutdown()
        try? await listening.close()
    }
}

private final class StatisticsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let pages: [String: StatisticsServer.Page]
    private var request: HTTPRequestHead?
    /// An answer is being made: the client waits, and is not idle.
    private var isAnswering = false

    init(_ pages: [String: StatisticsServer.Page]) { self.pages = pages }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): request = head
        case .body: break
        case .end:
            guard let request else { return }
            self.request = nil
            answer(request, context)
        }
    }

    private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let path = request.uri.prefix { $0 != "?" }
        guard let page = pages[String(path)] else {
            let paths = pages.keys.sorted().joined(separator: " ")
            return write(.notFound, "text/plain", [UInt8]("There are: \(paths)\n".utf8), request, context)
        }
        guard request.method == .GET || request.method == .HEAD else {
            return write(.methodNotAllowed, "text/plain", [UInt8]("Use GET.\n".utf8), request, context)
        }
        isAnswering = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.makeFutureWithTask { await page() }.whenSuccess { status, type, bytes in
            let (handler, context) = bound.value
            handler.isAnswering = false
            handler.write(HTTPResponseStatus(statusCode: status), type, bytes, request, context)
        }
    }

    private func write(
        _ status: HTTPResponseStatus, _ type: String, _ bytes: [UInt8], _ request: HTTPRequestHead,
        _ context: ChannelHandlerContext
    ) {
        var fields: HTTPHeaders = [
            "Content-Type": type, "Content-Length": "\(bytes.count)", "Cache-Control": "no-store",
            "Connection": "close",
        ]
        if status == .methodNotAllowed { fields.add(name: "Allow", value: "GET, HEAD") }
        context.write(wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: fields))), promise: nil)
        if request.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
        }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent, !isAnswering { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
