import NIOCore

/// How one listener did lately, as one event loop of the sender saw it: what of the traffic it shall have.
///
/// It has no clock of its own: each call says what time it is.
struct LinkHealth: Sendable {
    /// From none to all of its traffic, once it is back.
    static let rampTime = TimeAmount.seconds(10)
    /// So many failures in a row open the circuit.
    static let failuresToOpen = 3
    /// For how long the circuit stays open: at first, and at most.
    static let firstPause = TimeAmount.seconds(1), longestPause = TimeAmount.seconds(30)

    /// Whether requests are sent.
    enum Circuit: String, Sendable, Codable {
        case closed
        /// Only one request at a time is, to see whether it is answered.
        case open
    }

    private enum State {
        case closed
        case open(until: NIODeadline, pause: TimeAmount, isProbing: Bool)
    }

    private var state = State.closed
    /// The share at `since`, 0 to 1, which grows from then on.
    private var base = 1.0
    private(set) var since = NIODeadline.uptimeNanoseconds(0)
    private var isDown = false
    /// Requests in a row that failed because of the link, and lanes that were lost.
    private(set) var failures = 0
    /// When it answered last.
    private(set) var lastAnswer: NIODeadline?

    var circuit: Circuit { if case .closed = state { .closed } else { .open } }

    /// Which share of its traffic it shall have, 0 to 1; it grows once it has been well for as long as `patience`.
    func share(at now: NIODeadline, patience: TimeAmount = .zero) -> Double {
        let grown = Double((now - since - patience).nanoseconds) / Double(Self.rampTime.nanoseconds)
        return min(1, base + max(0, grown))
    }

    /// Whether a request may be sent there: the circuit is closed, or it is time to try.
    func admits(at now: NIODeadline) -> Bool {
        guard case .open(let until, _, _) = state else { return true }
        return now >= until
    }

    /// A request is sent there.
    mutating func chosen(at now: NIODeadline) {
        guard case .open(_, let pause, _) = state else { return }
        // One that is never answered doesn't keep the circuit open for ever.
        state = .open(until: now + pause, pause: pause, isProbing: true)
    }

    /// An answer began.
    mutating func answered(at now: NIODeadline) {
        lastAnswer = now
        failures = 0
        guard case .open = state else { return }
        state = .closed
        (base, since) = (0, now)
    }

    /// A request failed because of the link or was refused there, or a lane was lost.
    mutating func failed(at now: NIODeadline) {
        failures += 1
        (base, since) = (share(at: now) / 2, now)
        switch state {
        case .closed:
            guard failures >= Self.failuresToOpen else { return }
            state = .open(until: now + Self.firstPause, pause: Self.firstPause, isProbing: false)
        case .open(_, let pause, true):
            let longer = min(Self.longestPause, pause + pause)
            state = .open(until: now + longer, pause: longer, isProbing: false)
        case .open: break  // sent before the circuit opened
        }
    }

    /// It has no lane, and the last attempt at one failed.
    mutating func down() { isDown = true }

    /// A lane is open again.
    mutating func up(at now: NIODeadline) {
        guard isDown else { return }
        isDown = false
        (base, since) = (0, now)
    }
}
