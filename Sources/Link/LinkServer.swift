package import NIOCore
import NIOPosix
package import NIOSSL

/// Accepts lanes from senders.
package enum LinkServer {
    /// Listens; each lane stays on the event loop that accepted it.
    ///
    /// - Parameters:
    ///   - host: The address to listen on.
    ///   - port: The port; 0 for any.
    ///   - tls: From ``LinkCredentials/context(for:)``; `nil` only for tests on loopback.
    ///   - group: Whose event loops accept lanes.
    ///   - owner: Called once for each lane, on its event loop, for who keeps it.
    /// - Returns: The listening channel; close it to stop.
    /// - Throws: `IOError` where the address can't be listened on.
    package static func listen(
        host: String, port: Int, tls: NIOSSLContext?, on group: any EventLoopGroup, owner: @escaping Owner
    ) async throws -> any Channel {
        try await bootstrap(tls: { tls }, group, owner)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: host, port: port).get()
    }

    /// The same on a socket that is bound already.
    ///
    /// - Parameters:
    ///   - socket: Closed with the channel.
    ///   - tls: Asked at each connection: certificates may be renewed meanwhile.
    ///   - group: Whose event loops accept lanes.
    ///   - owner: Called once for each lane, on its event loop, for who keeps it.
    /// - Returns: The listening channel; close it to stop.
    /// - Throws: `IOError` where the system won't listen.
    package static func listen(
        on socket: NIOBSDSocket.Handle, tls: @escaping @Sendable () -> NIOSSLContext?, group: any EventLoopGroup,
        owner: @escaping Owner
    ) async throws -> any Channel {
        try await bootstrap(tls: tls, group, owner).withBoundSocket(socket).get()
    }

    /// Who keeps a lane, and what this end takes on it.
    package typealias Owner = @Sendable (any Channel) -> (settings: LaneSettings, owner: any LaneOwner)

    private static func bootstrap(
        tls: @escaping @Sendable () -> NIOSSLContext?, _ group: any EventLoopGroup, _ owner: @escaping Owner
    ) -> ServerBootstrap {
        LinkSocket.set(ServerBootstrap(group: group))
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let (settings, owner) = owner(channel)
                    let lane = Lane(role: .listener, settings: settings, owner: owner)
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(WireCounter(lane))
                    if let tls = tls() { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.addHandler(lane)
                }
            }
    }
}
