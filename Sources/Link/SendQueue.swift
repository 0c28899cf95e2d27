import NIOCore

/// Which stream may send next: heads and short bodies first, long bodies in turn.
///
/// A stream counts as long from its first 64 kB on. So a small answer waits for no more than the frame that is being
/// sent, and long ones share what is left; after so many short ones, one long one has its turn, however many more wait.
struct SendQueue<Stream: AnyObject> {
    private var short = CircularBuffer<Stream>(), long = CircularBuffer<Stream>()

    private var shortInARow = 0
    private static var mostShortInARow: Int { 16 }

    /// From how many sent bytes of body on a stream counts as long.
    static var longFromBytes: Int { 64 * 1024 }

    var isEmpty: Bool { short.isEmpty && long.isEmpty }

    mutating func append(_ stream: Stream, sentBytes: Int) {
        if sentBytes < Self.longFromBytes { short.append(stream) } else { long.append(stream) }
    }

    mutating func popFirst() -> Stream? {
        if shortInARow < Self.mostShortInARow || long.isEmpty, let stream = short.popFirst() {
            shortInARow += 1
            return stream
        }
        shortInARow = 0
        return long.popFirst() ?? short.popFirst()
    }

    mutating func removeAll() {
        short.removeAll()
        long.removeAll()
    }
}
