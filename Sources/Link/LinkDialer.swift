import Exchange
package import NIOCore
import NIOPosix
package import NIOSSL

/// Keeps one lane to one listener up: opens it at the start, and again whenever it breaks.
///
/// Confined to one event loop.
package final class LinkDialer {
    /// Where a listener is.
    package struct Address: Hashable, Sendable, CustomStringConvertible {
        package var host: String
        package var port: Int

        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    /// What happens to the link, for log and statistics.
    package enum Event: Sendable {
        case opened(laneID: UInt64)
        case lost(LinkError, retryIn: TimeAmount)
        case carried(WireBytes)
        /// A ping was answered after this time.
        case measured(TimeAmount)
    }

    package let address: Address
    private let tls: NIOSSLContext?
    private let eventLoop: any EventLoop
    private let startTimeout: TimeAmount
    private let report: (Event) -> Void
    /// The lane that takes requests; `nil` while there is none.
    package private(set) var lane: Lane?
    /// Why there is no lane.
    package private(set) var lastError: LinkError?
    /// Lanes that finish what they have.
    private var retired: [ObjectIdentifier: Lane] = [:]
    private var isStopped = false
    private var failures = 0
    private var isDialing = false
    private var retry: Scheduled<Void>?

    /// The first pause before another attempt, and the longest.
    private static let firstPause = 0.1, longestPause = 5.0

    /// Describes the link; `report` is called on the event loop.
    package init(
        _ address: Address, tls: NIOSSLContext?, eventLoop: any EventLoop,
        startTimeout: TimeAmount = Lane.usualStartTimeout, report: @escaping (Event) -> Void
    ) {
        self.startTimeout = startTimeout
        self.address = address
        self.tls = tls
        self.eventLoop = eventLoop
        self.report = report
    }

    /// Opens the lane, and keeps it open until ``stop()``.
    package func start() {
        eventLoop.preconditionInEventLoop()
        dial()
    }

    /// Finishes what is under way, and opens nothing more.
    package func stop() {
        isStopped = true
        retry?.cancel()
        if let lane { retire(lane) }
    }

    private func dial() {
        guard !isStopped, !isDialing, lane == nil else { return }
        isDialing = true
        let (tls, address, startTimeout) = (tls, address, startTimeout)
        let dialer = NIOLoopBound(self, eventLoop: eventLoop)
        LinkSocket.set(ClientBootstrap(group: eventLoop))
            .connectTimeout(startTimeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Of a name with several addresses each is tried on a channel of its own.
                    let lane = Lane(
                        role: .sender, settings: .forSender(), owner: dialer.value, startTimeout: startTimeout)
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(WireCounter(lane))
                    if let tls { try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: nil)) }
                    try pipeline.addHandler(lane)
                }
            }
            .connect(host: address.host, port: address.port)
            .assumeIsolatedUnsafeUnchecked()
            .whenFailure { error in dialer.value.failed(LinkError(.closed, Self.words(error, address))) }
    }

    private static func words(_ error: any Error, _ address: Address) -> String {
        switch error {
        case let error as NIOConnectionError:
            let causes = Set(error.connectionErrors.map { words($0.error, address) })
            return causes.isEmpty ? "no address for \(address.host)" : causes.sorted().joined(separator: "; ")
        case let error as IOError: return error.words
        case is ChannelError:
            return "no connection in time"
        default: return "\(error)"
        }
    }

    private func retire(_ lane: Lane) {
        self.lane = nil
        retired[ObjectIdentifier(lane)] = lane
        lane.drain()
    }
}

extension LinkDialer: LaneOwner {
    package func laneOpened(_ lane: Lane) {
        isDialing = false
        guard !isStopped else { return lane.close() }
        failures = 0
        lastError = nil
        self.lane = lane
        report(.opened(laneID: lane.laneID))
    }

    package func laneDrains(_ lane: Lane) {
        guard lane === self.lane else { return }
        self.lane = nil
        retired[ObjectIdentifier(lane)] = lane
        dial()
    }

    package func laneClosed(_ lane: Lane, _ error: LinkError) {
        if retired.removeValue(forKey: ObjectIdentifier(lane)) != nil { return }
        if lane === self.lane { self.lane = nil }
        failed(error)
    }

    /// There is no lane now; another attempt follows.
    private func failed(_ error: LinkError) {
        isDialing = false
        guard !isStopped, self.lane == nil, retry == nil else { return }
        lastError = error
        let pause = min(Self.longestPause, Self.firstPause * Double(1 << min(failures, 16)))
        failures += 1
        // All senders lose a listener at once: they shall not all come back at once.
        let jittered = TimeAmount.milliseconds(Int64(pause * Double.random(in: 0.5...1.5) * 1000))
        report(.lost(error, retryIn: jittered))
        retry = eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: jittered) {
            self.retry = nil
            self.dial()
        }
    }

    package func lane(_ lane: Lane, measured roundTrip: TimeAmount) { report(.measured(roundTrip)) }

    package func lane(_ lane: Lane, carried bytes: WireBytes) { report(.carried(bytes)) }

    package func lane(
        _ lane: Lane, opened stream: LinkStream, _ request: LinkRequest, end: Bool
    ) -> (any LinkRequestReceiver)? {
        nil  // a lane of a sender refuses requests before it asks
    }
}
