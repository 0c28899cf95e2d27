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
    /// How often an origin may have seen it.
    private var tries = 1
    /// The origins of the site that were tried, by their place; the last one is being tried.
    private var triedPlaces: [Int]
    /// Whether the connection carried other requests before.
    package internal(set) var isReused = false
    /// Whether a broken connection was replaced.
    package private(set) var wasRestarted = false
    private let started: NIODeadline
    /// When the last try was.
    private(set) var tryBegan: NIODeadline

    private static let highWaterBytes = 64 * 1024
    /// The most origins that one request is brought to.
    private static let maxOrigins = 3

    /// Tries the origin at `place` of the request's site first.
    init(_ request: OriginRequest, pool: OriginPool, receiver: any AnswerReceiver, place: Int) {
        self.request = request
        self.pool = pool
        self.receiver = receiver
        if !request.hasBody { end = .some(nil) }
        declaredBytes = request.bodyBytes
        triedPlaces = [place]
        started = pool.eventLoop.now
        tryBegan = started
    }

    /// The origin that has it, or is being tried.
    var address: OriginAddress { request.site[triedPlaces[triedPlaces.count - 1]] }

    /// From the request's start until now, in microseconds.
    package var elapsedMicroseconds: UInt64 { UInt64((pool.eventLoop.now - started).nanoseconds / 1000) }

    // MARK: OutgoingRequest

    package var isWritable: Bool { connection?.isWritable ?? (waitingBytes < Self.highWaterBytes) }

    package func send(_ body: ByteBuffer) {
        guard receiver != nil else { return }
        guard end == nil else { return breakOff("goes on behind its end") }
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

    /// How long connecting may take: not for long where another origin could be tried, and never longer than all tries.
    var connectTimeout: Duration {
        let left = pool.limits.timeout - .nanoseconds((tryBegan - started).nanoseconds)
        return mayGoElsewhere ? min(left, pool.limits.connectTimeout) : left
    }

    private var mayGoElsewhere: Bool {
        triedPlaces.count < min(Self.maxOrigins, request.site.origins.count)
            && pool.eventLoop.now - started < .nanoseconds(pool.limits.timeout.nanoseconds)
    }

    /// There was no connection, or it broke before anything of an answer came: the request is sent again, or fails.
    func connectionFailed(_ failure: ExchangeFailure) {
        (connection, opening) = (nil, nil)
        // What no origin can have seen doesn't count as a try; how many origins are asked is bounded besides.
        let mayRepeat = RetryRules.mayRepeat(
            request.head.method, sent: !failure.requestUnseen, answered: false,
            bodyKept: !bodyWasSent && (failure.requestUnseen || request.upgrade == nil),
            tries: failure.requestUnseen ? 0 : tries)
        guard receiver != nil, mayRepeat else { return failed(failure) }
        if isReused {
            // The origin may have closed it just as the request went out: that is no fault of the origin.
            pool.counts.retries += 1
        } else if mayGoElsewhere, let place = pool.place(for: request, tried: triedPlaces) {
            pool.counts.failovers += 1
            triedPlaces.append(place)
        } else {
            return failed(failure)
        }
        if !failure.requestUnseen { (tries, wasRestarted) = (tries + 1, true) }
        tryBegan = pool.eventLoop.now
        pool.start(self, fresh: isReused || !failure.requestUnseen)
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
