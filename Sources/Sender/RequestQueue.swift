import Exchange
import NIOCore

/// Lets requests of one event loop go on while there are places, and others wait for their turn.
final class RequestQueue {
    /// What becomes of a request.
    enum Admission {
        /// It has a place; ``RequestQueue/ended()`` gives it back.
        case goOn
        /// It waits: ``SenderExchange/admitted()`` follows, unless ``RequestQueue/forget(_:)`` does.
        case wait
        /// As many wait as may.
        case refuse
    }

    let underWay: Places
    private let queued: Places
    private let eventLoop: any EventLoop
    private var waiting = CircularBuffer<SenderExchange>()
    /// Whether a place that becomes free is told here: once, however often the queue becomes empty meanwhile.
    private var awaitsPlace = false

    /// Makes the queue of one event loop; all loops share the places.
    init(underWay: Places, queued: Places, eventLoop: any EventLoop) {
        (self.underWay, self.queued, self.eventLoop) = (underWay, queued, eventLoop)
    }

    func admit(_ exchange: SenderExchange) -> Admission {
        if waiting.isEmpty, underWay.take() { return .goOn }
        guard queued.take() else { return .refuse }
        waiting.append(exchange)
        awaitPlace()
        return .wait
    }

    /// A request that had a place is over.
    func ended() { underWay.free() }

    /// Nobody waits for the answer any more, or it waited for too long.
    func forget(_ exchange: SenderExchange) {
        guard let place = waiting.firstIndex(where: { $0 === exchange }) else { return }
        waiting.remove(at: place)
        queued.free()
    }

    private func awaitPlace() {
        guard !awaitsPlace else { return }
        awaitsPlace = true
        let isolated = NIOLoopBound(self, eventLoop: eventLoop)
        underWay.whenFree { isolated.eventLoop.execute { isolated.value.goOn() } }
    }

    private func goOn() {
        awaitsPlace = false
        while !waiting.isEmpty {
            guard underWay.take() else { return awaitPlace() }
            queued.free()
            waiting.removeFirst().admitted()
        }
    }
}
