import Glibc

/// Processor time: what other work on the machine takes doesn't count.
enum ProcessorTime {
    /// What this thread has used.
    static var ofThread: Duration { read(CLOCK_THREAD_CPUTIME_ID) }
    /// What all threads of this process have used.
    static var ofProcess: Duration { read(CLOCK_PROCESS_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> Duration {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
