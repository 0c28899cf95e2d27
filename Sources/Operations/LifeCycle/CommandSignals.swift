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
        let wasReplaced = await withGracefulShutdownHandler {
            for await signal in signals {
                if signal == SIGHUP { await reload() } else if await upgrade() { return true }
            }
            return false
        } onGracefulShutdown: {
            next.finish()
        }
        if !wasReplaced { manager.stopping() }
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

    /// Starts the program anew; returns whether that one has taken over.
    private func upgrade() async -> Bool {
        plan.logger.notice("SIGUSR2: starting \(CommandLine.arguments[0]) anew")
        do throws(Successor.Failure) {
            let successor = try Successor(
                CommandLine.arguments, sockets: plan.sockets.copies(), pidFile: pidFile?.descriptor)
            try await successor.awaitReadiness(seconds: Self.startSeconds)
            plan.logger.notice("process \(successor.processID) has taken over; this one finishes what is under way")
            return true
        } catch {
            plan.logger.error("no upgrade, this process goes on: \(error)")
            return false
        }
    }
}
