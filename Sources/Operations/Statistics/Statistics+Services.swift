import Logging
import NIOCore
import ServiceLifecycle

extension Statistics {
    /// What shows the statistics, as the configuration asks for it.
    ///
    /// - Throws: What the system says when `stats.listen` can't be had.
    package func services(
        _ settings: StatisticsSettings, pages: [String: StatisticsServer.Page] = [:], log: DaemonLog,
        group: any EventLoopGroup
    ) async throws -> [any Service] {
        var services: [any Service] = []
        if let address = settings.listen {
            services.append(
                try await ListenFailure.naming("stats.listen", "\(address)") {
                    try await StatisticsServer(at: address, statistics: self, pages: pages, group: group)
                })
            log.logger.notice("statistics on http://\(address)/")
        }
        if settings.isLogged || settings.url != nil {
            services.append(
                StatisticsReporter(settings, statistics: self, group: group, logger: log.logger) {
                    log.output.append($0)
                })
        }
        return services
    }
}
