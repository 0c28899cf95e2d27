import EmbeddedLine
import Exchange
import HTTPRules
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Origin
import TestSupport
import Testing

/// Connections by TCP, on the loopback.
struct Sockets {
    /// What comes of one request to a port.
    private func ask(
        host: String = "127.0.0.1", port: Int, tls: NIOSSLContext? = nil
    ) async throws -> Result<String, ExchangeFailure> {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let promise = loop.makePromise(of: Result<String, ExchangeFailure>.self)
        let pool = try await loop.submit {
            let pool = OriginPool(limits: OriginLimits(timeout: .seconds(60)), tls: tls, eventLoop: loop)
            pool.start()
            let address = OriginAddress(host: host, port: port, tlsName: tls.map { _ in "www.example.org" })
            _ = pool.send(OriginRequest(.sample(), address: address), receiver: Waiting(promise))
            return NIOLoopBound(pool, eventLoop: loop)
        }.get()
        let result = try await promise.futureResult.get()
        try await loop.submit { pool.value.stop() }.get()
        return result
    }

    /// A server that answers the first bytes of each connection.
    private func serve(_ text: String) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answering(text))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    @Test func anAnswerComesByTCP() async throws {
        let server = try await serve(Pool.ok)
        #expect(try await ask(port: server.localAddress!.port!) == .success("200 ok"))
        try await server.close()
    }

    @Test func aNameMayHaveAddressesThatNobodyServes() async throws {
        let server = try await serve(Pool.ok)  // at 127.0.0.1; where localhost is ::1 as well, that one refuses
        #expect(try await ask(host: "localhost", port: server.localAddress!.port!) == .success("200 ok"))
        try await server.close()
    }

    @Test func aPortWithoutAServerIsRefusedAtOnce() async throws {
        let port = Int(try freePort())
        let words = "http://127.0.0.1:\(port) can't be reached: Connection refused"
        #expect(try await ask(port: port) == .failure(ExchangeFailure(.origin, words, requestUnseen: true)))
    }

    @Test func aServerThatSpeaksPlainHTTPIsNoHTTPSOrigin() async throws {
        let server = try await serve("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        let port = server.localAddress!.port!
        let tls = try NIOSSLContext(configuration: .makeClientConfiguration())
        let result = try await ask(port: port, tls: tls)
        let words = "TLS with https://127.0.0.1:\(port) failed: it does not speak TLS"
        #expect(result == .failure(ExchangeFailure(.origin, words, requestUnseen: true)))
        try await server.close()
    }
}

private final class Waiting: AnswerReceiver {
    private let promise: EventLoopPromise<Result<String, ExchangeFailure>>
    private var text = ""

    init(_ promise: EventLoopPromise<Result<String, ExchangeFailure>>) { self.promise = promise }

    func received(interim head: HTTPResponseHead) {}
    func received(_ answer: Answer) { text = "\(answer.head.status.code) " }
    func received(_ body: ByteBuffer) { text += String(buffer: body) }
    func receivedEnd(trailers: HTTPHeaders?) { promise.succeed(.success(text)) }
    func failed(_ failure: ExchangeFailure) { promise.succeed(.failure(failure)) }
    func requestBecameWritable() {}
}

private final class Answering: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let text: String

    init(_ text: String) { self.text = text }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
}
