import Exchange
import Hummingbird
import HummingbirdCore
import Logging
package import NIOCore
import NIOPosix
package import Operations
import ServiceLifecycle

/// The HTTP server of `stats.listen`: for people, curl and collectors.
///
/// Hummingbird reads, routes and answers requests, on sockets that are ours: they are bound before root is given up, and
/// handed over in an upgrade.
package final class StatisticsServer: Service {
    private static let connections = 256
    private static let idleTimeout = TimeAmount.seconds(30)
    /// How long the answers under way may take when the process ends.
    private static let lastAnswers = TimeAmount.seconds(2)

    private let listening: any Channel
    private let open = OpenConnections()
    let routes: Routes

    package let name = "the port of the statistics"

    /// Where it listens, with the port that the system chose for port 0.
    package var address: SocketAddress? { listening.localAddress }

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - address: Where to.
    ///   - sockets: Where the socket comes from.
    ///   - routes: What is answered.
    ///   - group: Where it runs.
    /// - Throws: ``ListenFailure`` when the address can't be had.
    package init(
        at address: HostAndPort, sockets: ListeningSockets = ListeningSockets(), routes: Routes,
        group: any EventLoopGroup
    ) async throws {
        self.routes = routes
        // What a client did wrong is its own business, and our own words about the rest are in the log already.
        let quiet = Logger(label: "statistics") { _ in SwiftLogNoOpLogHandler() }
        let http = HTTP1Channel(
            responder: Self.responder(routes, open, quiet), configuration: .init(idleTimeout: Self.idleTimeout))
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptGate(places: Places(Self.connections)) { _, _ in })
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { [open] channel in
                http.setup(channel: channel, logger: quiet).map { connection in
                    open.add(channel)
                    Task { await http.handle(value: connection, logger: quiet) }
                }
            }
        listening = try await sockets.listen(address, setting: "stats.listen") {
            try await bootstrap.withBoundSocket($0).get()
        }
    }

    private static func responder(
        _ routes: Routes, _ open: OpenConnections, _ logger: Logger
    ) -> HTTPChannelHandler.Responder {
        let responder = routes.router().buildResponder()
        return { request, writer, channel in
            let context = StatisticsContext(source: .init(channel: channel, logger: logger))
            var response: Response
            do { response = try await responder.respond(to: request, context: context) } catch {
                response = Response(status: .internalServerError)
            }
            if open.isLastAnswer(on: channel) { response.headers[.connection] = "close" }
            try await writer.write(response: response.head, body: response.body)
        }
    }

    /// Answers until the graceful shutdown.
    package func run() async throws {
        do { try await gracefulShutdown() } catch { return await close() }
        try? await listening.close()
        await drain()
        open.finish()
        let patience = listening.eventLoop.scheduleTask(in: Self.lastAnswers) { self.open.close() }
        await open.whenNone()
        patience.cancel()
    }

    private func close() async {
        try? await listening.close()
        open.close()
    }
}

/// At an upgrade the browsers that watch go over to the new process, while this one still ends its work.
///
/// Who asks afterwards, where no other process listens, is still answered.
extension StatisticsServer: Drainable {
    package func start() {}

    package func drain() async {
        open.endWithNextAnswer()
        routes.watchers.finish()
    }

    package func stop() {}
}

/// What the routes know of a request.
struct StatisticsContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection that it came on.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}
