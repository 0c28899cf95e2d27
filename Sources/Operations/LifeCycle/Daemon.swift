import Dispatch
import Foundation
import Logging
import NIOConcurrencyHelpers
import ServiceLifecycle

/// The life of a process: everything runs until a signal, then what is under way finishes, then the process ends.
package enum Daemon {
    /// From service managers, and from the keyboard.
    private static let signals = [SIGTERM, SIGQUIT, SIGINT]

    /// What a daemon runs, and how it is controlled.
    package struct Plan: Sendable {
        /// What has to run beside: statistics.
        ///
        /// They end last, in reverse order.
        package var services: [any Service]
        /// What is drained, in reverse order: name what the other needs first.
        package var work: [any Drainable]
        /// The bound of draining, and the file for the process's number.
        package var settings: ProcessSettings
        /// What the process was given.
        package var inherited: Inheritance
        /// What is handed to the process that replaces this one.
        package var sockets: ListeningSockets
        /// For reloads, upgrades, the stop, and what had to be cut.
        package var logger: Logger
        /// Reads the configuration anew, and has it take effect as a whole, or throws and changes nothing.
        package var reload: @Sendable () async throws -> Reload

        package init(
            services: [any Service] = [], work: [any Drainable], settings: ProcessSettings,
            inherited: Inheritance = Inheritance(), sockets: ListeningSockets = ListeningSockets(), logger: Logger,
            reload: @escaping @Sendable () async throws -> Reload
        ) {
            (self.services, self.work, self.settings) = (services, work, settings)
            (self.inherited, self.sockets, self.logger, self.reload) = (inherited, sockets, logger, reload)
        }
    }

    /// Takes what the process was given; call it first.
    ///
    /// A signal to reload or upgrade that comes before the daemon runs is ignored, rather than the end of the process.
    package static func begin() -> Inheritance {
        signal(SIGHUP, SIG_IGN)
        signal(SIGUSR2, SIG_IGN)
        return Inheritance.take()
    }

    /// Runs a daemon's whole life, while the main thread waits.
    ///
    /// An asynchronous `main` would end that thread, and with it what tools and the kernel show as the process's user and limits.
    ///
    /// - Throws: What `body` throws.
    package static func live(_ body: @escaping @Sendable () async throws -> Void) throws {
        let (ended, result) = (DispatchSemaphore(value: 0), NIOLockedValueBox<Result<Void, any Error>>(.success(())))
        Task {
            do { try await body() } catch { result.withLockedValue { $0 = .failure(error) } }
            ended.signal()
        }
        ended.wait()
        try result.withLockedValue { $0 }.get()
    }

    /// Runs until one of SIGTERM, SIGQUIT and SIGINT, or until another process has taken over, and for `drain.timeout` more
    /// at most.
    ///
    /// A second signal ends the process at once, with status 128 + its number. SIGHUP reloads, SIGUSR2 upgrades.
    ///
    /// - Throws: ``PIDFileError``, or what made a service fail.
    package static func run(_ plan: Plan) async throws {
        let pidFile = try plan.settings.pidFile.map { path throws(PIDFileError) in
            try PIDFile(path, inherited: plan.inherited.pidFile)
        }
        // Else nobody could lock the file as long as this process runs.
        if pidFile == nil, let inherited = plan.inherited.pidFile { close(inherited) }
        defer { pidFile?.remove() }
        if geteuid() == 0 {
            plan.logger.warning(
                "this process runs as root: name a user in the setting 'user', or have the service manager start it as one"
            )
        }
        let impatience = Impatience(signals, pidFile: pidFile)
        defer { impatience.end() }

        let drainTimeout = NIOLockedValueBox(plan.settings.drainTimeout)
        let manager = ServiceManager()
        let (start, end) = AsyncStream.makeStream(of: Void.self)
        let unstarted = NIOLockedValueBox(plan.work.count)
        let draining = plan.work.map { work in
            DrainingService(work, timeout: { drainTimeout.withLockedValue { $0 } }, logger: plan.logger) {
                let isLast = unstarted.withLockedValue { count in
                    count -= 1
                    return count == 0
                }
                if isLast { end.finish() }
            }
        }
        let commands = CommandSignals(
            plan: plan, pidFile: pidFile, manager: manager, drainTimeout: drainTimeout, start: start
        ) { announce(plan, pidFile, manager) }
        var quiet = Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }  // our own words are enough
        quiet.logLevel = .critical
        let configurations =
            (plan.services + draining).map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) } + [
                // It returns when another process has taken over.
                .init(service: commands, successTerminationBehavior: .gracefullyShutdownGroup)
            ]
        let group = ServiceGroup(
            configuration: .init(
                services: configurations, gracefulShutdownSignals: [.sigterm, .sigquit, .sigint], logger: quiet))
        try await group.run()
    }

    /// Everything is under way: tells who waits for it.
    private static func announce(_ plan: Plan, _ pidFile: PIDFile?, _ manager: ServiceManager) {
        for address in plan.sockets.closeUnused() {
            plan.logger.warning("a socket for \(address) was handed to this process, but no setting names that address")
        }
        if plan.inherited.pidFile != nil { pidFile?.write() }
        manager.ready(status: "running")
        guard let readiness = plan.inherited.readiness else { return }
        var byte: UInt8 = 1
        _ = unsafe write(readiness, &byte, 1)
        close(readiness)
    }
}

/// Ends the process at the second signal: whoever asks twice does not want to wait.
private struct Impatience {
    private let sources: [any DispatchSourceSignal]

    init(_ signals: [Int32], pidFile: PIDFile?) {
        let queue = DispatchQueue(label: "signals")
        let count = Count()
        sources = signals.map { signal in
            let source = DispatchSource.makeSignalSource(signal: signal, queue: queue)
            source.setEventHandler {
                count.value += Int(source.data)
                guard count.value > 1 else { return }
                pidFile?.removeAtExit()
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
