import Dashboard
import Foundation
import NIOCore
import NIOPosix

@testable import Operations

/// A server with made-up figures, on a port that the system chose.
final class Server: Sendable {
    let server: StatisticsServer
    let port: Int
    private let running: Task<Void, any Error>

    init(
        port: Int = 0, pages: [String: StatisticsPage] = [:], names: [String] = [],
        interval: Duration = .milliseconds(50),
        sockets: ListeningSockets = ListeningSockets(),
        overview: @escaping @Sendable () async -> Overview = { Sample.overview() },
        change: @escaping @Sendable (Int) async -> Overview.PageChange? = { Sample.change($0) }
    ) async throws {
        server = try await StatisticsServer(
            at: HostAndPort(host: "127.0.0.1", port: port), sockets: sockets,
            routes: Routes(
                pages: pages, source: DashboardSource(overview: overview, change: change), names: { names },
                interval: interval),
            group: MultiThreadedEventLoopGroup.singleton)
        self.port = server.address?.port ?? 0
        running = Task { [server] in try await server.run() }
    }

    /// Ends it at once.
    func stop() async throws {
        running.cancel()
        try await running.value
    }

    struct Answer {
        var status: Int
        var head: String
        var body: String
    }

    /// Asks, and waits until the connection ends.
    func ask(
        _ path: String, method: String = "GET", host: String = "127.0.0.1", fields: [String] = []
    ) async throws -> Answer {
        let lines = ["\(method) \(path) HTTP/1.1", "Host: \(host)", "Connection: close"] + fields
        let text = try await exchange(lines.joined(separator: "\r\n") + "\r\n\r\n") { _ in false }
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        return Answer(
            status: Int(text.dropFirst(9).prefix(3)) ?? 0, head: String(parts[0]),
            body: parts.count > 1 ? String(parts[1]) : "")
    }

    /// Sends bytes, and gives what comes until that is enough, or the connection ends.
    func exchange(_ bytes: String, isEnough: @escaping @Sendable (String) -> Bool) async throws -> String {
        try await connect(bytes, isEnough: isEnough).received.get()
    }

    /// The same, with the connection.
    func connect(
        _ bytes: String, isEnough: @escaping @Sendable (String) -> Bool
    ) async throws -> (channel: any Channel, received: EventLoopFuture<String>) {
        let group = MultiThreadedEventLoopGroup.singleton
        let received = group.any().makePromise(of: String.self)
        let channel = try await ClientBootstrap(group: group).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(Receiver(received, isEnough))
            }
        }.connect(host: "127.0.0.1", port: port).get()
        let deadline = channel.eventLoop.scheduleTask(in: .seconds(30)) { received.fail(NothingCame()) }
        received.futureResult.whenComplete { _ in deadline.cancel() }
        try await channel.writeAndFlush(ByteBuffer(string: bytes))
        return (channel, received.futureResult)
    }
}

/// What was waited for did not come.
struct NothingCame: Error {}

private final class Receiver: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let received: EventLoopPromise<String>
    private let isEnough: (String) -> Bool
    private var text = ""

    init(_ received: EventLoopPromise<String>, _ isEnough: @escaping (String) -> Bool) {
        (self.received, self.isEnough) = (received, isEnough)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
        if isEnough(text) { received.succeed(text) }
    }

    func channelInactive(context: ChannelHandlerContext) { received.succeed(text) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { received.fail(error) }
}
