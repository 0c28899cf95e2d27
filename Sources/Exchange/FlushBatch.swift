package import NIOCore

/// A connection with bytes that were written but not flushed.
package protocol Flushable: AnyObject {
    func flush()
}

/// Flushes connections at the end of the event loop's turn: what was written to each by then goes in one system call.
package final class FlushBatch {
    private let eventLoop: any EventLoop
    private var waiting: [any Flushable] = []

    package init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// Flushes `connection` soon; each connection is to be added once a turn.
    package func add(_ connection: any Flushable) {
        waiting.append(connection)
        guard waiting.count == 1 else { return }
        eventLoop.assumeIsolatedUnsafeUnchecked().execute { self.flush() }
    }

    private func flush() {
        let connections = waiting
        waiting.removeAll(keepingCapacity: true)
        for connection in connections { connection.flush() }
    }
}
