import Exchange
import NIOCore
import NIOHTTP1

/// A client whose answer is compressed as it streams; takes its place from the answer's head on.
///
/// What comes together in one turn of the event loop is compressed together, and leaves with that turn: nothing waits.
final class GzipClientStream {
    private let client: any ClientStream
    private let flushes: FlushBatch
    /// `nil` once the answer has ended.
    private var gzip: GzipStream?
    private var needsFlush = false
    /// The bytes of body that the client was sent.
    private(set) var sentBytes = 0

    /// Takes a client's place; `nil` where memory is short.
    init?(_ client: any ClientStream, flushes: FlushBatch) {
        guard let gzip = GzipStream() else { return nil }
        self.gzip = consume gzip
        self.client = client
        self.flushes = flushes
    }

    private func send(_ bytes: ByteBuffer?) {
        guard let bytes, bytes.readableBytes > 0 else { return }
        sentBytes += bytes.readableBytes
        client.respond(bytes)
    }
}

extension GzipClientStream: Flushable {
    func flush() {
        needsFlush = false
        send(gzip?.flush())
    }
}

extension GzipClientStream: ClientStream {
    var isWritable: Bool { client.isWritable }
    func respond(interim head: HTTPResponseHead) { client.respond(interim: head) }
    func respond(_ head: HTTPResponseHead) { client.respond(head) }

    func respond(_ body: ByteBuffer) {
        send(gzip?.write(body))
        guard !needsFlush else { return }
        needsFlush = true
        flushes.add(self)
    }

    func respondEnd(trailers: HTTPHeaders?) {
        send(gzip?.finish())
        gzip = nil
        client.respondEnd(trailers: trailers)
    }

    func abort() {
        gzip = nil
        client.abort()
    }

    func becomeTunnel() { client.becomeTunnel() }
    func endTunnel() { client.endTunnel() }
    func readMore() { client.readMore() }
}
