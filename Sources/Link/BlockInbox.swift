import NIOCore
import NIOHTTP1

/// The receiving side of a body in blocks: what is handed on when, and which bytes count as read.
///
/// A block may hold 255 times its coded bytes. So it is decoded only when its reader takes it: a reader that takes
/// nothing costs the stream's window and 128 kB, however small the blocks are coded.
struct BlockInbox: ~Copyable {
    enum Action {
        case deliver(ByteBuffer)
        /// More must come first, or the reader must take what it has.
        case wait
        case end(trailers: HTTPHeaders?)
    }

    /// From how many bytes that the reader hasn't taken no more are decoded.
    static let maxHandedBytes = 64 * 1024

    private var decoder = BlockDecoder()
    private var handedBytes = 0
    /// Bytes of the link that came and don't count as read yet.
    private var unreadBytes = 0
    /// The end, once it came.
    private var end: HTTPHeaders??

    mutating func received(_ bytes: ByteBuffer) {
        unreadBytes += bytes.readableBytes
        decoder.append(bytes)
    }

    mutating func receivedEnd(trailers: HTTPHeaders?) { end = .some(trailers) }

    /// Says that bytes of body were taken; ask for ``next()`` then.
    mutating func consumed(_ byteCount: Int) { handedBytes -= byteCount }

    /// What to do now; and how many bytes of the link count as read with that.
    mutating func next() throws(LinkError) -> (action: Action, readBytes: Int) {
        guard handedBytes < Self.maxHandedBytes else { return (.wait, 0) }
        if let body = try decoder.next() {
            handedBytes += body.readableBytes
            return (.deliver(body), read(but: decoder.codedBytes))
        }
        // The rest of the block must be granted, or it would never come.
        let readBytes = read(but: 0)
        guard case .some(let trailers) = end else { return (.wait, readBytes) }
        guard decoder.codedBytes == 0 else { throw .violation("a body that ends within a block") }
        return (.end(trailers: trailers), readBytes)
    }

    /// Counts all as read but the last so many bytes.
    private mutating func read(but left: Int) -> Int {
        let readBytes = max(0, unreadBytes - left)
        unreadBytes -= readBytes
        return readBytes
    }
}
