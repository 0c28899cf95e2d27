import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import Credentials

/// BoringSSL, which the link uses, judges the certificates.
final class HandshakeTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("cert-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// One end's TLS: of a server, which asks for a certificate, or of a client, which checks the server's name.
    private func context(_ end: String, roots: String, isClient: Bool) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile("\(path)/\(end).pem").map(NIOSSLCertificateSource.certificate)
        var configuration = TLSConfiguration.makeServerConfigurationWithMTLS(
            certificateChain: chain,
            privateKey: .privateKey(try NIOSSLPrivateKey(file: "\(path)/\(end).key", format: .pem)),
            trustRoots: .certificates(try NIOSSLCertificate.fromPEMFile("\(path)/\(roots).pem")))
        configuration.certificateVerification = isClient ? .fullVerification : .noHostnameVerification
        configuration.minimumTLSVersion = .tlsv13
        return try NIOSSLContext(configuration: configuration)
    }

    /// Sends a word there and back over TLS 1.3 with certificates on both sides.
    private func shakeHands(server: NIOSSLContext, client: NIOSSLContext, name: String?) async throws -> String {
        let group = MultiThreadedEventLoopGroup.singleton
        let listening = try await ServerBootstrap(group: group).childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandlers(NIOSSLServerHandler(context: server), Echo())
            }
        }.bind(host: "127.0.0.1", port: 0).get()
        defer { listening.close(promise: nil) }
        let answer = group.any().makePromise(of: String.self)
        let channel = try await ClientBootstrap(group: group).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandlers(
                    NIOSSLClientHandler(context: client, serverHostname: name), Answer(answer))
            }
        }.connect(to: listening.localAddress!).get()
        channel.writeAndFlush(ByteBuffer(string: "hello"), promise: nil)
        defer { channel.close(promise: nil) }
        return try await answer.futureResult.get()
    }

    @Test(arguments: [("listener.test", "listener.test"), ("127.0.0.1", nil)])
    func bothEndsAcceptEachOtherInEitherDirection(inCertificate: String, name: String?) async throws {
        _ = try CredentialFolder(path).make(ends: [
            .init(name: "sender", names: [.init(inCertificate)]),
            .init(name: "listener", names: [.init(inCertificate)]),
        ])
        for (server, client) in [("listener", "sender"), ("sender", "listener")] {
            let server = try context(server, roots: "ca", isClient: false)
            let client = try context(client, roots: "ca", isClient: true)
            #expect(try await shakeHands(server: server, client: client, name: name) == "hello")
            // NIOSSL is content when the address matches, whatever the name: only a name can be wrong here.
            guard name != nil else { continue }
            await #expect(throws: (any Error).self) {
                try await self.shakeHands(server: server, client: client, name: "other.test")
            }
        }
    }

    @Test func aCertificateOfAnotherRootIsRefused() async throws {
        _ = try CredentialFolder(path).make(ends: [.init(name: "listener", names: [.init("127.0.0.1")])])
        let listener = try context("listener", roots: "ca", isClient: false)
        for file in ["ca.pem", "ca.key"] {
            try FileManager.default.moveItem(atPath: "\(path)/\(file)", toPath: "\(path)/old-\(file)")
        }
        _ = try CredentialFolder(path).make(ends: [.init(name: "sender", names: [])])
        let sender = try context("sender", roots: "old-ca", isClient: true)
        await #expect(throws: (any Error).self) {
            try await self.shakeHands(server: listener, client: sender, name: nil)
        }
    }
}

private final class Echo: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(wrapOutboundOut(unwrapInboundIn(data)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

private final class Answer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let promise: EventLoopPromise<String>

    init(_ promise: EventLoopPromise<String>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        promise.succeed(String(buffer: unwrapInboundIn(data)))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { promise.fail(error) }

    func channelInactive(context: ChannelHandlerContext) { promise.fail(ChannelError.eof) }
}
