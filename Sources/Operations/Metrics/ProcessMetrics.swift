import Foundation

/// What every process of Linux has, under the names that Prometheus has for it.
enum ProcessMetrics {
    /// Those that can be read; none where there is no `/proc`.
    static func now() -> [Metric] {
        guard let figures = Figures() else { return [] }
        let started = bootTime + figures.startedSeconds
        var metrics: [Metric] = [
            .counter(
                "process_cpu_seconds_total", "Processor time of the process, in seconds.",
                [.init([], figures.processorSeconds)]),
            .gauge(
                "process_resident_memory_bytes", "Memory that the process occupies.",
                figures.residentPages * sysconf(Int32(_SC_PAGESIZE))),
            .gauge("process_virtual_memory_bytes", "Addresses that the process has.", figures.virtualBytes),
            .gauge("process_max_fds", "How many descriptors the process may have.", Descriptors.limit),
            .gauge(
                "process_start_time_seconds", "When the process began, in seconds since 1970.",
                [.init([], started)]),
        ]
        if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
            // One of them is that of the folder itself.
            metrics.append(.gauge("process_open_fds", "Descriptors that are open.", open - 1))
        }
        return metrics
    }

    /// From `/proc/self/stat`, see proc(5).
    private struct Figures {
        let processorSeconds: Double
        /// After the machine's start.
        let startedSeconds: Double
        let virtualBytes: Int
        let residentPages: Int

        init?() {
            // The second field is the program's name, in brackets; it may hold anything.
            guard let text = ProcessMetrics.text(of: "/proc/self/stat"), let end = text.lastIndex(of: ")") else {
                return nil
            }
            let numbers = text[end...].split(separator: " ").dropFirst(2).map { Double($0) ?? 0 }
            guard numbers.count > 20 else { return nil }
            let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
            // Fields 14 and 15, 22, 23 and 24 of the whole line; the first here is field 4.
            processorSeconds = (numbers[10] + numbers[11]) / ticks
            startedSeconds = numbers[18] / ticks
            (virtualBytes, residentPages) = (Int(numbers[19]), Int(numbers[20]))
        }
    }

    /// When the machine was started, in seconds since 1970.
    ///
    /// `/proc/stat` says it, too, but the sandbox of our units hides that.
    private static let bootTime = seconds(CLOCK_REALTIME) - seconds(CLOCK_BOOTTIME)

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func text(of path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
