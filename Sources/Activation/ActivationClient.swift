package import Credentials
import Exchange
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
package import Operations

/// Why there is no certificate: one line for a person.
package struct ActivationFailure: Error, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}

/// Gets a certificate from an rg-sender for a token.
package struct ActivationClient: Sendable {
    private let address: HostAndPort
    private let token: ActivationToken
    private let timeout: TimeAmount

    private static let answerBytes = 65_536

    /// Describes the attempt, and how long the answer may take.
    package init(_ address: HostAndPort, token: ActivationToken, timeout: TimeAmount = .seconds(15)) {
        (self.address, self.token, self.timeout) = (address, token, timeout)
    }

    /// Brings a request, in PEM; the token goes only to who proves to have the key of its authority.
    ///
    /// - Returns: The certificate and that of its authority, in PEM.
    /// - Throws: ``ActivationFailure``.
    package func certificate(for request: String) async throws(ActivationFailure) -> [String] {
        let answer: (status: HTTPResponseStatus, text: String)
        do { answer = try await post("\(token.text)\n\(request)") } catch {
            throw ActivationFailure("activation.railgun_host = \(address): \(Self.words(error))")
        }
        guard answer.status == .ok else {
            let text = answer.text.split(separator: "\n").first ?? "it says nothing more"
            throw ActivationFailure(
                "activation.railgun_host = \(address): it gives no certificate (\(answer.status.code)): \(text)")
        }
        let end = "-----END CERTIFICATE-----\n"
        let certificates = answer.text.split(separator: end, omittingEmptySubsequences: true).map { String($0) + end }
        guard certificates.count == 2, token.isOfAuthority(inPEM: certificates[1]) else {
            throw ActivationFailure("activation.railgun_host = \(address): its answer is no certificate")
        }
        return certificates
    }

    private func post(_ body: String) async throws -> (status: HTTPResponseStatus, text: String) {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv13
        configuration.trustRoots = .certificates([])
        configuration.certificateVerification = .noHostnameVerification
        let tls = try NIOSSLContext(configuration: configuration)
        let (address, token, limit) = (address, token, timeout)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: (status: HTTPResponseStatus, text: String).self)
        do {
            let channel = try await ClientBootstrap(group: loop).connectTimeout(.seconds(10))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: nil) { chain, verdict in
                                do {
                                    try token.check(chain: chain.map { try $0.toDERBytes() })
                                    verdict.succeed(.certificateVerified)
                                } catch {
                                    answer.fail(error)
                                    verdict.succeed(.failed)
                                }
                            })
                        try pipeline.addHTTPClientHandlers()
                        try pipeline.addHandlers(
                            NIOHTTPClientResponseAggregator(maxContentLength: Self.answerBytes), AnswerReader(answer))
                    }
                }
                .connect(host: address.host, port: address.port).get()
            let timeout = loop.scheduleTask(in: limit) { answer.fail(ChannelError.connectTimeout(limit)) }
            defer {
                timeout.cancel()
                channel.close(promise: nil)
            }
            let bytes = ByteBuffer(string: body)
            let fields: HTTPHeaders = [
                "Host": "\(address)", "Content-Type": "text/plain", "Content-Length": "\(bytes.readableBytes)",
                "Connection": "close",
            ]
            // TLS holds it back until the chain was checked.
            channel.write(
                HTTPClientRequestPart.head(
                    .init(version: .http1_1, method: .POST, uri: "/activation", headers: fields)), promise: nil)
            channel.write(HTTPClientRequestPart.body(.byteBuffer(bytes)), promise: nil)
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
            return try await answer.futureResult.get()
        } catch {
            answer.fail(error)
            throw error
        }
    }

    private static func words(_ error: any Error) -> String {
        switch error {
        case let error as CredentialError: error.description
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { words($0.error) } ?? "no address for \(error.host)"
        case let error as IOError: error.words
        case is ChannelError: "no answer in time"
        default: TLSWords.words(for: error)
        }
    }
}

private final class AnswerReader: ChannelInboundHandler {
    typealias InboundIn = NIOHTTPClientResponseFull

    private let answer: EventLoopPromise<(status: HTTPResponseStatus, text: String)>

    init(_ answer: EventLoopPromise<(status: HTTPResponseStatus, text: String)>) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let full = unwrapInboundIn(data)
        answer.succeed((full.head.status, full.body.map { String(buffer: $0) } ?? ""))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { answer.fail(ActivationFailure("it closed the connection")) }
}
