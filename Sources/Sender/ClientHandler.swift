import Exchange
import HTTPRules
import HTTPWire
import NIOCore
import NIOHTTP1

/// One client on the wire: a connection of HTTP/1, one request at a time, or a stream of HTTP/2 with its only one.
final class ClientHandler: ChannelDuplexHandler, Flushable, FrontConnection {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPServerResponsePart

    private enum Phase {
        /// No request has begun.
        case idle
        /// A request is being read, and maybe answered.
        case reading(SenderExchange)
        /// The request is complete, its answer isn't.
        case answering(SenderExchange)
        /// Bytes of another protocol, both ways.
        case tunnel(SenderExchange)
        /// All was said; the client closes, or is closed.
        case closing
    }

    private let worker: SenderWorker
    private let scheme: Scheme
    private let clientAddress: String
    /// Whether the client is a proxy of ours.
    private let trustsClient: Bool
    private var phase = Phase.idle
    private var context: ChannelHandlerContext?
    private var needsFlush = false
    private var holdsRead = false
    private var clientHasEnded = false
    /// How long a connection without a request is kept while the sender drains.
    static let lastRequestTime = TimeAmount.seconds(2)
    /// Of bytes that the client didn't take when its deadline was set, and of those that were written since then.
    private var stuckBytes = 0
    /// Of the request's body: all that came, and what came since the deadline was set.
    private var bodyBytes = 0
    private var recentBytes = 0
    /// Whether the client had to wait with its body since then: what it sends then tells nothing of it.
    private var heldBody = false
    /// Whether the connection had an answer before.
    private var hasServed = false
    /// Of the answer on a stream of HTTP/2, which doesn't tell: what the client hasn't taken, and 1 for the end.
    private var untakenBytes = 0
    /// A long body goes to a stream of HTTP/2 in pieces, to see that the client takes them.
    private static let pieceBytes = 64 * 1024
    /// What makes the heads of a stream of HTTP/2; `nil` on a connection of HTTP/1.
    private let heads: HTTP2Heads?

    /// Makes the handler of a connection of HTTP/1, or, with `heads`, of a stream of HTTP/2.
    init(worker: SenderWorker, scheme: Scheme, clientAddress: String, heads: HTTP2Heads? = nil) {
        self.heads = heads
        self.worker = worker
        self.scheme = scheme
        self.clientAddress = clientAddress
        trustsClient = worker.trusts(clientAddress)
    }

    private var exchange: SenderExchange? {
        switch phase {
        case .reading(let exchange), .answering(let exchange), .tunnel(let exchange): exchange
        case .idle, .closing: nil
        }
    }

    // MARK: channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        worker.deadlines.set(self, after: worker.limits.headTimeout)
        guard heads == nil else { return }
        worker.opened(self)
        if worker.isDraining { drain() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        worker.deadlines.remove(self)
        if heads == nil { worker.closed(self) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), phase) {
        case (.head(let head), .idle):
            begin(head, context)
        case (.body(let bytes), .reading(let exchange)):
            received(bytes, exchange)
        case (.body(let bytes), .tunnel(let exchange)):
            exchange.clientSent(bytes)
        case (.end(let trailers), .reading(let exchange)):
            phase = .answering(exchange)
            worker.deadlines.remove(self)
            exchange.clientEnded(trailers: trailers)
        default: break  // what is left of a request that was refused
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        switch RequestRules.judge(head, scheme: scheme, bodyFollows: heads?.hasBody ?? false) {
        case .forward(var request):
            if worker.limits.startsTraces { request.startTrace() }
            if let refusal = worker.forwarding.add(
                to: &request, clientAddress: clientAddress, trustsClient: trustsClient)
            {
                return refuse(refusal, head)
            }
            if case .length(let count) = request.body, count > worker.limits.bodyBytes {
                return refuse(bodyTooLarge(), head)
            }
            let exchange = SenderExchange(request, client: self, clientAddress: clientAddress, worker: worker)
            phase = .reading(exchange)
            if request.body == .none { worker.deadlines.remove(self) } else { awaitBody() }
            exchange.start()
        case .answer(let answer):
            phase = .closing
            worker.answeredItself(head, client: clientAddress, status: answer.status, bodyBytes: 0)
            write(.head(answer))
            respondEnd(trailers: nil)
        case .refuse(let refusal):
            refuse(refusal, head)
        }
    }

    private func received(_ bytes: ByteBuffer, _ exchange: SenderExchange) {
        bodyBytes += bytes.readableBytes
        recentBytes += bytes.readableBytes
        if worker.limits.bodyBytesPerSecond == 0 { awaitBody() }
        guard bodyBytes > worker.limits.bodyBytes else { return exchange.clientSent(bytes) }
        let refusal = bodyTooLarge()
        guard exchange.hasAnswered else { return refuse(refusal, of: exchange) }
        exchange.clientGone()
        abort()
    }

    private func bodyTooLarge() -> Refusal {
        worker.statistics.counters.bodiesTooLarge += 1
        return Refusal(.payloadTooLarge, "the body has more than \(worker.limits.bodyBytes) bytes")
    }

    /// Begins to watch whether the body comes fast enough.
    private func awaitBody() {
        (recentBytes, heldBody) = (0, false)
        worker.deadlines.set(self, after: worker.limits.bodyTimeout)
    }

    /// Answers what can't be passed on: with the head, as far as it could be read, or the exchange that it was of.
    private func refuse(_ refusal: Refusal, _ head: HTTPRequestHead? = nil, of exchange: SenderExchange? = nil) {
        phase = .closing
        let site = exchange?.request.authority ?? head?.headers.first(name: "host") ?? ""
        let what = exchange.map { worker.words($0.request) } ?? head.map { worker.words($0) }
        let number = worker.note(
            refusal, what ?? "a request of \(clientAddress)", site: site,
            target: exchange?.request.target ?? head?.uri ?? "")
        var (answer, body) = ErrorPage(refusal, site: site, number: number).response
        if refusal.closes { answer.headers.add(name: "Connection", value: "close") }
        let hasBody = head?.method != .HEAD
        if let exchange {
            exchange.clientGone(refused: refusal)  // it tells the log itself
        } else {
            worker.answeredItself(
                head, client: clientAddress, status: answer.status, bodyBytes: hasBody ? body.readableBytes : 0)
        }
        write(.head(answer))
        if hasBody { write(.body(.byteBuffer(body))) }
        respondEnd(trailers: nil)
    }

    func read(context: ChannelHandlerContext) {
        guard !mayRead else { return context.read() }
        (holdsRead, heldBody) = (true, true)
    }

    /// Whether the client may send more: not while what it sent before isn't on its way.
    private var mayRead: Bool {
        switch phase {
        case .reading(let exchange), .tunnel(let exchange): exchange.takesBody
        case .idle, .answering, .closing: true
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            if case .answering = phase { worker.deadlines.remove(self) }
            exchange?.clientBecameWritable()
        } else {
            // A client that reads nothing holds a connection to the origin, and memory on the way.
            awaitReader()
        }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case FrontCodec.Event.answered(let keepAlive):
            answered(keepAlive: keepAlive, context)
        case ChannelEvent.inputClosed:
            clientHasEnded = true
            switch phase {
            case .idle, .closing: context.close(promise: nil)
            case .tunnel(let exchange): exchange.clientEnded(trailers: nil)
            case .reading, .answering: break  // who asked may still be reading
            }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// The answer's end is written: HTTP/1 goes on to the next request, or ends.
    private func answered(keepAlive: Bool, _ context: ChannelHandlerContext) {
        guard keepAlive, !clientHasEnded else { return endOutput(context) }
        phase = .idle
        (bodyBytes, hasServed) = (0, true)
        worker.deadlines.set(self, after: worker.isDraining ? Self.lastRequestTime : worker.limits.idleTimeout)
    }

    private func endOutput(_ context: ChannelHandlerContext) {
        phase = .closing
        // The codec may hold the end of the answer, which isn't counted as written yet.
        needsFlush = false
        context.flush()
        // What the client still sends would make the kernel reset the connection, and the answer could be lost:
        // so only this direction ends, and the rest is read for a moment.
        context.close(mode: .output, promise: nil)
        readMore()
        worker.deadlines.set(self, after: .seconds(2))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? WireError else { return closeNow() }
        let refusal = Refusal(error.status, error.reason)
        switch phase {
        case .idle: refuse(refusal)
        case .reading(let exchange):
            // Within a body: the origin must not take it for complete.
            if exchange.hasAnswered {
                exchange.clientGone()
                abort()
            } else {
                refuse(refusal, of: exchange)
            }
        case .answering(let exchange), .tunnel(let exchange):
            exchange.clientGone()
            abort()
        case .closing: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let exchange = exchange
        phase = .closing
        exchange?.clientGone()
        context.fireChannelInactive()
    }

    // MARK: time-outs and the end

    /// Takes one more request at most, whose answer says that the connection ends.
    ///
    /// The client doesn't know yet: closed right now, the connection might lose a request that is on its way.
    func drain() {
        if case .idle = phase { worker.deadlines.set(self, after: Self.lastRequestTime) }
    }

    /// Closes a connection that had an answer, and waits for another request.
    func makeRoom() {
        guard case .idle = phase, hasServed, let context else { return }
        // The last answer may have been written in this very moment, or be on its way to a slow reader.
        needsFlush = false
        context.flush()
        if bufferedBytes == 0 { context.close(promise: nil) } else { endOutput(context) }
    }

    // MARK: writing

    private func write(_ part: HTTPServerResponsePart) {
        guard let context else { return }
        if heads == nil { context.write(wrapOutboundOut(part), promise: nil) } else { writeToStream(part, context) }
        guard !needsFlush else { return }
        needsFlush = true
        worker.flushes.add(self)
    }

    private func writeToStream(_ part: HTTPServerResponsePart, _ context: ChannelHandlerContext) {
        switch part {
        case .body(.byteBuffer(var bytes)):
            while bytes.readableBytes > 0,
                let piece = bytes.readSlice(length: min(Self.pieceBytes, bytes.readableBytes))
            {
                write(.body(.byteBuffer(piece)), counting: piece.readableBytes, context)
            }
        case .end: write(part, counting: 1, context)
        case .head, .body: context.write(wrapOutboundOut(part), promise: nil)
        }
    }

    private func write(_ part: HTTPServerResponsePart, counting count: Int, _ context: ChannelHandlerContext) {
        untakenBytes += count
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [self] _ in untakenBytes -= count }
        context.write(wrapOutboundOut(part), promise: written)
    }

    func flush() {
        guard needsFlush else { return }
        needsFlush = false
        context?.flush()
    }
}

extension ClientHandler: DeadlineHolder {
    /// The client took too long with what it sends.
    func deadlinePassed() {
        switch phase {
        case .closing where heads != nil && bufferedBytes < stuckBytes: awaitReader()
        case .closing where heads != nil && bufferedBytes > 0:
            worker.statistics.counters.readersTooSlow += 1
            context?.close(promise: nil)
        case .idle, .closing: context?.close(promise: nil)
        case .reading(let exchange) where exchange.takesBody && !exchange.hasAnswered:
            let seconds = Int(worker.limits.bodyTimeout.nanoseconds / 1_000_000_000)
            guard !heldBody, recentBytes < max(1, seconds * worker.limits.bodyBytesPerSecond) else {
                return awaitBody()
            }
            worker.statistics.counters.bodiesTooSlow += 1
            refuse(
                Refusal(.requestTimeout, "only \(recentBytes) bytes of the body came within \(seconds) s"), of: exchange
            )
        case .reading, .answering, .tunnel:
            guard context?.channel.isWritable == false else {
                if case .reading = phase { awaitBody() }
                return
            }
            let stillStuck = bufferedBytes
            guard stillStuck < stuckBytes else {
                worker.statistics.counters.readersTooSlow += 1
                exchange?.clientGone()
                return abort()
            }
            awaitReader()  // slow, but it reads
        }
    }

    /// Begins to watch whether the client takes what is written.
    private func awaitReader() {
        stuckBytes = bufferedBytes
        worker.deadlines.set(self, after: worker.limits.writeTimeout)
    }

    /// Bytes that were written and that the client hasn't taken.
    private var bufferedBytes: Int {
        guard heads == nil else { return untakenBytes }
        return (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}

extension ClientHandler: ClientStream {
    var isWritable: Bool { context?.channel.isWritable ?? false }

    func respond(interim head: HTTPResponseHead) {
        write(.head(head))
        flush()
    }

    func respond(_ head: HTTPResponseHead) {
        var head = head
        if worker.isDraining || (heads == nil && worker.isCrowded) {
            head.headers.add(name: "Connection", value: "close")
        }
        write(.head(head))
    }

    func respond(_ body: ByteBuffer) {
        stuckBytes += body.readableBytes
        write(.body(.byteBuffer(body)))
    }

    func respondEnd(trailers: HTTPHeaders?) {
        write(.end(trailers))
        guard heads != nil else { return }
        // Answered early: what the client still sends is taken and thrown away, until it notices.
        phase = .closing
        readMore()
        // Else who takes nothing of many short answers would hold them, and the connection, for ever.
        awaitReader()
    }

    func abort() {
        phase = .closing
        flush()
        closeNow()
    }

    private func closeNow() {
        guard let channel = context?.channel else { return }
        guard heads != nil else { return channel.close(promise: nil) }
        // Not within a read: the library hears of the end of a stream that began with it before it hears of its start.
        channel.eventLoop.execute { channel.close(promise: nil) }
    }

    func becomeTunnel() {
        guard let exchange else { return }
        phase = .tunnel(exchange)
        worker.deadlines.remove(self)
        readMore()
    }

    func endTunnel() {
        phase = .closing
        flush()
        context?.close(mode: .output, promise: nil)
        readMore()
        worker.deadlines.set(self, after: .seconds(2))
    }

    func readMore() {
        guard holdsRead, mayRead else { return }
        holdsRead = false
        context?.read()
    }
}
