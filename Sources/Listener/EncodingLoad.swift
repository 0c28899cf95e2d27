import Glibc
import NIOConcurrencyHelpers
import NIOCore

/// Measures how busy this process is, and tells encoders how much work a delta may take.
///
/// Safe to use from any thread.
final class EncodingLoad: Sendable {
    private struct State {
        var governor = LevelGovernor()
        var lag = TimeAmount.zero
        var measuring: Task<Void, Never>?
    }

    private let state = NIOLockedValueBox(State())

    /// What the statistics show of it.
    struct Summary: Encodable {
        /// `thorough`, `moderate` or `fast`.
        let effort: String
        /// How often that has changed.
        let changes: Int
    }

    var effort: EncodingEffort { state.withLockedValue { $0.governor.effort } }

    var summary: Summary {
        state.withLockedValue { Summary(effort: "\($0.governor.effort)", changes: $0.governor.changes) }
    }

    /// Notes how late an event loop was.
    func note(lag: TimeAmount) { state.withLockedValue { $0.lag = max($0.lag, lag) } }

    /// Measures, until ``stop()``; `queueShare` says how full the queue of pages is.
    func start(coreCount: Int, queueShare: @escaping @Sendable () -> Double) {
        let measuring = Task {
            var (time, used) = (ContinuousClock.now, Self.processorTime)
            while (try? await Task.sleep(for: LevelGovernor.interval)) != nil {
                let (now, usedNow) = (ContinuousClock.now, Self.processorTime)
                let share = (usedNow - used) / ((now - time) * coreCount)
                (time, used) = (now, usedNow)
                take(.init(processorShare: share, lag: takeLag(), queueShare: queueShare()))
            }
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

    /// What all threads of this process have used.
    private static var processorTime: Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
