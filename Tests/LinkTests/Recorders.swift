import Exchange
import NIOCore
import NIOHTTP1

@testable import Link

/// Writes down what one end of a stream hears, in words.
final class Recorder: AnswerReceiver, LinkRequestReceiver {
    /// `head 200`, `interim 103`, `end`, `end: name=value`, `failed`, `cancelled`, `writable`.
    private(set) var events: [String] = []
    private(set) var body = ByteBuffer()
    private(set) var answer: Answer?
    private(set) var failure: ExchangeFailure?
    /// Whether it hands each piece on at once.
    var consumes: Bool
    weak var stream: LinkStream?
    /// Called at each event.
    var whenever: ((String) -> Void)?

    init(consumes: Bool = true) { self.consumes = consumes }

    private func note(_ event: String) {
        events.append(event)
        whenever?(event)
    }

    func consumeAll() { stream?.consumed(body.readableBytes) }

    private func take(_ piece: ByteBuffer) {
        body.writeImmutableBuffer(piece)
        if consumes { stream?.consumed(piece.readableBytes) }
        whenever?("body")
    }

    private func noteEnd(_ trailers: HTTPHeaders?) {
        let words = trailers.map { $0.map { " \($0.name)=\($0.value)" }.joined() }
        note("end" + (words.map { ":\($0)" } ?? ""))
    }

    func received(interim head: HTTPResponseHead) { note("interim \(head.status.code)") }
    func received(_ answer: Answer) {
        self.answer = answer
        note("head \(answer.head.status.code)")
    }
    func received(_ body: ByteBuffer) { take(body) }
    func receivedEnd(trailers: HTTPHeaders?) { noteEnd(trailers) }
    func failed(_ failure: ExchangeFailure) {
        self.failure = failure
        note("failed")
    }
    func requestBecameWritable() { note("writable") }

    func received(requestBody body: ByteBuffer) { take(body) }
    func receivedRequestEnd(trailers: HTTPHeaders?) { noteEnd(trailers) }
    func cancelled() { note("cancelled") }
    func answerSent() {}
    func answerBecameWritable() { note("writable") }
}

/// Keeps one lane, and writes down what happens to it.
final class RecordingOwner: LaneOwner {
    private(set) var opened = 0
    private(set) var drains = 0
    private(set) var errors: [LinkError] = []
    private(set) var requests: [(stream: LinkStream, request: LinkRequest, end: Bool, receiver: Recorder)] = []
    var consumesRequests = true
    /// Called for each request, after it was written down.
    var whenever: ((LinkStream) -> Void)?

    func laneOpened(_ lane: Lane) { opened += 1 }
    func laneDrains(_ lane: Lane) { drains += 1 }
    func laneClosed(_ lane: Lane, _ error: LinkError) { errors.append(error) }

    func lane(
        _ lane: Lane, opened stream: LinkStream, _ request: LinkRequest, end: Bool
    ) -> (any LinkRequestReceiver)? {
        let receiver = Recorder(consumes: consumesRequests)
        receiver.stream = stream
        requests.append((stream, request, end, receiver))
        whenever?(stream)
        return receiver
    }
}
