import NIOCore
import ServiceLifecycle

extension Statistics {
    /// What logs the statistics and sends them, as ``settings`` ask for it.
    package func reporters(log: DaemonLog, group: any EventLoopGroup) -> [any Service] {
        [
            // Also where nothing is to be told: a reload may change that.
            StatisticsReporter(statistics: self, group: group, logger: log.logger) { log.output.append($0) }
        ]
    }
}
