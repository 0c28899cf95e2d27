import Foundation
import NIOConcurrencyHelpers

/// Where finished lines go: one thread writes them in batches, so that nobody waits for a disk.
///
/// When the target can't keep up, lines beyond 8 MB are dropped, and a later line says how many.
package final class LogOutput: Sendable {
    private static let greatestPendingBytes = 8_000_000
    /// How long the first line of a batch waits for others.
    private static let batchMicroseconds: UInt32 = 10_000

    private struct Pending {
        var bytes: [UInt8] = []
        var lostLines = 0
        var isWanted = true  // the writing thread has something to wait for
        var isWriting = false
    }

    private let target: NIOLockedValueBox<LogTarget>
    private let current: NIOLockedValueBox<LogSettings>
    private let program: String
    private let condition = NSCondition()  // guards `pending` for the thread's waiting
    private let pending = NIOLockedValueBox(Pending())

    /// Opens the target and starts the thread.
    ///
    /// - Parameters:
    ///   - settings: Where lines go to, which, and how they look.
    ///   - program: The name that syslog shows.
    /// - Throws: ``LogTargetError`` when it can't be opened.
    package init(_ settings: LogSettings, program: String) throws(LogTargetError) {
        self.program = program
        target = NIOLockedValueBox(try LogTarget(settings.target, program: program))
        current = NIOLockedValueBox(settings)
        let thread = Thread { [self] in write() }
        thread.name = "log"
        thread.start()
    }

    /// What is logged, and how.
    package var settings: LogSettings { current.withLockedValue { $0 } }

    /// A request's method, host and target, as logs tell them.
    package func words(_ method: String, host: String, target: String) -> String {
        let requests = settings.requests
        return "\(method) \(requests.host(host))\(requests.target(target))"
    }

    /// Opens a target anew, also where it is the same file: what rotated it has moved it away.
    ///
    /// - Returns: What makes lines go there from now on.
    /// - Throws: ``LogTargetError`` when it can't be opened; then everything stays as it is.
    package func reopening(_ settings: LogSettings) throws(LogTargetError) -> @Sendable () -> Void {
        let opened = try LogTarget(settings.target, program: program)
        return { [self] in
            target.withLockedValue { $0 = opened }
            current.withLockedValue { $0 = settings }
        }
    }

    /// Adds whole lines, each with its line feed; about 50 ns.
    ///
    /// After ``close()`` they are lost.
    package func append(_ lines: [UInt8]) {
        let isFirst = pending.withLockedValue { pending in
            // Nobody would write them, and flush() would wait for that.
            guard pending.isWanted else { return false }
            guard pending.bytes.count + lines.count <= Self.greatestPendingBytes else {
                pending.lostLines += 1
                return false
            }
            pending.bytes += lines
            return pending.bytes.count == lines.count
        }
        if isFirst { wake() }
    }

    /// Ends the thread; returns when everything before is written.
    package func close() {
        pending.withLockedValue { $0.isWanted = false }
        wake()
        flush()
    }

    /// Returns when everything that was added before is written.
    package func flush() {
        while pending.withLockedValue({ !$0.bytes.isEmpty || $0.isWriting }) { usleep(1_000) }
    }

    private func wake() {
        condition.lock()
        condition.signal()
        condition.unlock()
    }

    private func write() {
        var batch: [UInt8] = []  // both arrays keep their memory and change places
        while true {
            condition.lock()
            while pending.withLockedValue({ $0.bytes.isEmpty && $0.isWanted }) { condition.wait() }
            condition.unlock()
            if pending.withLockedValue({ $0.isWanted }) { usleep(Self.batchMicroseconds) }
            let lost = pending.withLockedValue { pending in
                batch.removeAll(keepingCapacity: pending.bytes.count < 1_000_000)
                swap(&batch, &pending.bytes)
                pending.isWriting = true
                defer { pending.lostLines = 0 }
                return pending.lostLines
            }
            if lost > 0 { batch += "\(lost) lines of the log were lost: its target does not keep up\n".utf8 }
            target.withLockedValue { $0 }.write(batch)
            let isOver = pending.withLockedValue { pending in
                pending.isWriting = false
                return !pending.isWanted && pending.bytes.isEmpty
            }
            if isOver { return }
        }
    }
}
