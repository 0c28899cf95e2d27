import Logging

/// Sends what swift-log is told to a ``LogOutput``, a line each.
package struct LineLogHandler: LogHandler {
    private let output: LogOutput
    private let format: LogSettings.Format
    /// What every line of this logger says.
    package var metadata: Logger.Metadata = [:]
    /// What each line asks for.
    package var metadataProvider: Logger.MetadataProvider?
    /// What is less serious is left out.
    package var logLevel: Logger.Level

    /// Makes a handler for `settings`.
    package init(to output: LogOutput, settings: LogSettings) {
        (self.output, format) = (output, settings.format)
        logLevel =
            switch settings.level {
            case .errors: .warning
            case .information: .info
            case .debugging: .trace
            }
    }

    /// One value for all lines.
    package subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes a line.
    package func log(event: LogEvent) {
        var writer = LineWriter(format: format)
        writer.start(level: event.level.name)
        writer.message(event.message.description)
        var fields = metadata
        for more in [metadataProvider?.get(), event.metadata] { fields.merge(more ?? [:]) { $1 } }
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) { writer.field(named: name, value.description) }
        if let error = event.error { writer.field(named: "error", "\(error)") }
        writer.end()
        output.append(writer.bytes)
    }
}

extension Logger.Level {
    fileprivate var name: StaticString {
        switch self {
        case .trace: "trace"
        case .debug: "debug"
        case .info: "info"
        case .notice: "notice"
        case .warning: "warning"
        case .error: "error"
        case .critical: "critical"
        }
    }
}
