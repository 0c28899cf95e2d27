import Logging
import ServiceLifecycle

/// What serves until it is told to stop, and then finishes what it began.
package protocol Drainable: Sendable {
    /// For the log: "the link's port".
    var name: String { get }
    /// Takes up the work; returns once it is under way.
    func start() async throws
    /// Takes no new work, and returns when what is under way has ended. Cancelled when it takes too long.
    func drain() async
    /// Ends at once what is left; nothing runs afterwards.
    func stop() async
}

/// Runs a ``Drainable``: started, drained when the process shall end, stopped when that takes too long.
package struct DrainingService: Service {
    private let work: any Drainable
    private let timeout: @Sendable () -> Duration
    private let logger: Logger
    private let started: @Sendable () -> Void

    /// Describes a service.
    ///
    /// - Parameters:
    ///   - work: What is run.
    ///   - timeout: Bounds the draining; asked when that begins.
    ///   - logger: For what had to be cut.
    ///   - started: Called once the work is under way.
    package init(
        _ work: any Drainable, timeout: @escaping @Sendable () -> Duration, logger: Logger,
        started: @escaping @Sendable () -> Void = {}
    ) {
        (self.work, self.timeout, self.logger, self.started) = (work, timeout, logger, started)
    }

    /// Runs until the graceful shutdown, and through it.
    package func run() async throws {
        try await work.start()
        started()
        try? await gracefulShutdown()  // also ends when the task is cancelled: then there is no time to drain
        let timeout = timeout()
        if !Task.isCancelled, await !isDrained(within: timeout) {
            logger.warning("\(work.name): cut what was still under way after \(DurationText(timeout))")
        }
        await work.stop()
    }

    /// Not a task group, which would wait for a `drain()` that does not heed its cancellation.
    private func isDrained(within timeout: Duration) async -> Bool {
        let (ends, end) = AsyncStream.makeStream(of: Bool.self)
        let draining = Task.immediate {  // however short the time: it is told to drain before it is told to stop
            await work.drain()
            end.yield(true)
        }
        let waiting = Task {
            try? await Task.sleep(for: timeout)
            end.yield(false)
        }
        defer {
            draining.cancel()
            waiting.cancel()
        }
        return await ends.first { _ in true } ?? false
    }
}
