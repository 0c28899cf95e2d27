import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// Logs the statistics, and sends them by POST, every `stats.interval`.
package struct StatisticsReporter: Service {
    private let statistics: Statistics
    private let group: any EventLoopGroup
    private let logger: Logger
    private let log: @Sendable ([UInt8]) -> Void

    /// Describes a reporter.
    ///
    /// - Parameters:
    ///   - statistics: What is told, where to, and how often.
    ///   - group: Where connections run.
    ///   - logger: For failures: the first of a row, and the end of the row.
    ///   - log: Writes a line of JSON, whatever the level of the log is.
    package init(
        statistics: Statistics, group: any EventLoopGroup, logger: Logger,
        log: @escaping @Sendable ([UInt8]) -> Void
    ) {
        (self.statistics, self.group) = (statistics, group)
        (self.logger, self.log) = (logger, log)
    }

    /// Reports until the graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var isFailing = false
            var last = ContinuousClock.now
            // In steps, for the settings may change meanwhile.
            while (try? await Task.sleep(for: min(statistics.settings.interval, .seconds(1)))) != nil {
                let settings = statistics.settings
                guard settings.isLogged || settings.url != nil, ContinuousClock.now >= last + settings.interval else {
                    continue
                }
                last = .now
                let json = await statistics.document().json(isOneLine: true)
                if settings.isLogged { log(json) }
                guard let url = settings.url else { continue }
                do {
                    let status = try await StatisticsPost.send(json, to: url, group: group)
                    guard (200..<300).contains(status) else { throw Refused(status: status) }
                    if isFailing { logger.info("statistics are sent again", metadata: ["stats.url": "\(url)"]) }
                    isFailing = false
                } catch {
                    if !isFailing {
                        logger.warning("statistics can't be sent: \(error)", metadata: ["stats.url": "\(url)"])
                    }
                    isFailing = true
                }
            }
        }
    }

    private struct Refused: Error, CustomStringConvertible {
        let status: Int
        var description: String { "the server answered \(status)" }
    }
}

/// One POST on a connection of its own.
private enum StatisticsPost {
    static func send(_ body: [UInt8], to url: PlainURL, group: any EventLoopGroup) async throws -> Int {
        let loop = group.next()
        let status = loop.makePromise(of: Int.self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: loop).connectTimeout(.seconds(10)).channelInitializer {
                channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(StatusHandler(status))
                }
            }.connect(host: url.server.host, port: url.server.port).get()
        } catch {
            status.fail(error)
            throw error
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: url.target,
            headers: [
                "Host": url.server.description, "Content-Type": "application/json", "Content-Length": "\(body.count)",
                "Connection": "close",
            ])
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        let timeout = loop.scheduleTask(in: .seconds(10)) { status.fail(ChannelError.connectTimeout(.seconds(10))) }
        defer {
            timeout.cancel()
            channel.close(promise: nil)
        }
        return try await status.futureResult.get()
    }

    private final class StatusHandler: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart
        private let status: EventLoopPromise<Int>

        init(_ status: EventLoopPromise<Int>) { self.status = status }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if case .head(let head) = unwrapInboundIn(data) { status.succeed(Int(head.status.code)) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { status.fail(error) }

        func channelInactive(context: ChannelHandlerContext) { status.fail(ChannelError.eof) }
    }
}
