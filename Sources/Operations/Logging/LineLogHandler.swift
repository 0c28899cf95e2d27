import Logging

/// Sends what swift-log is told to a ``LogOutput``, a line each.
package struct LineLogHandler: LogHandler {
    private let output: LogOutput
    private var ownLevel: Logger.Level?
    /// What every line of this logger says.
    package var metadata: Logger.Metadata = [:]
    /// What each line asks for.
    package var metadataProvider: Logger.MetadataProvider?
    /// What is less serious is left out: what the output's settings say, unless another level is set here.
    package var logLevel: Logger.Level {
        get { ownLevel ?? output.settings.level.loggerLevel }
        set { ownLevel = newValue }
    }

    /// Makes a handler with the level and the format of `output`.
    package init(to output: LogOutput) { self.output = output }

    /// One value for all lines.
    package subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes a line.
    package func log(event: LogEvent) {
        var writer = LineWriter(format: output.settings.format)
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

extension LogSettings.Level {
    fileprivate var loggerLevel: Logger.Level {
        switch self {
        case .errors: .warning
        case .information: .info
        case .debugging: .trace
        }
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
