import Logging

/// The log of a daemon: what it says of itself, and where lines of requests go.
package struct DaemonLog: Sendable {
    /// For what happens to the daemon.
    package let logger: Logger
    /// For ``AccessLog``.
    package let output: LogOutput

    /// Opens the log, and writes what the configuration has to say of itself.
    ///
    /// - Throws: ``LogTargetError`` when it can't be opened.
    package init(_ program: String, _ settings: LogSettings, warnings: [ConfigurationProblem]) throws(LogTargetError) {
        let output = try LogOutput(settings, program: program)
        self.output = output
        logger = Logger(label: program) { _ in LineLogHandler(to: output) }
        for warning in warnings { logger.warning("\(warning)") }
    }
}
