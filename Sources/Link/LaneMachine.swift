import NIOCore

/// Which end of a link this is: the sender opens streams, the listener answers them.
package enum LinkRole: Sendable {
    case sender, listener
}

/// What belongs to one connection of a link as a whole: its start, its pings, its end, and which streams may be opened.
struct LaneMachine {
    /// What both ends send first: the name of the protocol, and the newest version that they speak.
    static let preface: [UInt8] = Array("RAILGUN".utf8) + [version]
    static let version: UInt8 = 1
    /// The name of the protocol in TLS: both ends must ask for it.
    static let applicationProtocol = "railgun/1"

    private enum State: Equatable {
        case awaitingPreface, awaitingSettings, open, closed
    }

    let role: LinkRole
    private var state = State.awaitingPreface
    /// What the other end takes; known once it is open.
    private(set) var peerSettings = LaneSettings()
    let settings: LaneSettings
    private(set) var lastStream: UInt32 = 0
    private(set) var isDraining = false
    /// A sender said that it opens no more streams.
    private var peerHasStopped = false
    /// It had time enough to say so.
    private var isOverdue = false
    private var unansweredPing: (id: UInt64, sent: NIODeadline)?
    private var lastHeard = NIODeadline.uptimeNanoseconds(0)
    private var nextPing: UInt64 = 1
    /// The smoothed round trip, by the method of RFC 6298; `nil` before the first answer.
    private(set) var roundTrip: TimeAmount?

    /// The last number that a stream may have; a lane is replaced before it gets there.
    static let maxStream: UInt32 = 0x3fff_fffe

    /// Creates the machine of a lane that has said nothing yet; `lastStream` is above 0 for tests only.
    init(role: LinkRole, settings: LaneSettings, lastStream: UInt32 = 0) {
        self.role = role
        self.settings = settings
        self.lastStream = lastStream
    }

    var isOpen: Bool { state == .open }
    var isClosed: Bool { state == .closed }
    /// Whether the last number that a stream may have is taken.
    var isUsedUp: Bool { lastStream >= Self.maxStream }

    // MARK: the start

    /// Takes the preface off `buffer`; `false` where more bytes must come first.
    mutating func readPreface(from buffer: inout ByteBuffer) throws(LinkError) -> Bool {
        guard state == .awaitingPreface else { return true }
        let seen = buffer.readableBytesView.prefix(Self.preface.count)
        let name = Self.preface.dropLast()
        guard seen.prefix(name.count).elementsEqual(name.prefix(seen.count)) else {
            throw LinkError(
                .foreignPeer, "the other end doesn't speak the link's protocol: it began with \(Self.printable(seen))")
        }
        guard seen.count == Self.preface.count, let version = seen.last else { return false }
        guard version >= Self.version else {
            throw LinkError(
                .foreignPeer, "the other end speaks version \(version) of the link, this one needs \(Self.version)")
        }
        buffer.moveReaderIndex(forwardBy: Self.preface.count)
        state = .awaitingSettings
        return true
    }

    private static func printable(_ bytes: some Sequence<UInt8>) -> String {
        "“" + String(decoding: bytes.map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self) + "”"
    }

    mutating func received(_ settings: LaneSettings) throws(LinkError) {
        guard state == .awaitingSettings else { throw .violation("a second SETTINGS") }
        peerSettings = settings
        state = .open
    }

    /// Checks that a frame may come at all now.
    func checkOpen() throws(LinkError) {
        guard state == .open else { throw .violation("a frame before SETTINGS") }
    }

    // MARK: streams

    /// The number for a stream that this end opens; `nil` where none may be opened.
    mutating func openStream(current count: Int) -> UInt32? {
        guard state == .open, !isDraining, role == .sender, count < peerSettings.maxStreams,
            !isUsedUp
        else { return nil }
        lastStream += 1
        return lastStream
    }

    /// What to do with a stream that the other end opens.
    enum Opening: Equatable { case accept, refuse }

    mutating func receivedOpening(of stream: UInt32, current count: Int) throws(LinkError) -> Opening {
        guard role == .listener else { throw .violation("a request from a listener") }
        guard stream > lastStream else { throw .violation("stream \(stream) opened after stream \(lastStream)") }
        guard !peerHasStopped else { throw .violation("stream \(stream) opened after GOAWAY") }
        lastStream = stream
        return count >= settings.maxStreams || isOverdue ? .refuse : .accept
    }

    /// Whether frames for a stream that isn't there are to be expected: it was, and both ends forgot it at their own time.
    func wasOpened(_ stream: UInt32) -> Bool { stream > 0 && stream <= lastStream }

    // MARK: pings

    /// The next ping to send, or `nil` where the last one is unanswered.
    mutating func ping(at now: NIODeadline) -> UInt64? {
        guard unansweredPing == nil else { return nil }
        let id = nextPing
        nextPing += 1
        unansweredPing = (id, now)
        return id
    }

    /// Something came from the other end: where its answer to a ping waits behind a long body, it still lives.
    mutating func heard(at now: NIODeadline) { lastHeard = now }

    /// For how long nothing came since a ping was sent; `nil` where none is unanswered.
    func silence(at now: NIODeadline) -> TimeAmount? { unansweredPing.map { now - max($0.sent, lastHeard) } }

    /// Takes an answer; returns its round trip, or `nil` where nobody asked.
    @discardableResult mutating func receivedPong(_ id: UInt64, at now: NIODeadline) -> TimeAmount? {
        guard let ping = unansweredPing, ping.id == id else { return nil }
        unansweredPing = nil
        let sample = now - ping.sent
        roundTrip = roundTrip.map { .nanoseconds(($0.nanoseconds * 7 + sample.nanoseconds) / 8) } ?? sample
        return sample
    }

    // MARK: the end

    /// Begins to drain: streams that are there go on, and a sender opens no new ones.
    ///
    /// A listener takes those that are on their way, until the sender has heard of it.
    mutating func drain() { isDraining = true }

    /// The other end opens no more streams.
    mutating func peerStops() { peerHasStopped = true }

    /// Whether a lane that drains is done once it has no streams.
    var mayEnd: Bool { isDraining && (role == .sender || peerHasStopped || isOverdue) }

    /// A sender that was told long ago that this lane drains may open no more streams: it could stay for ever.
    mutating func waitedForPeer() { isOverdue = isDraining }

    mutating func close() { state = .closed }
}
