import Corpus
import Exchange
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Sender

/// Bodies that are compressed for a client as they come.
struct GzipStreams {
    private let loop = EmbeddedEventLoop()
    private let client = RecordingClient()

    private func stream() throws -> GzipClientStream {
        try #require(GzipClientStream(client, flushes: FlushBatch(eventLoop: loop)))
    }

    @Test(arguments: UInt64(0)..<50)
    func whatOneTurnBringsCanBeReadAtItsEnd(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let stream = try stream()
        var sent = ByteBuffer()
        for _ in 0..<Int.random(in: 1...10, using: &random) {
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                let count = Int.random(in: 0...[10, 1000, 50_000].randomElement(using: &random)!, using: &random)
                let mask: UInt64 = Bool.random(using: &random) ? .max : 0x0303_0303_0303_0303
                var piece = ByteBuffer()
                while piece.readableBytes < count { piece.writeInteger(random.next() & mask) }
                sent.writeImmutableBuffer(piece)
                stream.respond(piece)
            }
            loop.run()
            try #require(client.inflater.body == sent && !client.inflater.isComplete)
        }
        stream.respondEnd(trailers: ["x": "y"])
        loop.run()
        #expect(client.inflater.body == sent && client.inflater.isComplete && client.trailers == ["x": "y"])
        #expect(stream.sentBytes == client.bodyBytes)
    }

    @Test func piecesOfOneTurnAreFlushedOnce() throws {
        let stream = try stream()
        for _ in 0..<100 { stream.respond(ByteBuffer(string: "<p>a line of a page</p>\n")) }
        #expect(client.inflater.body.readableBytes == 0)
        loop.run()
        #expect(client.inflater.body.readableBytes == 2400 && client.bodyBytes < 100)
        let before = client.bodyBytes
        loop.run()
        #expect(client.bodyBytes == before)
    }

    @Test func anAnswerThatEndsWithinItsTurnIsFlushedByItsEnd() throws {
        let stream = try stream()
        stream.respond(ByteBuffer(string: "all"))
        stream.respondEnd(trailers: nil)
        let bytes = client.bodyBytes
        loop.run()
        #expect(String(buffer: client.inflater.body) == "all" && client.inflater.isComplete)
        #expect(client.bodyBytes == bytes)
    }

    @Test func anAnswerThatBreaksOffIsNotCompletedByGzip() throws {
        let stream = try stream()
        stream.respond(ByteBuffer(string: "half"))
        stream.abort()
        loop.run()
        #expect(client.isAborted && !client.inflater.isComplete && client.bodyBytes <= 10)  // gzip's own head
    }
}

/// A client that reads gzip.
private final class RecordingClient: ClientStream {
    let inflater = Inflater()
    private(set) var bodyBytes = 0
    private(set) var trailers: HTTPHeaders?
    private(set) var isAborted = false

    var isWritable: Bool { true }
    func respond(interim head: HTTPResponseHead) {}
    func respond(_ head: HTTPResponseHead) {}
    func respond(_ body: ByteBuffer) {
        bodyBytes += body.readableBytes
        inflater.read(body)
    }
    func respondEnd(trailers: HTTPHeaders?) { self.trailers = trailers }
    func abort() { isAborted = true }
    func becomeTunnel() {}
    func endTunnel() {}
    func readMore() {}
}
