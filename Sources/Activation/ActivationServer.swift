package import Credentials
import Exchange
package import Logging
import NIOConcurrencyHelpers
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
package import Operations

/// The port of `activation.listen`: a new listener brings a token and its key, and gets its certificate.
///
/// `POST /activation` by HTTP/1.1 over TLS 1.3; the body is the token, a line feed, and a PKCS #10 request in PEM. One request a
/// connection. Whoever reaches the port may try: connections, their time, bytes and attempts are bounded.
package enum ActivationServer {
    /// The most connections at once.
    static let connections = 32
    /// How long one may take, its handshake included.
    package static let usualTimeout = TimeAmount.seconds(10)
    /// The longest body of a request.
    static let bodyBytes = 8192

    /// Listens.
    ///
    /// - Parameters:
    ///   - address: Where.
    ///   - authority: Gives certificates.
    ///   - sockets: Where the socket comes from.
    ///   - group: Whose event loops have the connections.
    ///   - limits: How often it may be tried.
    ///   - timeout: How long a connection may take.
    ///   - logger: Hears of each attempt; never of a token.
    /// - Returns: The listening channel.
    /// - Throws: Where the address can't be had.
    package static func listen(
        _ address: HostAndPort, authority: ActivationAuthority, sockets: ListeningSockets, group: any EventLoopGroup,
        limits: AttemptLimits = AttemptLimits(), timeout: TimeAmount = usualTimeout, logger: Logger
    ) async throws -> any Channel {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(authority.chain.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(authority.key.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv13
        let tls = try NIOSSLContext(configuration: configuration)
        let (places, limits) = (Places(connections), NIOLockedValueBox(limits))
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptGate(places: places) { obstacle, isNews in
                            guard isNews else { return }
                            logger.warning("\(obstacle.words(setting: "activation.listen", clients: "listeners"))")
                        })
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let end = channel.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
                    // Else it would keep what is left of each connection until then, and of those there is no bound.
                    channel.closeFuture.whenComplete { _ in end.cancel() }
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLServerHandler(context: tls))
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    try pipeline.addHandlers(
                        NIOHTTPServerRequestAggregator(maxContentLength: bodyBytes),
                        ActivationHandler(authority, limits, logger))
                }
            }
        return try await sockets.listen(address, setting: "activation.listen") {
            try await bootstrap.withBoundSocket($0).get()
        }
    }
}

private final class ActivationHandler: ChannelInboundHandler {
    typealias InboundIn = NIOHTTPServerRequestFull
    typealias OutboundOut = HTTPServerResponsePart

    private let authority: ActivationAuthority
    private let limits: NIOLockedValueBox<AttemptLimits>
    private let logger: Logger

    init(_ authority: ActivationAuthority, _ limits: NIOLockedValueBox<AttemptLimits>, _ logger: Logger) {
        (self.authority, self.limits, self.logger) = (authority, limits, logger)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let request = unwrapInboundIn(data)
        let peer = context.remoteAddress?.ipAddress ?? "unknown"
        guard request.head.method == .POST, request.head.uri == "/activation" else {
            return answer(context, .notFound, "This port is for rg-listener.")
        }
        let verdict = limits.withLockedValue { $0.attempt(by: peer, at: .now()) }
        guard verdict == .allowed else {
            // Whoever tries all the time shall not fill the log.
            if verdict == .refused(isNews: true) {
                logger.warning("activation of \(peer): too many attempts within a minute; more of them aren't told of")
            }
            return answer(context, .tooManyRequests, "There were too many attempts; try again in a minute.")
        }
        let body = request.body.map { String(buffer: $0) } ?? ""
        let line = body.prefix { $0 != "\n" }
        guard let token = ActivationToken(String(line)) else {
            logger.warning("activation of \(peer): the request has no token")
            return answer(context, .badRequest, "The request has no token.")
        }
        let csr = String(body.dropFirst(line.count + 1))
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        // It waits for a disk, and maybe for another process.
        NIOThreadPool.singleton.runIfActive(eventLoop: context.eventLoop) { [authority] in
            Result { () throws(ActivationAuthority.Refusal) in try authority.certificate(for: token, request: csr) }
        }.whenComplete { result in
            let (handler, context) = bound.value
            handler.answer(context, result.flatMap { $0.mapError { $0 } }, to: peer)
        }
    }

    private func answer(
        _ context: ChannelHandlerContext, _ result: Result<(chain: String, name: String), any Error>, to peer: String
    ) {
        switch result {
        case .success(let made):
            logger.notice("activation of \(peer): \(made.name) has its certificate")
            answer(context, .ok, made.chain)
        case .failure(ActivationAuthority.Refusal.token):
            logger.warning("activation of \(peer): the token is unknown, has expired, or was used before")
            answer(context, .forbidden, "The token is unknown, has expired, or was used before.")
        case .failure(ActivationAuthority.Refusal.request(let why)):
            logger.warning("activation of \(peer): \(why)")
            answer(context, .badRequest, why)
        case .failure(let error):
            let why = if case ActivationAuthority.Refusal.here(let why) = error { why } else { "\(error)" }
            logger.error("activation of \(peer): \(why)")
            answer(context, .internalServerError, "No certificate can be given now; the log of rg-sender says why.")
        }
    }

    private func answer(_ context: ChannelHandlerContext, _ status: HTTPResponseStatus, _ text: String) {
        let bytes = ByteBuffer(string: text.hasSuffix("\n") ? text : text + "\n")
        let fields: HTTPHeaders = [
            "Content-Type": "text/plain", "Content-Length": "\(bytes.readableBytes)", "Connection": "close",
        ]
        context.write(wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: fields))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
