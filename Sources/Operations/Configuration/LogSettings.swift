/// What is logged, how, and where to: `log.level`, `log.format`, `log.query`, `stderr.file`, `syslog.addr`.
package struct LogSettings: Equatable, Sendable {
    /// How much is logged.
    ///
    /// The numbers are those of the configuration.
    package enum Level: Int, Comparable, Sendable {
        /// Errors and warnings.
        case errors = 0
        /// One line for each request too, and what happens to connections.
        case information = 1
        /// Everything.
        case debugging = 5

        /// Whether this level logs less than the other one.
        package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    }

    /// How a line looks.
    package enum Format: String, CaseIterable, Sendable {
        /// For people.
        case text
        /// For programs: one JSON object a line.
        case json
    }

    /// Where lines go to.
    package enum Target: Hashable, Sendable {
        /// The error output of the process, which systemd and containers keep.
        case standardError
        /// A file that is appended to.
        case file(String)
        /// A syslog server, by UDP.
        case syslog(HostAndPort)
        /// The syslog of this machine, by the path of its socket.
        case syslogSocket(String)
    }

    /// `log.level`.
    package var level: Level = .errors
    /// `log.format`.
    package var format: Format = .text
    /// `log.query`: how requests are told.
    package var requests = LoggedRequest(showsQuery: false)
    /// `syslog.addr`, else `stderr.file`, else standard error.
    package var target: Target = .standardError

    /// Errors and warnings as text on standard error.
    package init() {}

    init(_ settings: inout Settings) {
        // The original knew 0 to 5 and used three of them.
        level =
            switch settings.take("log.level", default: 0, in: 0...5) {
            case 0: .errors
            case 5: .debugging
            default: .information
            }
        format = settings.take("log.format", default: .text)
        requests = LoggedRequest(showsQuery: settings.take("log.query", default: false))
        if let path = settings.takePath("stderr.file") { target = .file(path) }
        let syslog: Target? = settings.takeUnlessEmpty(
            "syslog.addr", expected: "HOST:PORT (UDP), HOST (port 514) or the path of a socket such as /dev/log"
        ) { value in
            value.hasPrefix("/") ? .syslogSocket(value) : HostAndPort(value, defaultPort: 514).map { .syslog($0) }
        }
        if let syslog {
            if target != .standardError { settings.refuse("syslog.addr", "the log goes to stderr.file already") }
            target = syslog
        }
    }
}
