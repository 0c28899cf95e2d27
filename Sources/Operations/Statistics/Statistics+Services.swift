import NIOCore
import ServiceLifecycle

extension Statistics {
    /// What logs the statistics and sends them, as ``settings`` ask for it, and what remembers the last hour.
    package func reporters(log: DaemonLog, group: any EventLoopGroup) -> [any Service] {
        var services: [any Service] = [
            // Also where nothing is to be told: a reload may change that.
            StatisticsReporter(statistics: self, group: group, logger: log.logger) { log.output.append($0) }
        ]
        if observer != nil { services.append(ProgressReporter(statistics: self)) }
        return services
    }
}
