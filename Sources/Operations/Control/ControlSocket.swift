import Exchange
import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Takes commands from who may open `control.socket`: the daemon's own user, and root.
///
/// One line for each connection: `purge all`, `purge site HOST` or `purge page URL`. The answer is lines for people; the first
/// word is `ok` or `error`.
package struct ControlSocket: Service {
    /// What a command did: lines for people, and whether it did all of it.
    package struct Outcome: Sendable {
        package let lines: [String]
        package let isComplete: Bool

        package init(_ lines: [String], isComplete: Bool) { (self.lines, self.isComplete) = (lines, isComplete) }
    }

    private let path: String
    private let node: ino_t
    private let listening: any Channel

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - path: Where. A socket that nobody listens on any more is replaced.
    ///   - replaces: Whether the process that has it is being replaced by this one.
    ///   - group: Where it runs.
    ///   - logger: Told of each command, without addresses.
    ///   - purge: Forgets pages.
    /// - Throws: ``ListenFailure``.
    package init(
        at path: String, replaces: Bool, group: any EventLoopGroup, logger: Logger,
        purge: @escaping @Sendable (PurgeScope) async -> Outcome
    ) async throws {
        let bound = try UnixSocket.listening(at: path, replaces: replaces)
        (self.path, node) = (path, bound.node)
        listening = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        IdleStateHandler(readTimeout: .seconds(10)), ControlHandler(logger: logger, purge: purge))
                }
            }
            .withBoundSocket(bound.descriptor).get()
    }

    /// Answers until the graceful shutdown.
    package func run() async throws {
        try? await gracefulShutdown()
        try? await listening.close()
        // Not that of the process that has taken over.
        if UnixSocket.node(at: path) == node { _ = unsafe unlink(path) }
    }
}

private final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let maxLineBytes = 16 * 1024
    private let logger: Logger
    private let purge: @Sendable (PurgeScope) async -> ControlSocket.Outcome
    private var line = ByteBuffer()
    private var isAnswering = false

    init(logger: Logger, purge: @escaping @Sendable (PurgeScope) async -> ControlSocket.Outcome) {
        (self.logger, self.purge) = (logger, purge)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAnswering else { return }
        line.writeImmutableBuffer(unwrapInboundIn(data))
        guard let end = line.readableBytesView.firstIndex(of: 0x0A) else {
            if line.readableBytes > Self.maxLineBytes { context.close(promise: nil) }
            return
        }
        isAnswering = true
        let text = String(decoding: line.readableBytesView[..<end], as: UTF8.self)
        guard let scope = PurgeScope(command: text) else {
            return answer(
                ControlSocket.Outcome(["use purge all, purge site HOST or purge page URL"], isComplete: false), context)
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.makeFutureWithTask { [purge] in await purge(scope) }.whenSuccess { outcome in
            let (handler, context) = bound.value
            handler.logger.notice("control.socket: pages were forgotten: \(outcome.lines.joined(separator: "; "))")
            handler.answer(outcome, context)
        }
    }

    private func answer(_ outcome: ControlSocket.Outcome, _ context: ChannelHandlerContext) {
        let lines = ([outcome.isComplete ? "ok" : "error"] + outcome.lines).map { "\($0)\n" }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: lines.joined()))).whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent, !isAnswering { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
