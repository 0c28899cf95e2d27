import Glibc

/// The processor time of this thread: what other work on the machine takes doesn't count.
package enum CPUClock {
    /// Seconds since the thread started.
    package static var seconds: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
