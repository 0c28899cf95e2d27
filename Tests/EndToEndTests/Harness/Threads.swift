import Foundation

/// Runs blocking work on a thread of its own, so that it doesn't hold one of the few that tests share.
///
/// What fails there still belongs to the test.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withTaskExecutorPreference(ThreadPerJob.shared) { try body() }
}

private final class ThreadPerJob: TaskExecutor {
    static let shared = ThreadPerJob()

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread.detachNewThread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// Asks again and again until it holds; false where it doesn't within the time.
func eventually(within time: Duration, _ holds: () throws -> Bool) rethrows -> Bool {
    let end = ContinuousClock.now + time
    while true {
        if try holds() { return true }
        if ContinuousClock.now >= end { return false }
        Thread.sleep(forTimeInterval: 0.02)
    }
}
