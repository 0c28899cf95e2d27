/// One stream of a link: which frames may come and go, and how many bytes of body.
///
/// A stream has two directions; each has heads, then a body, then nothing. In the direction of the request there is one
/// head, in that of the answer interim ones may come before it.
struct StreamMachine {
    private enum Direction { case head, body, done }

    private var sending: Direction
    private var receiving: Direction
    /// The bytes of body that may still be sent.
    private(set) var sendCredit: Int
    private var window: ReceiveWindow

    /// Creates the machine of a stream that has sent, or received, nothing yet.
    ///
    /// - Parameters:
    ///   - sendCredit: What the other end takes before it grants more, in bytes.
    ///   - receiveCredit: What this end takes before it grants more, in bytes.
    init(sendCredit: Int, receiveCredit: Int) {
        (sending, receiving) = (.head, .head)
        self.sendCredit = sendCredit
        window = ReceiveWindow(byteCount: receiveCredit)
    }

    /// Whether both directions are over: the stream can be forgotten.
    var isDone: Bool { sending == .done && receiving == .done }
    /// Whether this end may still send.
    var isSending: Bool { sending != .done }
    /// Whether the other end may still send.
    var isReceiving: Bool { receiving != .done }
    /// Whether a head was sent that isn't an interim one.
    var hasSentHead: Bool { sending != .head }
    /// Whether a head came that isn't an interim one.
    var hasReceivedHead: Bool { receiving != .head }

    // What this end sends; breaking the rules here is an error of this program.

    mutating func sentHead(interim: Bool, end: Bool) {
        precondition(sending == .head, "a head after the head")
        if !interim { sending = end ? .done : .body }
    }

    mutating func sentBody(byteCount: Int, end: Bool) {
        precondition(sending == .body && byteCount <= sendCredit, "a body without head or credit")
        sendCredit -= byteCount
        if end { sending = .done }
    }

    mutating func sentTrailers() {
        precondition(sending == .body, "trailers without a body")
        sending = .done
    }

    // What comes from the other end.

    mutating func receivedHead(interim: Bool, end: Bool) throws(LinkError) {
        guard receiving == .head else { throw .violation("a second head on one stream") }
        guard !(interim && end) else { throw .violation("an interim answer that ends the stream") }
        if !interim { receiving = end ? .done : .body }
    }

    mutating func receivedBody(byteCount: Int, end: Bool) throws(LinkError) {
        guard receiving == .body else { throw .violation("a body before its head, or after its end") }
        try window.received(byteCount)
        if end { receiving = .done }
    }

    mutating func receivedTrailers() throws(LinkError) {
        guard receiving == .body else { throw .violation("trailers before a head, or after the end") }
        receiving = .done
    }

    mutating func receivedCredit(_ byteCount: UInt64) throws(LinkError) {
        let (sum, overflow) = UInt64(sendCredit).addingReportingOverflow(byteCount)
        guard !overflow, sum <= 0x3fff_ffff, byteCount > 0 else {
            throw .violation("credit of \(byteCount) bytes more: zero, or over 2^30 - 1 in all")
        }
        sendCredit = Int(sum)
    }

    /// Says that bytes of body were handed on; returns what to grant the other end, often 0.
    mutating func consumed(_ byteCount: Int, from pool: inout CreditPool) -> Int {
        window.consumed(byteCount, from: &pool, more: receiving == .body)
    }

    /// Ends both directions; what the window had borrowed goes back.
    mutating func close(returningTo pool: inout CreditPool) {
        (sending, receiving) = (.done, .done)
        window.giveBack(to: &pool)
    }
}

/// What one end still takes on one stream.
///
/// A window grows, from a pool that all streams of a link share, while its bytes are handed on quickly: a fast client on
/// a long line gets a wide window, and a slow one holds no more than it has.
struct ReceiveWindow {
    /// The widest that a window grows, in bytes: 100 Mbit/s over 80 ms.
    static let maxBytes = 1 << 20

    private var size: Int
    private let initialSize: Int
    private var credit: Int
    private var unreturned = 0

    init(byteCount: Int) { (size, initialSize, credit) = (byteCount, byteCount, byteCount) }

    mutating func received(_ byteCount: Int) throws(LinkError) {
        guard byteCount <= credit else {
            throw .violation("\(byteCount) bytes of body where only \(credit) more were granted")
        }
        credit -= byteCount
    }

    mutating func consumed(_ byteCount: Int, from pool: inout CreditPool, more: Bool) -> Int {
        unreturned += byteCount
        // At half a window: few grants, and the other end never runs dry while bytes are handed on.
        guard more, 2 * unreturned >= size else { return 0 }
        var grant = unreturned
        unreturned = 0
        if size < Self.maxBytes, pool.take(size) {
            grant += size
            size *= 2
        }
        credit += grant
        return grant
    }

    mutating func giveBack(to pool: inout CreditPool) {
        pool.give(size - initialSize)
        size = initialSize
    }
}

/// What all windows of a link together may grow by: this bounds the memory of a link.
struct CreditPool {
    private(set) var availableBytes: Int

    init(byteCount: Int) { availableBytes = byteCount }

    mutating func take(_ byteCount: Int) -> Bool {
        guard byteCount <= availableBytes else { return false }
        availableBytes -= byteCount
        return true
    }

    mutating func give(_ byteCount: Int) { availableBytes += byteCount }
}
