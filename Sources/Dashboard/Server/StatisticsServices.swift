package import NIOCore
package import Operations
package import ServiceLifecycle

/// What shows the statistics of a daemon.
package struct StatisticsServices: Sendable {
    /// They run as long as the process.
    package var services: [any Service]
    /// What is to be drained before the daemon itself: the port, where there is one.
    package var work: [any Drainable] = []
}

extension Statistics {
    /// What shows the statistics, as ``settings`` ask for it.
    ///
    /// - Parameters:
    ///   - pages: Further answers of `stats.listen`, by path.
    ///   - sockets: Where the socket comes from.
    ///   - log: Where the statistics are logged.
    ///   - group: Where the server runs.
    /// - Returns: What is to be run, and what is to be drained.
    /// - Throws: ``ListenFailure`` when `stats.listen` can't be had.
    package func services(
        pages: [String: StatisticsPage] = [:], sockets: ListeningSockets, log: DaemonLog,
        group: any EventLoopGroup
    ) async throws -> StatisticsServices {
        var shown = StatisticsServices(services: reporters(log: log, group: group))
        if let address = settings.listen {
            let routes = Routes(
                pages: self.pages.merging(pages) { own, _ in own }, source: DashboardSource(self),
                names: { self.settings.names })
            let server = try await StatisticsServer(at: address, sockets: sockets, routes: routes, group: group)
            shown.services.append(server)
            shown.work.append(server)
            log.logger.notice("statistics on http://\(address)/, the dashboard on http://\(address)/dashboard")
        }
        return shown
    }
}
