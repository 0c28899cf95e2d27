import Exchange
import HTTPRules
package import NIOCore
package import NIOHTTP1

/// One request to an origin, whichever connection carries it.
package final class OriginExchange: OutgoingRequest {
    package let request: OriginRequest
    private let pool: OriginPool
    private(set) var receiver: (any AnswerReceiver)?
    private var connection: OriginConnection?
    /// The connection that is being opened for this request.
    var opening: OriginConnection?
    /// What came before there was a connection.
    private var waiting: [ByteBuffer] = []
    private var waitingBytes = 0
    private var end: HTTPHeaders??
    private var bodyWasSent = false
    /// The bytes that Content-Length still promises; `nil` without one.
    private var declaredBytes: Int?
    private var tries = 1
    /// Whether the connection carried other requests before.
    package internal(set) var isReused = false
    /// Whether a broken idle connection was replaced.
    package private(set) var wasRestarted = false
    private let started = NIODeadline.now()

    private static let highWaterBytes = 64 * 1024

    init(_ request: OriginRequest, pool: OriginPool, receiver: any AnswerReceiver) {
        self.request = request
        self.pool = pool
        self.receiver = receiver
        if !request.hasBody { end = .some(nil) }
        declaredBytes = request.bodyBytes
    }

    /// From the request's start until now, in microseconds.
    package var elapsedMicroseconds: UInt64 { UInt64((NIODeadline.now() - started).nanoseconds / 1000) }

    // MARK: OutgoingRequest

    package var isWritable: Bool { connection?.isWritable ?? (waitingBytes < Self.highWaterBytes) }

    package func send(_ body: ByteBuffer) {
        guard receiver != nil else { return }
        if let left = declaredBytes {
            guard body.readableBytes <= left else { return breakOff("is longer than its Content-Length") }
            declaredBytes = left - body.readableBytes
        }
        if let connection {
            bodyWasSent = true
            connection.write(body: body)
        } else {
            waiting.append(body)
            waitingBytes += body.readableBytes
        }
    }

    package func finish(trailers: HTTPHeaders?) {
        guard receiver != nil, end == nil else { return }
        if let left = declaredBytes, left > 0 { return breakOff("ends \(left) bytes before its Content-Length") }
        end = .some(trailers)
        connection?.writeEnd(trailers: trailers)
    }

    /// The body isn't what the head says: what follows on the connection would be taken for another request.
    private func breakOff(_ why: String) {
        let receiver = receiver
        cancel()
        receiver?.failed(ExchangeFailure(.badRequest, "the body \(why)"))
    }

    package func cancel() {
        receiver = nil
        (connection ?? opening)?.abandon(self)
        (connection, opening) = (nil, nil)
    }

    package func consumed(_ byteCount: Int) { connection?.consumed(byteCount) }

    // MARK: for the connection

    /// Writes what came so far; called once the connection can carry it.
    func attach(to connection: OriginConnection) {
        (self.connection, opening) = (connection, nil)
        let (early, wasFull) = (waiting, waitingBytes >= Self.highWaterBytes)
        (waiting, waitingBytes) = ([], 0)
        for body in early {
            bodyWasSent = true
            connection.write(body: body)
        }
        if let end { connection.writeEnd(trailers: end) }
        if wasFull { receiver?.requestBecameWritable() }
    }

    /// A connection that was idle broke before it answered: the origin may have closed it just as the request went out.
    func retry(after failure: ExchangeFailure) -> Bool {
        guard receiver != nil,
            RetryRules.mayRepeat(
                request.head.method, sent: !failure.requestUnseen, answered: false,
                bodyKept: !bodyWasSent && request.upgrade == nil, tries: tries)
        else { return false }
        tries += 1
        (connection, isReused, wasRestarted) = (nil, false, true)
        pool.start(self, fresh: true)
        return true
    }

    func received(interim head: HTTPResponseHead) { receiver?.received(interim: head) }

    func received(_ head: HTTPResponseHead) {
        if head.status == .switchingProtocols { end = nil }  // what follows is another body, with an end of its own
        receiver?.received(Answer(head: head))
    }

    func received(_ body: ByteBuffer) { receiver?.received(body) }

    func receivedEnd(trailers: HTTPHeaders?) {
        let receiver = receiver
        (self.receiver, connection) = (nil, nil)
        receiver?.receivedEnd(trailers: trailers)
    }

    func failed(_ failure: ExchangeFailure) {
        let receiver = receiver
        (self.receiver, connection, opening) = (nil, nil, nil)
        receiver?.failed(failure)
    }

    func becameWritable() { receiver?.requestBecameWritable() }
}
