package import Exchange
package import NIOCore
package import NIOHTTP1

/// One request and its answer on a lane; confined to the lane's event loop.
///
/// On the sender's end it is an ``OutgoingRequest``. On the listener's end a ``LinkRequestReceiver`` takes the request,
/// and ``answer(_:)``, ``send(_:)`` and ``finish(trailers:)`` answer it.
package final class LinkStream: OutgoingRequest {
    /// What waits to be sent.
    enum Outgoing {
        // Boxed: looking at what waits doesn't copy all that is in a head.
        indirect case request(LinkRequest)
        indirect case interim(HTTPResponseHead)
        indirect case answer(Answer, failure: ExchangeFailure?)
        case body(ByteBuffer)
        case padding(byteCount: Int)
        case end(trailers: HTTPHeaders?)
    }

    package let id: UInt32
    var machine: StreamMachine
    /// Keeps its streams until they are done, so that both don't keep each other.
    package let lane: Lane
    /// The name of the lane.
    package let laneID: UInt64
    /// Who takes the answer; on the sender's end.
    var answerReceiver: (any AnswerReceiver)?
    /// Who takes the request; on the listener's end.
    var requestReceiver: (any LinkRequestReceiver)?

    var outbox = CircularBuffer<Outgoing>(initialCapacity: 4)
    /// The bytes of body in the outbox.
    private(set) var queuedBytes = 0
    /// The bytes of body that were sent.
    private(set) var sentBytes = 0
    /// All bytes of this stream's frames on the link, both ways, without TLS.
    package internal(set) var linkBytes = 0
    /// Whether the lane's queue has it.
    var isQueued = false
    private var hasEnded = false
    private var isFull = false

    /// Whether the answer's body leaves in blocks, and what makes them until it ends; on the listener's end.
    private(set) var sendsBlocks = false
    var blockEncoder: BlockEncoder?
    /// Where the answer's body comes in blocks: what came of it; on the sender's end.
    var inbox: BlockInbox?
    var isHandingOn = false

    /// From how many waiting bytes on whoever makes them should stop, and until how few.
    private static let highWaterBytes = 64 * 1024, lowWaterBytes = 32 * 1024

    init(id: UInt32, machine: StreamMachine, lane: Lane) {
        self.id = id
        self.machine = machine
        self.lane = lane
        laneID = lane.laneID
    }

    package var isWritable: Bool { !isFull }

    /// Makes the check of a page that crosses the link on this stream.
    package var checkKey: PageCheckKey { lane.checkKey }

    /// The bytes of body that were sent or wait, as they cross the link.
    package var bodyBytes: Int { queuedBytes + sentBytes }

    /// Whether something waits that may be sent now.
    var canSend: Bool {
        guard case .body(let body)? = outbox.first else { return !outbox.isEmpty }
        return machine.sendCredit > 0 || body.readableBytes == 0
    }

    func enqueue(_ outgoing: Outgoing) {
        guard machine.isSending, !hasEnded else { return }  // the other end gave up meanwhile
        switch outgoing {
        case .body(let body):
            queuedBytes += body.readableBytes
            if queuedBytes >= Self.highWaterBytes { isFull = true }
        case .end:
            hasEnded = true
            blockEncoder = nil
        default: break
        }
        outbox.append(outgoing)
        lane.streamHasOutput(self)
    }

    /// Takes up to `limit` bytes of body off the outbox, and whether the stream ends with them.
    func takeBody(atMost limit: Int) -> (body: ByteBuffer, end: Bool) {
        guard case .body(var body)? = outbox.popFirst() else { preconditionFailure("no body waits") }
        var piece = body.readSlice(length: min(limit, machine.sendCredit, body.readableBytes))!  // at most all of it
        if body.readableBytes > 0 {
            outbox.prepend(.body(body))
        } else if case .body(var next)? = outbox.first, piece.readableBytes + next.readableBytes <= limit,
            piece.readableBytes + next.readableBytes <= machine.sendCredit
        {
            outbox.removeFirst()  // origins write in small pieces: one frame for two of them
            piece.writeBuffer(&next)
        }
        queuedBytes -= piece.readableBytes
        sentBytes += piece.readableBytes
        if case .end(nil)? = outbox.first {
            outbox.removeFirst()
            return (piece, true)
        }
        return (piece, false)
    }

    /// Tells whoever makes the body to go on, where it had to stop.
    func resumeIfDrained() {
        guard isFull, queuedBytes <= Self.lowWaterBytes else { return }
        isFull = false
        answerReceiver?.requestBecameWritable()
        requestReceiver?.answerBecameWritable()
    }

    // MARK: what both ends do

    package func send(_ body: ByteBuffer) {
        guard body.readableBytes > 0 else { return }
        enqueue(.body(blockEncoder?.encode(body) ?? body))
    }

    package func finish(trailers: HTTPHeaders?) { enqueue(.end(trailers: trailers)) }

    package func consumed(_ byteCount: Int) {
        guard inbox != nil else { return lane.consumed(byteCount, on: self) }
        inbox?.consumed(byteCount)
        handOn()
    }

    /// Gives the stream up; the other end hears that nobody waits for it any more.
    package func cancel() { reset(LinkError(.cancelled, "nobody waits for the answer any more")) }

    /// Gives the stream up, and tells the other end why.
    package func reset(_ error: LinkError) {
        answerReceiver = nil
        requestReceiver = nil
        inbox = nil
        lane.reset(self, error)
    }

    // MARK: what the listener's end does

    /// Sends an interim answer, such as 103.
    package func interim(_ head: HTTPResponseHead) { enqueue(.interim(head)) }

    /// Sends the answer's head.
    ///
    /// A body that is compressible leaves in blocks, where the other end takes such.
    package func answer(_ answer: Answer, isCompressible: Bool = false) {
        if isCompressible, lane.machine.peerSettings.takesBlocks {
            blockEncoder = BlockEncoder()
            sendsBlocks = blockEncoder != nil
        }
        enqueue(.answer(answer, failure: nil))
    }

    /// Says that there is no answer, and why: the cause, and words for who runs the site.
    package func fail(_ failure: ExchangeFailure) {
        guard !machine.hasSentHead, !hasHeadWaiting else {
            let receiver = requestReceiver
            reset(LinkError(.originFailed, failure.message))
            receiver?.answerSent()
            return
        }
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: failure.cause.status), headers: [:])
        enqueue(.answer(Answer(head: head), failure: failure))
        enqueue(.end(trailers: nil))
    }

    private var hasHeadWaiting: Bool {
        outbox.contains { if case .answer = $0 { true } else { false } }
    }

    /// Sends bytes that say nothing, so that an observer of the link learns less from lengths: they and the answer's body, the
    /// heads of all their frames included, take a multiple of `blockBytes`.
    ///
    /// - Parameters:
    ///   - bodyBytes: Of the body that is yet to be sent; what waits or was sent is counted by itself.
    ///   - blockBytes: 1…4096.
    ///   - extraBytes: Below `blockBytes`: at least so many.
    package func pad(bodyBytes: Int = 0, toMultipleOf blockBytes: Int, extraBytes: Int = 0) {
        let bytes = bodyBytes + self.bodyBytes
        let (whole, rest) = bytes.quotientAndRemainder(dividingBy: Frame.maxDataBytes)
        var taken = bytes + whole * Frame.headBytes(stream: id, payloadBytes: Frame.maxDataBytes)
        if rest > 0 { taken += Frame.headBytes(stream: id, payloadBytes: rest) }
        taken += Frame.paddingHeadBytes(stream: id) + extraBytes
        let missing = (blockBytes - taken % blockBytes) % blockBytes
        enqueue(.padding(byteCount: extraBytes + missing))
    }
}

/// Who takes one request on the listener's end.
package protocol LinkRequestReceiver: AnyObject {
    /// A piece of the request's body; say ``LinkStream/consumed(_:)`` when it's handed on.
    func received(requestBody body: ByteBuffer)
    /// The request is complete.
    func receivedRequestEnd(trailers: HTTPHeaders?)
    /// The other end, or the link, gave up: nobody waits for the answer.
    func cancelled()
    /// All of the answer is on the link, or, after ``LinkStream/fail(_:)``, all that there will be.
    func answerSent()
    /// ``LinkStream/isWritable`` is `true` again.
    func answerBecameWritable()
}
