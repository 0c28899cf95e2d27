import NIOConcurrencyHelpers
import NIOCore
import Operations

/// Measures how busy this process is, and tells encoders how much work a delta may take.
///
/// Safe to use from any thread.
final class EncodingLoad: Sendable {
    private struct State {
        var governor = LevelGovernor()
        var lag = TimeAmount.zero
        var measuring: RepeatedTask?
    }

    private let state = NIOLockedValueBox(State())

    /// What the statistics show of it.
    struct Summary: Encodable {
        /// `thorough`, `moderate` or `fast`.
        let effort: String
        /// How often that has changed.
        let changes: Int

        /// What Prometheus is told.
        var metrics: [Metric] {
            [
                .gauge(
                    "railgun_encoding_effort", "1 for the work that deltas may be now, 0 for the others.",
                    EncodingEffort.allCases.map { .init([("effort", "\($0)")], "\($0)" == effort ? 1 : 0) }),
                .counter("railgun_encoding_effort_changes_total", "How often that has changed.", changes),
            ]
        }
    }

    var effort: EncodingEffort { state.withLockedValue { $0.governor.effort } }

    var summary: Summary {
        state.withLockedValue { Summary(effort: "\($0.governor.effort)", changes: $0.governor.changes) }
    }

    /// Notes how late an event loop was.
    func note(lag: TimeAmount) { state.withLockedValue { $0.lag = max($0.lag, lag) } }

    /// Measures, until ``stop()``.
    ///
    /// - Parameters:
    ///   - eventLoop: Where.
    ///   - coreCount: How many processors there are.
    ///   - isWanted: Whether what is measured shall lower the effort; else there is no load, as far as this is concerned.
    ///   - queueShare: How full the queue of pages is.
    func start(
        on eventLoop: any EventLoop, coreCount: Int, isWanted: @escaping @Sendable () -> Bool,
        queueShare: @escaping @Sendable () -> Double
    ) {
        let last = NIOLockedValueBox((time: ContinuousClock.now, used: ProcessorTime.ofProcess))
        let interval = TimeAmount(LevelGovernor.interval)
        let measuring = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            let now = (time: ContinuousClock.now, used: ProcessorTime.ofProcess)
            let before = last.withLockedValue { last in
                defer { last = now }
                return last
            }
            let share = (now.used - before.used) / ((now.time - before.time) * coreCount)
            let lag = self.takeLag()
            self.take(
                isWanted()
                    ? .init(processorShare: share, lag: lag, queueShare: queueShare())
                    : .init(processorShare: 0, lag: .zero, queueShare: 0))
        }
        state.withLockedValue { $0.measuring = measuring }
    }

    /// Takes what was measured.
    func take(_ load: LevelGovernor.Load) { state.withLockedValue { $0.governor.measured(load) } }

    private func takeLag() -> Duration {
        state.withLockedValue { state in
            defer { state.lag = .zero }
            return .nanoseconds(state.lag.nanoseconds)
        }
    }

    func stop() { state.withLockedValue { $0.measuring.take() }?.cancel() }
}
