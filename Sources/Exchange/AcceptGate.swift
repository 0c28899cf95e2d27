import Glibc
package import NIOCore

/// Stands before a listening port: accepts no more connections than there are places, and none for a moment where the
/// system refuses to give one, for want of descriptors or memory.
///
/// Who isn't accepted waits in the kernel, and nothing that is under way is touched. Several connections are accepted at
/// a time, so there may be up to three more than places for each port.
package final class AcceptGate: ChannelInboundHandler {
    package typealias InboundIn = any Channel

    /// Why nothing is accepted for now.
    package enum Obstacle: Sendable {
        /// All places are taken.
        case full(places: Int)
        /// The system has no more to give; accepting is tried again in a moment.
        case system(IOError)

        /// What happened.
        ///
        /// - Parameters:
        ///   - setting: The setting that bounds connections.
        ///   - clients: Who opens them.
        /// - Returns: Words for the log.
        package func words(setting: String, clients: String) -> String {
            switch self {
            case .full(let places):
                "\(setting): \(places) connections are open; more \(clients) wait until one of them ends"
            case .system(let error):
                "no more \(clients) can be accepted for now: \(error.words)"
                    + (error.errnoCode == EMFILE ? "; see LimitNOFILE of the unit, or ulimit -n" : "")
            }
        }
    }

    /// How long nothing is accepted after the system refused.
    private static let pause = TimeAmount.milliseconds(100)

    private let places: Places
    private let report: (Obstacle, _ isNews: Bool) -> Void
    private var lastReport: NIODeadline?
    private var isStopped = false

    /// Makes the gate of one port.
    ///
    /// - Parameters:
    ///   - places: One for each connection, until it is closed.
    ///   - report: Called each time that accepting stops, on the event loop of the port. It is news once a minute.
    package init(places: Places, report: @escaping (Obstacle, _ isNews: Bool) -> Void) {
        self.places = places
        self.report = report
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        places.takeAnyway()
        unwrapInboundIn(data).closeFuture.whenComplete { [places] _ in places.free() }
        context.fireChannelRead(data)
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        let most = places.most
        if !isStopped, places.taken >= most {
            stop(.full(places: most), context)
            goOnWhenFree(context.channel)
        }
        context.fireChannelReadComplete()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A client that left before it was accepted is no reason to stop.
        guard let error = error as? IOError, error.errnoCode != ECONNABORTED, !isStopped else { return }
        stop(.system(error), context)
        let channel = context.channel
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) { self.goOn(channel) }
    }

    /// Takes the port off the event loop: to leave a connection unread would wake the loop for it all the time.
    private func stop(_ obstacle: Obstacle, _ context: ChannelHandlerContext) {
        isStopped = true
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        let now = context.eventLoop.now
        let isNews = lastReport.map { now - $0 >= .minutes(1) } ?? true
        if isNews { lastReport = now }
        report(obstacle, isNews)
    }

    private func goOnWhenFree(_ channel: any Channel) {
        let isolated = NIOLoopBound(self, eventLoop: channel.eventLoop)
        places.whenFree { channel.eventLoop.execute { isolated.value.goOn(channel) } }
    }

    private func goOn(_ channel: any Channel) {
        guard places.taken < places.most else { return goOnWhenFree(channel) }
        isStopped = false
        try? channel.syncOptions?.setOption(.autoRead, value: true)
    }
}

extension Channel {
    /// Closes a listening channel, and none of the connections that it has accepted.
    ///
    /// Those go to their event loop and back before they are open, and a port that is closed meanwhile would drop them.
    ///
    /// - Parameter group: Whose event loops have the connections.
    package func closeListening(on group: any EventLoopGroup) async {
        try? await setOption(.autoRead, value: false).get()
        for loop in group.makeIterator() { try? await loop.submit {}.get() }
        try? await eventLoop.submit {}.get()
        try? await close().get()
    }
}
