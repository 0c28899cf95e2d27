package import NIOCore

/// Who may take too long.
package protocol DeadlineHolder: AnyObject {
    /// The deadline passed; it is forgotten already.
    func deadlinePassed()
}

/// Deadlines of many, on one event loop.
///
/// They are looked at once a second: a timer for each request would cost more than its work.
package final class Deadlines {
    private var deadlines: [ObjectIdentifier: (holder: any DeadlineHolder, deadline: NIODeadline)] = [:]
    private let eventLoop: any EventLoop
    private var sweeps: RepeatedTask?

    package init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// Begins to look at the deadlines; until ``stop()``.
    package func start() {
        let isolated = NIOLoopBound(self, eventLoop: eventLoop)
        sweeps = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
            isolated.value.sweep()
        }
    }

    package func stop() { sweeps?.cancel() }

    /// Sets, or replaces, the deadline of `holder`, which is kept until then.
    package func set(_ holder: any DeadlineHolder, after delay: TimeAmount) {
        deadlines[ObjectIdentifier(holder)] = (holder, eventLoop.now + delay)
    }

    package func remove(_ holder: any DeadlineHolder) { deadlines[ObjectIdentifier(holder)] = nil }

    private func sweep() {
        let now = eventLoop.now
        let passed = deadlines.filter { $0.value.deadline <= now }
        for (id, entry) in passed {
            // What another one did meanwhile may have moved this one.
            guard let now = deadlines[id], now.deadline == entry.deadline else { continue }
            deadlines[id] = nil
            entry.holder.deadlinePassed()
        }
    }
}
