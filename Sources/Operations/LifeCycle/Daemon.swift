import Dispatch
import Foundation
import Logging
import ServiceLifecycle

/// The life of a process: everything runs until a signal, then what is under way finishes, then the process ends.
package enum Daemon {
    /// From service managers, and from the keyboard.
    private static let signals = [SIGTERM, SIGQUIT, SIGINT]

    /// Runs until one of SIGTERM, SIGQUIT and SIGINT, and for `drain.timeout` more at most.
    ///
    /// A second signal ends the process at once, with status 128 + its number.
    ///
    /// - Parameters:
    ///   - services: What has to run beside: statistics. They end last, in reverse order.
    ///   - work: What is drained, in reverse order: name what the other needs first.
    ///   - settings: The bound, and the file for the process's number.
    ///   - logger: For the stop, and what had to be cut.
    /// - Throws: ``PIDFileError``, or what made a service fail.
    package static func run(
        services: [any Service] = [], work: [any Drainable], settings: ProcessSettings, logger: Logger
    ) async throws {
        var pidFile: PIDFile?
        if let path = settings.pidFile { pidFile = try PIDFile(path) }
        defer { pidFile?.remove() }
        // What log rotation and the original's users send: better nothing happens than that the process ends.
        signal(SIGHUP, SIG_IGN)
        signal(SIGUSR2, SIG_IGN)
        let impatience = Impatience(signals, pidFile: settings.pidFile)
        defer { impatience.end() }
        let draining = work.map { DrainingService($0, timeout: settings.drainTimeout, logger: logger) }
        var quiet = Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }  // our own words are enough
        quiet.logLevel = .critical
        let group = ServiceGroup(
            configuration: .init(
                services: services + draining, gracefulShutdownSignals: [.sigterm, .sigquit, .sigint], logger: quiet))
        try await group.run()
    }
}

/// Ends the process at the second signal: whoever asks twice does not want to wait.
private struct Impatience {
    private let sources: [any DispatchSourceSignal]

    init(_ signals: [Int32], pidFile: String?) {
        let queue = DispatchQueue(label: "signals")
        let count = Count()
        sources = signals.map { signal in
            let source = DispatchSource.makeSignalSource(signal: signal, queue: queue)
            source.setEventHandler {
                count.value += Int(source.data)
                guard count.value > 1 else { return }
                if let pidFile { _ = unsafe unlink(pidFile) }
                _exit(128 + signal)
            }
            source.resume()
            return source
        }
    }

    func end() { for source in sources { source.cancel() } }

    /// Touched on the queue only.
    private final class Count: @unchecked Sendable { var value = 0 }
}
