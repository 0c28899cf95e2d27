import Foundation

/// Makes a process hang, as a machine without memory does; returns once it does nothing more.
///
/// The signal alone is not enough: on another core the process runs on for a moment.
package func freeze(_ process: pid_t) {
    kill(process, SIGSTOP)
    for _ in 0..<500 where !isStopped(process) { Thread.sleep(forTimeInterval: 0.01) }
}

/// Whether all of its threads are.
private func isStopped(_ process: pid_t) -> Bool {
    let threads = "/proc/\(process)/task"
    return ((try? FileManager.default.contentsOfDirectory(atPath: threads)) ?? []).allSatisfy { thread in
        // The state comes after the name, which is in parentheses and may hold anything.
        let status = (try? String(contentsOfFile: "\(threads)/\(thread)/stat", encoding: .utf8)) ?? ""
        return status.split(separator: ")").last?.hasPrefix(" T") ?? true
    }
}
