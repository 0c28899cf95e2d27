package import Exchange
import HTTPRules
package import NIOCore
import NIOHTTP1
import NIOPosix
package import NIOSSL

/// Keep-alive connections to origins, all on one event loop.
package final class OriginPool {
    let eventLoop: any EventLoop
    private(set) var limits: OriginLimits
    let flushes: FlushBatch
    private(set) var tls: NIOSSLContext?
    /// `nil` where each site has one origin.
    private let health: OriginHealth?
    /// Whose turn it is, by the line of the NAT map.
    private var rotations: [Int: OriginRotation] = [:]
    private var idle = IdleConnections()
    /// More are not kept, of all origins together: whoever chooses the name for TLS chooses which ones there are.
    static let maxIdleConnections = 1024
    /// Connections that have a request, or are being opened.
    private var busy: [ObjectIdentifier: OriginConnection] = [:]
    private var sweeps: RepeatedTask?
    /// How connections are opened; tests put channels without sockets in its place.
    package var connector: OriginConnector = openSocket
    /// What was counted since the start.
    package internal(set) var counts = OriginCounts()

    /// Makes an empty pool; `tls` is for https origins, `nil` where there are none.
    package init(
        limits: OriginLimits, tls: NIOSSLContext?, health: OriginHealth? = nil, eventLoop: any EventLoop
    ) {
        self.limits = limits
        self.tls = tls
        self.health = health
        self.eventLoop = eventLoop
        flushes = FlushBatch(eventLoop: eventLoop)
    }

    /// Begins to enforce time-outs; until ``stop()``.
    package func start() {
        let shortest = min(limits.timeout, limits.connectTimeout)
        let tick = TimeAmount.nanoseconds(min(max(shortest / 20, .milliseconds(50)), .seconds(1)).nanoseconds)
        let isolated = NIOLoopBound(self, eventLoop: eventLoop)
        sweeps = eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { _ in isolated.value.sweep() }
    }

    /// Goes on with other settings.
    ///
    /// What is under way goes on as it began, on connections that are not kept where TLS is another one now. Idle connections that ``OriginHealth/knows(_:)`` no more are closed, and
    /// with other TLS all that have any.
    package func update(limits: OriginLimits, tls: NIOSSLContext?) {
        let tlsChanged = tls !== self.tls
        (self.limits, self.tls) = (limits, tls)
        rotations = [:]  // lines have other numbers
        let ended = idle.takeAll {
            tlsChanged && $0.address.tlsName != nil || health?.knows($0.address) == false
        }
        for connection in ended { connection.close() }
        guard sweeps != nil else { return }
        sweeps?.cancel()
        start()
    }

    /// Closes what is idle, and gives up what is not.
    package func stop() {
        sweeps?.cancel()
        for connection in idle.takeAll() { connection.close() }
        for connection in busy.values { connection.close() }
        busy = [:]  // what is still being opened would stay, and keep this
    }

    /// Sends a request.
    ///
    /// The receiver hears of everything, on this event loop; never before this returns.
    package func send(_ request: OriginRequest, receiver: any AnswerReceiver) -> OriginExchange {
        counts.requests += 1
        let exchange = OriginExchange(request, pool: self, receiver: receiver, place: place(for: request) ?? 0)
        start(exchange, fresh: false)
        return exchange
    }

    /// Sends it by a connection that is idle, or, with `fresh`, by a new one.
    func start(_ exchange: OriginExchange, fresh: Bool) {
        exchange.isReused = false
        if !fresh, let connection = takeIdle(exchange.address) {
            busy[ObjectIdentifier(connection)] = connection
            exchange.isReused = true
            return connection.begin(exchange)
        }
        connect(exchange)
    }

    /// Which of its site's origins a request is to go to; `nil` where all were tried.
    func place(for request: OriginRequest, tried: [Int] = []) -> Int? {
        guard let health, let line = request.site.line else { return tried.isEmpty ? 0 : nil }
        return health.choose(
            request.site, tried: tried, isRepeatable: request.isRepeatable, eventLoop.now,
            &rotations[line, default: OriginRotation()])
    }

    private func takeIdle(_ address: OriginAddress) -> OriginConnection? {
        while let connection = idle.take(to: address) {
            if connection.isUsable { return connection }
        }
        return nil
    }

    private func connect(_ exchange: OriginExchange) {
        counts.connections += 1
        let address = exchange.address
        let connection = OriginConnection(address: address, pool: self)
        busy[ObjectIdentifier(connection)] = connection
        connection.expect(exchange)
        let isolated = NIOLoopBound(connection, eventLoop: eventLoop)
        connector(address, limits, eventLoop) { channel in
            channel.eventLoop.makeCompletedFuture {
                try isolated.value.addHandlers(to: channel)
            }
        }
        .assumeIsolatedUnsafeUnchecked()
        .whenFailure { error in
            connection.failedToConnect(Self.words(error, address, self.limits))
        }
    }

    private static func words(_ error: any Error, _ address: OriginAddress, _ limits: OriginLimits) -> ExchangeFailure {
        switch error {
        case let error as NIOConnectionError:
            guard let first = error.connectionErrors.first?.error else {
                return ExchangeFailure(.origin, "there is no address for \(address.host)", requestUnseen: true)
            }
            return words(first, address, limits)
        case let error as IOError:
            return ExchangeFailure(.origin, "\(address) can't be reached: \(error.words)", requestUnseen: true)
        case is ChannelError:
            return ExchangeFailure(
                .originTimeout, "\(address) took no connection within \(limits.timeout)", requestUnseen: true)
        case let error as NIOSSLExtraError:
            return ExchangeFailure(
                .origin, "TLS with \(address) failed: \(TLSWords.words(for: error))", requestUnseen: true)
        default:
            return ExchangeFailure(.origin, "\(address) can't be reached: \(error)", requestUnseen: true)
        }
    }

    // MARK: for connections

    func answered(_ address: OriginAddress, began: NIODeadline) {
        health?.answered(address, began: began, eventLoop.now)
    }

    func failed(_ address: OriginAddress, _ failure: ExchangeFailure) {
        if health?.failed(address, failure.message, eventLoop.now) == true { counts.downs += 1 }
    }

    func checked(_ key: OriginKey, failure: String?) {
        if health?.checked(key, failure: failure, eventLoop.now) == true { counts.downs += 1 }
    }

    func released(_ connection: OriginConnection, reusable: Bool) {
        busy[ObjectIdentifier(connection)] = nil
        guard reusable, sweeps != nil, connection.tls === (connection.address.tlsName == nil ? nil : tls),
            idle.count(to: connection.address) < limits.idleConnections
        else {
            return connection.close()
        }
        connection.idleSince = eventLoop.now
        idle.add(connection)
        guard idle.count > Self.maxIdleConnections, let oldest = idle.oldest else { return }
        idle.remove(oldest)
        oldest.close()
    }

    func closed(_ connection: OriginConnection) {
        busy[ObjectIdentifier(connection)] = nil
        idle.remove(connection)
    }

    /// Ends what waits for too long.
    ///
    /// Deadlines are looked at now and then: a timer for each request would cost more.
    private func sweep() {
        let now = eventLoop.now
        for connection in busy.values { connection.checkDeadline(now) }
        let oldest = now - .nanoseconds(limits.idleLifetime.nanoseconds)
        for connection in idle.takeAll(where: { $0.idleSince < oldest }) { connection.close() }
    }
}

extension Duration {
    var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
