package import NIOCore
package import NIOHTTP1

/// One request on its way to whoever answers it: over the link, or straight to an origin.
///
/// Confined to one event loop, like its ``AnswerReceiver``: what either calls on the other happens at once.
package protocol OutgoingRequest: AnyObject {
    /// Whether more of the body may be handed over; after `false`, wait for ``AnswerReceiver/requestBecameWritable()``.
    var isWritable: Bool { get }

    /// Sends a piece of the request's body.
    func send(_ body: ByteBuffer)

    /// Ends the request's body; once.
    func finish(trailers: HTTPHeaders?)

    /// Gives up: nothing more is called on the receiver, and what is under way is stopped at the other end too.
    func cancel()

    /// Says that `byteCount` bytes of the answer's body are handed on, so that as many more may come.
    func consumed(_ byteCount: Int)
}

/// Who takes the answer to an ``OutgoingRequest``.
package protocol AnswerReceiver: AnyObject {
    /// An interim answer, 100 to 199 but 101; any number of times before the answer.
    func received(interim head: HTTPResponseHead)

    /// The answer's head; once.
    func received(_ answer: Answer)

    /// A piece of the answer's body; say ``OutgoingRequest/consumed(_:)`` when it's handed on.
    func received(_ body: ByteBuffer)

    /// The answer is complete; nothing more follows.
    func receivedEnd(trailers: HTTPHeaders?)

    /// The answer won't come, or won't be complete; nothing more follows.
    func failed(_ failure: ExchangeFailure)

    /// ``OutgoingRequest/isWritable`` is `true` again.
    func requestBecameWritable()
}
