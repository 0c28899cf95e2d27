package import Exchange
package import NIOCore
import NIOPosix
import NIOSSL
import ProxyProtocol

/// Accepts lanes: from senders, or from listeners that open the link themselves.
package enum LinkServer {
    /// Who may come in, and what is said of those who may not.
    package struct Door: Sendable {
        /// How many lanes there may be, those included that haven't shown a certificate yet.
        package var places = Places()
        /// Room for those of them that haven't shown one.
        package var strangers = Strangers()
        /// Whether connections begin with a PROXY header: a balancer says who opened them.
        ///
        /// Asked at each connection.
        package var takesProxyHeader: @Sendable () -> Bool = { false }
        /// Called where nothing can be accepted for a moment, on the event loop of the listening channel.
        package var stopped: @Sendable (any Channel, AcceptGate.Obstacle, _ isNews: Bool) -> Void = { _, _, _ in }
        /// Called with a connection whose PROXY header isn't right, on its event loop.
        package var refused: @Sendable (any Channel, _ why: String) -> Void = { _, _ in }

        package init() {}
    }

    /// Listens; each lane stays on the event loop that accepted it.
    ///
    /// - Parameters:
    ///   - host: The address to listen on.
    ///   - port: The port; 0 for any.
    ///   - role: Which end this is.
    ///   - tls: Looked at for each connection.
    ///   - group: Whose event loops accept lanes.
    ///   - door: Who may come in.
    ///   - owner: Called once for each lane, on its event loop, for who keeps it.
    /// - Returns: The listening channel; close it to stop.
    /// - Throws: `IOError` where the address can't be listened on.
    package static func listen(
        host: String, port: Int, as role: LinkRole = .listener, tls: CurrentLinkTLS, on group: any EventLoopGroup,
        door: Door = Door(), owner: @escaping Owner
    ) async throws -> any Channel {
        try await bootstrap(role, tls, group, door, owner)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: host, port: port).get()
    }

    /// The same on a socket that is bound already.
    ///
    /// - Parameters:
    ///   - socket: Closed with the channel.
    ///   - role: Which end this is.
    ///   - tls: Looked at for each connection: certificates may be renewed meanwhile.
    ///   - group: Whose event loops accept lanes.
    ///   - door: Who may come in.
    ///   - owner: Called once for each lane, on its event loop, for who keeps it.
    /// - Returns: The listening channel; close it to stop.
    /// - Throws: `IOError` where the system won't listen.
    package static func listen(
        on socket: NIOBSDSocket.Handle, as role: LinkRole = .listener, tls: CurrentLinkTLS,
        group: any EventLoopGroup, door: Door, owner: @escaping Owner
    ) async throws -> any Channel {
        try await bootstrap(role, tls, group, door, owner).withBoundSocket(socket).get()
    }

    /// Who keeps a lane, and what this end takes on it.
    package typealias Owner = @Sendable (any Channel) -> (settings: LaneSettings, owner: any LaneOwner)

    private static func bootstrap(
        _ role: LinkRole, _ tls: CurrentLinkTLS, _ group: any EventLoopGroup, _ door: Door, _ owner: @escaping Owner
    ) -> ServerBootstrap {
        LinkSocket.set(ServerBootstrap(group: group))
            .serverChannelOption(.backlog, value: 256)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptGate(places: door.places) { door.stopped(channel, $0, $1) })
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    @Sendable func addLane(peerName: String?) throws {
                        let (settings, owner) = owner(channel)
                        let lane = Lane(role: role, settings: settings, owner: owner, peerName: peerName)
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(WireCounter(lane))
                        if let tls = tls.withLockedValue({ $0 }) {
                            let leave = try door.strangers.enter(channel)
                            try pipeline.addHandlers(tls.handlers(accepting: leave))
                        }
                        try pipeline.addHandler(lane)
                    }
                    guard door.takesProxyHeader() else { return try addLane(peerName: nil) }
                    let handler = ProxyHeaderHandler(timeout: Lane.usualStartTimeout) { header in
                        try addLane(peerName: header.hostAndPort)
                    } refuse: { why in
                        door.refused(channel, why)
                    }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
    }
}

extension ProxyHeader {
    /// Who opened the connection; `nil` where that isn't said.
    fileprivate var hostAndPort: String? {
        guard case .client(let address, let port) = self else { return nil }
        return address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}
