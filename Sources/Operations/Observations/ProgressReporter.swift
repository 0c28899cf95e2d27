import NIOCore
import ServiceLifecycle

/// Notes what was counted at each edge of a ``Overview/Step``.
struct ProgressReporter: Service {
    let statistics: Statistics

    /// Notes until the graceful shutdown.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while let left = statistics.timeToNextStep,
                (try? await Task.sleep(for: .nanoseconds(max(1_000_000, left.nanoseconds)))) != nil
            {
                await statistics.noteStep()
            }
        }
    }
}
