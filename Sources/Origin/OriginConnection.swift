import Exchange
import HTTPRules
import HTTPWire
import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS

/// One connection to an origin: one request at a time, in HTTP/1.1.
final class OriginConnection: ChannelInboundHandler, Flushable {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private enum State {
        /// Being opened, for an exchange.
        case connecting(OriginExchange)
        case idle
        /// A request is out; its answer has not ended.
        case busy(OriginExchange)
        case closed
    }

    let address: OriginAddress
    /// What it was opened with; `nil` for plain HTTP.
    let tls: NIOSSLContext?
    /// Kept until this connection has ended: after a farewell of TLS that may be later than all else.
    private let pool: OriginPool
    private var state = State.idle
    /// The one channel that was opened; of a name with several addresses each is tried on a channel of its own.
    private var context: ChannelHandlerContext?
    private var codec: OriginCodec?
    var idleSince = NIODeadline.distantPast

    // What concerns the request that is under way.
    private var requestEnded = false
    private var answerBegan = false
    private var interimAnswers = 0
    private var keepAlive = false
    private var isTunnel = false
    private var unconsumedBytes = 0
    private var isPaused = false
    private var needsFlush = false
    private var deadline = NIODeadline.distantFuture
    private var connectTimeout = Duration.zero

    /// How many bytes of an answer may wait to be handed on before no more are read.
    private static let maxUnconsumedBytes = 64 * 1024

    init(address: OriginAddress, pool: OriginPool) {
        self.address = address
        self.pool = pool
        tls = address.tlsName == nil ? nil : pool.tls
    }

    func addHandlers(to channel: any Channel) throws {
        if let name = address.tlsName {
            guard let tls else { preconditionFailure("an https origin without a TLS context") }
            // A certificate names an address in its own way; TLS's server name is for names only.
            let isName = (try? SocketAddress(ipAddress: name, port: 0)) == nil
            let handler = try NIOSSLClientHandler(context: tls, serverHostname: isName ? name : nil)
            try channel.pipeline.syncOperations.addHandler(handler)
        }
        try channel.pipeline.syncOperations.addHandlers([OriginCodec(), self])
    }

    // MARK: for the pool

    var isUsable: Bool {
        guard case .idle = state, let context else { return false }
        return context.channel.isActive && codec?.isIdle == true
    }

    func expect(_ exchange: OriginExchange) {
        state = .connecting(exchange)
        exchange.opening = self
        connectTimeout = exchange.connectTimeout
        deadline = pool.eventLoop.now + .nanoseconds(connectTimeout.nanoseconds)
    }

    func failedToConnect(_ failure: ExchangeFailure) {
        pool.closed(self)
        guard case .connecting(let exchange) = state else { return }
        state = .closed
        notConnected(exchange, failure)
    }

    private func notConnected(_ exchange: OriginExchange, _ failure: ExchangeFailure) {
        pool.failed(address, failure)
        exchange.connectionFailed(failure)
    }

    /// Sends the head, and what else there is.
    func begin(_ exchange: OriginExchange) {
        state = .busy(exchange)
        (requestEnded, answerBegan, keepAlive, isTunnel) = (false, false, false, false)
        interimAnswers = 0
        (unconsumedBytes, isPaused) = (0, false)
        deadline = pool.eventLoop.now + timeout
        write(.head(exchange.request.head))
        exchange.attach(to: self)
    }

    func close() {
        let old = state
        state = .closed
        context?.close(promise: nil)
        switch old {
        case .connecting(let exchange), .busy(let exchange):
            exchange.failed(ExchangeFailure(.origin, "the connection to \(address) was closed here"))
        case .idle, .closed: break
        }
    }

    func checkDeadline(_ now: NIODeadline) {
        guard now >= deadline else { return }
        switch state {
        case .busy where isTunnel: deadline = .distantFuture  // both sides may be silent for as long as they like
        case .busy where isPaused: deadline = now + timeout  // it is the client that doesn't read
        case .busy(let exchange):
            let what = answerBegan ? "the rest of its answer" : "an answer"
            let failure = ExchangeFailure(
                .originTimeout, "\(address) sent no sign of \(what) for \(pool.limits.timeout)")
            // Where the request isn't complete, it may be the client that the origin waits for.
            if !answerBegan, requestEnded { pool.failed(address, failure) }
            end(exchange, failure)
        case .connecting(let exchange):
            state = .closed
            context?.close(promise: nil)
            pool.closed(self)
            let why = "\(address) took no connection within \(connectTimeout)"
            notConnected(exchange, ExchangeFailure(.originTimeout, why, requestUnseen: true))
        case .idle, .closed: break
        }
    }

    private var timeout: TimeAmount { .nanoseconds(pool.limits.timeout.nanoseconds) }

    // MARK: for the exchange

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func write(body: ByteBuffer) {
        guard body.readableBytes > 0, !requestEnded || isTunnel else { return }
        deadline = pool.eventLoop.now + timeout
        pool.counts.bodyBytesSent += body.readableBytes
        write(.body(.byteBuffer(body)))
    }

    func writeEnd(trailers: HTTPHeaders?) {
        guard !requestEnded else { return }
        requestEnded = true
        guard isTunnel else { return write(.end(trailers)) }
        context?.flush()  // what is not sent by now can't be sent any more
        context?.close(mode: .output, promise: nil)
    }

    func consumed(_ byteCount: Int) {
        unconsumedBytes -= byteCount
        guard isPaused, unconsumedBytes <= Self.maxUnconsumedBytes / 2 else { return }
        isPaused = false
        deadline = pool.eventLoop.now + timeout
        setReading(true)
    }

    /// Nobody waits any more; an answer that is on its way can't be stopped but by closing.
    func abandon(_ exchange: OriginExchange) {
        switch state {
        case .busy(let current) where current === exchange, .connecting(let current) where current === exchange:
            state = .closed
            context?.close(promise: nil)
            pool.closed(self)
        default: break
        }
    }

    // MARK: channel events

    func handlerRemoved(context: ChannelHandlerContext) {
        if context === self.context { self.context = nil }
    }

    func channelActive(context: ChannelHandlerContext) {
        // Another address was faster, or nobody waits any more: looking a name up can't be stopped.
        guard case .connecting(let exchange) = state, self.context == nil else { return context.close(promise: nil) }
        self.context = context
        codec = try? context.pipeline.syncOperations.handler(type: OriginCodec.self)
        if address.tlsName == nil { begin(exchange) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Not before: what fails until then has sent nothing of the request.
        if case .handshakeCompleted? = event as? TLSUserEvent, context === self.context,
            case .connecting(let exchange) = state
        {
            begin(exchange)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .busy(let exchange) = state else { return close() }  // nobody asked
        deadline = pool.eventLoop.now + timeout
        switch unwrapInboundIn(data) {
        case .head(let head):
            if !answerBegan { pool.answered(address, began: exchange.tryBegan) }
            answerBegan = true
            received(head, exchange)
        case .body(let bytes):
            unconsumedBytes += bytes.readableBytes
            pool.counts.bodyBytesReceived += bytes.readableBytes
            exchange.received(bytes)
            if unconsumedBytes > Self.maxUnconsumedBytes, !isPaused, case .busy = state {
                isPaused = true
                setReading(false)
            }
        case .end(let trailers):
            answerEnded(exchange, trailers)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, case .busy(let exchange) = state { exchange.becameWritable() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        guard context === self.context else { return }
        connectionEnded("\(address) closed the connection")  // the codec has told before if an answer was missing
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard context === self.context else { return context.close(promise: nil) }
        switch (error, state) {
        // On a connection that was idle, an end without an answer is no fault of the origin.
        case (let error as WireError, .busy(let exchange)) where !error.isCut && (answerBegan || !exchange.isReused):
            endByBadAnswer(exchange, error.reason)
        case (let error as WireError, _): connectionEnded("\(address): \(error.reason)")
        case (is NIOSSLExtraError, _), (is BoringSSLError, _), (is NIOSSLError, _):
            connectionEnded("TLS with \(address) failed: \(TLSWords.words(for: error))")
        case (let error as IOError, _): connectionEnded("\(address): \(error.words)")
        default: connectionEnded("\(address): \(error)")
        }
        context.close(promise: nil)
    }

    private func connectionEnded(_ why: String) {
        let old = state
        state = .closed
        pool.closed(self)
        switch old {
        case .connecting(let exchange):
            notConnected(exchange, ExchangeFailure(.origin, why, requestUnseen: true))
        case .busy(let exchange) where isTunnel:
            exchange.receivedEnd(trailers: nil)
        case .busy(let exchange):
            let failure = ExchangeFailure(.origin, why)
            guard !answerBegan else { return exchange.failed(failure) }
            if !exchange.isReused { pool.failed(address, failure) }
            exchange.connectionFailed(failure)
        case .idle, .closed: break
        }
    }

    // MARK: the answer

    private func received(_ head: HTTPResponseHead, _ exchange: OriginExchange) {
        let request = exchange.request
        switch ResponseRules.judge(head, requestMethod: request.head.method, upgradeAsked: request.upgrade) {
        case .interim(let answer):
            interimAnswers += 1
            guard interimAnswers <= ResponseRules.maxInterimAnswers else {
                return endByBadAnswer(exchange, "more than \(ResponseRules.maxInterimAnswers) interim answers")
            }
            exchange.received(interim: answer.head)
        case .forward(let answer):
            keepAlive = answer.keepAlive
            exchange.received(answer.head)
        case .switchProtocols(let answer, let upgrade):
            (isTunnel, requestEnded) = (true, false)
            var head = answer.head
            head.headers.add(name: "Upgrade", value: upgrade)
            exchange.received(head)
        case .refuse(let reason):
            endByBadAnswer(exchange, reason)
        }
    }

    private func endByBadAnswer(_ exchange: OriginExchange, _ reason: String) {
        let failure = ExchangeFailure(.badAnswer, "\(address): \(reason)")
        pool.failed(address, failure)
        end(exchange, failure)
    }

    private func answerEnded(_ exchange: OriginExchange, _ trailers: HTTPHeaders?) {
        // A connection whose request isn't complete can't carry another one.
        let reusable = keepAlive && requestEnded && codec?.isIdle == true && context?.channel.isActive == true
        if isPaused { setReading(true) }
        state = reusable ? .idle : .closed
        deadline = .distantFuture
        if !reusable { context?.close(promise: nil) }
        pool.released(self, reusable: reusable)
        exchange.receivedEnd(trailers: trailers)
    }

    private func end(_ exchange: OriginExchange, _ failure: ExchangeFailure) {
        state = .closed
        context?.close(promise: nil)
        pool.closed(self)
        exchange.failed(failure)
    }

    // MARK: the channel

    private func write(_ part: HTTPClientRequestPart) {
        guard let context else { return }
        context.write(wrapOutboundOut(part), promise: nil)
        // Head, body and end mostly come in one turn of the event loop: one system call for them.
        guard !needsFlush else { return }
        needsFlush = true
        pool.flushes.add(self)
    }

    func flush() {
        needsFlush = false
        context?.flush()
    }

    private func setReading(_ isReading: Bool) {
        guard let context else { return }
        try? context.channel.syncOptions?.setOption(.autoRead, value: isReading)
        if isReading { context.read() }
    }
}

extension ForwardedResponse {
    /// The head without what concerned the origin's connection.
    var head: HTTPResponseHead { HTTPResponseHead(version: .http1_1, status: status, headers: fields) }
}
