import Credentials
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// The certificate of a server that was not trusted: only to say what is wrong with it.
///
/// Nothing is sent to that server.
enum StrangersCertificate {
    /// Connects once more, without any check.
    ///
    /// - Returns: `nil` where it can't be had.
    static func read(at address: SocketAddress) async -> CertificateSummary? {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        guard let tls = try? NIOSSLContext(configuration: configuration) else { return nil }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let certificate = loop.makePromise(of: [UInt8]?.self)
        let channel = try? await ClientBootstrap(group: loop).connectTimeout(LinkProbe.connectTimeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOSSLClientHandler(context: tls, serverHostname: nil), Reader(certificate),
                    ])
                }
            }
            .connect(to: address).get()
        guard let channel else {
            certificate.succeed(nil)
            return nil
        }
        let timeout = loop.scheduleTask(in: .seconds(5)) { certificate.succeed(nil) }
        let bytes = (try? await certificate.futureResult.get()) ?? nil
        timeout.cancel()
        channel.close(promise: nil)
        return bytes.flatMap { try? CertificateSummary(derBytes: $0) }
    }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let certificate: EventLoopPromise<[UInt8]?>

        init(_ certificate: EventLoopPromise<[UInt8]?>) { self.certificate = certificate }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard case .handshakeCompleted? = event as? TLSUserEvent else { return }
            let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
            certificate.succeed(try? tls?.peerCertificate?.toDERBytes())
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { certificate.succeed(nil) }
        func channelInactive(context: ChannelHandlerContext) { certificate.succeed(nil) }
    }
}
