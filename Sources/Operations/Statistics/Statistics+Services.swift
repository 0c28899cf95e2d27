import Logging
import NIOCore
import ServiceLifecycle

extension Statistics {
    /// What shows the statistics, as ``settings`` ask for it.
    ///
    /// - Throws: ``ListenFailure`` when `stats.listen` can't be had.
    package func services(
        pages: [String: StatisticsServer.Page] = [:], sockets: ListeningSockets, log: DaemonLog,
        group: any EventLoopGroup
    ) async throws -> [any Service] {
        var services: [any Service] = [
            // Also where nothing is to be told: a reload may change that.
            StatisticsReporter(statistics: self, group: group, logger: log.logger) { log.output.append($0) }
        ]
        if observer != nil { services.append(ProgressReporter(statistics: self)) }
        if let address = settings.listen {
            services.append(
                try await StatisticsServer(
                    at: address, sockets: sockets, statistics: self, pages: pages, group: group))
            log.logger.notice("statistics on http://\(address)/")
        }
        return services
    }
}
