package import Exchange
package import NIOCore
package import NIOHTTP1

/// Writes down, in words, what comes of one request.
package final class AnswerRecorder: AnswerReceiver {
    /// `interim 103`, `head 200`, `end`, `end: name=value`, `failed`, `writable`.
    package private(set) var events: [String] = []
    package private(set) var answer: Answer?
    package private(set) var body = ByteBuffer()
    package private(set) var failure: ExchangeFailure?
    package var outgoing: (any OutgoingRequest)?
    private let consumes: Bool

    /// - Parameter consumes: Whether it hands each piece of the body on at once.
    package init(consumes: Bool = true) { self.consumes = consumes }

    package var text: String { String(buffer: body) }

    package func received(interim head: HTTPResponseHead) { events.append("interim \(head.status.code)") }

    package func received(_ answer: Answer) {
        self.answer = answer
        events.append("head \(answer.head.status.code)")
    }

    package func received(_ body: ByteBuffer) {
        self.body.writeImmutableBuffer(body)
        if consumes { outgoing?.consumed(body.readableBytes) }
    }

    package func receivedEnd(trailers: HTTPHeaders?) {
        events.append("end" + (trailers.map { ":" + $0.map { " \($0.name)=\($0.value)" }.joined() } ?? ""))
    }

    package func failed(_ failure: ExchangeFailure) {
        self.failure = failure
        events.append("failed")
    }

    package func requestBecameWritable() { events.append("writable") }
}
