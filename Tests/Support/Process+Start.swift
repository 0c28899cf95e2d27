import Foundation
import NIOConcurrencyHelpers

/// Held while a process starts, and by whoever makes a descriptor that only later is closed to children: else one
/// that starts in that moment inherits it, and an end that never comes is waited for.
package let starting = NIOLock()

extension Process {
    /// Starts a process that can be interrupted and terminated: tests run on threads that block all signals, and a
    /// process inherits that from the thread that starts it.
    package func runWithSignals() throws {
        countLinesApart()
        var (none, before) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try starting.withLock { try run() }
    }

    /// Has the process write which lines it ran into a folder of its own, where coverage is measured: what a killed
    /// one leaves there may be half a file, with which the counts of the tests themselves could not be read.
    private func countLinesApart() {
        var environment = environment ?? ProcessInfo.processInfo.environment
        guard let file = environment["LLVM_PROFILE_FILE"] else { return }
        let folder = URL(filePath: file).deletingLastPathComponent()
        environment["LLVM_PROFILE_FILE"] = folder.appending(path: "commands/%m.%p.profraw").path
        self.environment = environment
    }
}
