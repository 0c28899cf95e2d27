import NIOCore

/// What came of a request's body, for as long as it may have to be sent again.
struct RequestBodyCopy {
    /// More is not kept: the request then can't be sent again.
    static let maxBytes = 64 * 1024

    /// All of the body up to now, or nothing where that ``isWhole`` no more.
    private(set) var bytes: [ByteBuffer] = []
    private var byteCount = 0
    /// Whether all that came is here.
    private(set) var isWhole = true
    /// Whether what is here was sent: before that nothing of it is let go, which is at most what was read with the head.
    var isSent = false { didSet { trim() } }

    mutating func append(_ more: ByteBuffer) {
        guard isWhole else { return }
        bytes.append(more)
        byteCount += more.readableBytes
        trim()
    }

    /// Nothing will be sent again.
    mutating func drop() {
        bytes = []
        isWhole = false
    }

    private mutating func trim() { if isSent, byteCount > Self.maxBytes { drop() } }
}
