import Exchange
import NIOCore
import NIOHTTP1

/// An answer that is all there.
struct CollectedAnswer: Sendable {
    var answer: Answer
    var body: ByteBuffer
}

/// Waits for a whole answer, in memory.
final class AnswerCollector: AnswerReceiver {
    /// Longer bodies are given up: this is for pages.
    static let maxBodyBytes = 64 << 20

    private let promise: EventLoopPromise<CollectedAnswer>
    private var answer: Answer?
    private var body = ByteBuffer()
    var outgoing: (any OutgoingRequest)?

    /// - Parameter promise: Fails with an `ExchangeFailure`.
    init(_ promise: EventLoopPromise<CollectedAnswer>) { self.promise = promise }

    func received(interim head: HTTPResponseHead) {}

    func received(_ answer: Answer) { self.answer = answer }

    func received(_ body: ByteBuffer) {
        self.body.writeImmutableBuffer(body)
        guard self.body.readableBytes <= Self.maxBodyBytes else {
            outgoing?.cancel()
            return failed(ExchangeFailure(.badAnswer, "the answer is longer than \(Self.maxBodyBytes >> 20) MiB"))
        }
        outgoing?.consumed(body.readableBytes)
    }

    func receivedEnd(trailers: HTTPHeaders?) {
        outgoing = nil
        guard let answer else { return failed(ExchangeFailure(.badAnswer, "the answer had no head")) }
        promise.succeed(CollectedAnswer(answer: answer, body: body))
    }

    func failed(_ failure: ExchangeFailure) {
        outgoing = nil
        promise.fail(failure)
    }

    func requestBecameWritable() {}
}
