import Dispatch
import Foundation
import Logging
import NIOConcurrencyHelpers
import ServiceLifecycle

/// What a reload came to.
package struct Reload: Sendable {
    /// What concerns the process from now on.
    package var process: ProcessSettings
    /// What a person should know of the new configuration.
    package var warnings: [ConfigurationProblem]
    /// Settings that differ, and take effect in a new process only.
    package var pending: [String]

    package init(process: ProcessSettings, warnings: [ConfigurationProblem], pending: [String]) {
        (self.process, self.warnings, self.pending) = (process, warnings, pending)
    }
}

/// Obeys SIGHUP and SIGUSR2, one at a time, until the process shall end, or another one has taken over.
///
/// Those that come before everything is under way wait until then: a reload would not reach what is still being made, and
/// an upgrade would not hand over what is still being opened.
struct CommandSignals: Service {
    let plan: Daemon.Plan
    let pidFile: PIDFile?
    let manager: ServiceManager
    let drainTimeout: NIOLockedValueBox<Duration>
    /// Ends when everything is under way.
    let start: AsyncStream<Void>
    /// Called then.
    let started: @Sendable () -> Void
    /// The process that is being started, and whether this one shall end.
    private let successor = NIOLockedValueBox<(processID: pid_t?, isUnwanted: Bool)>((nil, false))

    init(
        plan: Daemon.Plan, pidFile: PIDFile?, manager: ServiceManager, drainTimeout: NIOLockedValueBox<Duration>,
        start: AsyncStream<Void>, started: @escaping @Sendable () -> Void
    ) {
        (self.plan, self.pidFile, self.manager, self.drainTimeout) = (plan, pidFile, manager, drainTimeout)
        (self.start, self.started) = (start, started)
    }

    /// How long a new process may take until it is ready: it opens its links first.
    private static let startSeconds = 60

    func run() async throws {
        let (signals, next) = AsyncStream.makeStream(of: CInt.self, bufferingPolicy: .bufferingNewest(8))
        let queue = DispatchQueue(label: "commands")
        let sources = [SIGHUP, SIGUSR2].map { signal in
            let source = DispatchSource.makeSignalSource(signal: signal, queue: queue)
            source.setEventHandler { next.yield(signal) }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        let isStarted = await cancelWhenGracefulShutdown { [start] in
            for await _ in start {}
            return !Task.isCancelled
        }
        guard isStarted else { return manager.stopping() }
        started()
        let replacement: pid_t? = await withGracefulShutdownHandler {
            for await signal in signals {
                if signal == SIGHUP { await reload() } else if let successor = await upgrade() { return successor }
            }
            return nil
        } onGracefulShutdown: {
            next.finish()
            // Whoever ends this process doesn't want another one in its place.
            let unwanted = successor.withLockedValue { successor in
                successor.isUnwanted = true
                return successor.processID
            }
            if let unwanted { kill(unwanted, SIGTERM) }
        }
        guard let replacement else { return manager.stopping() }
        // The new process may have read its files before they were changed.
        next.finish()
        for await signal in signals where signal == SIGHUP { kill(replacement, SIGHUP) }
        await plan.sockets.stopListening()  // also that of the statistics, which end last
    }

    private func reload() async {
        manager.reloading()
        do {
            let reload = try await plan.reload()
            drainTimeout.withLockedValue { $0 = reload.process.drainTimeout }
            for warning in reload.warnings { plan.logger.warning("\(warning)") }
            for setting in reload.pending {
                plan.logger.warning("\(setting) was changed: that takes effect with a restart, or with SIGUSR2")
            }
            plan.logger.notice("the configuration was reloaded")
        } catch let error as ConfigurationError {
            for problem in error.problems { plan.logger.error("\(problem)") }
            plan.logger.error("the configuration was not reloaded: nothing has changed")
        } catch {
            plan.logger.error("the configuration was not reloaded, nothing has changed: \(error)")
        }
        manager.ready(status: "running")
    }

    /// Starts the program anew; returns the number of the process that has taken over.
    private func upgrade() async -> pid_t? {
        guard !successor.withLockedValue({ $0.isUnwanted }) else { return nil }
        plan.logger.notice("SIGUSR2: starting \(CommandLine.arguments[0]) anew")
        do throws(Successor.Failure) {
            let new = try Successor(
                CommandLine.arguments, sockets: try plan.sockets.copies(), pidFile: pidFile?.descriptor)
            let isUnwanted = successor.withLockedValue { successor in
                successor.processID = new.processID
                return successor.isUnwanted
            }
            defer { successor.withLockedValue { $0.processID = nil } }
            if isUnwanted { kill(new.processID, SIGTERM) }
            try await new.awaitReadiness(seconds: Self.startSeconds)
            plan.logger.notice("process \(new.processID) has taken over; this one finishes what is under way")
            return new.processID
        } catch {
            if successor.withLockedValue({ $0.isUnwanted }) {
                plan.logger.notice("no upgrade: this process shall end")
            } else {
                plan.logger.error("no upgrade, this process goes on: \(error)")
            }
            return nil
        }
    }
}
