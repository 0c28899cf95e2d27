package import NIOCore
import NIOPosix
import NIOSSL

/// Accepts lanes: from senders, or from listeners that open the link themselves.
package enum LinkServer {
    /// Listens; each lane stays on the event loop that accepted it.
    ///
    /// - Parameters:
    ///   - host: The address to listen on.
    ///   - port: The port; 0 for any.
    ///   - role: Which end this is.
    ///   - tls: Looked at for each connection.
    ///   - group: Whose event loops accept lanes.
    ///   - owner: Called once for each lane, on its event loop, for who keeps it.
    /// - Returns: The listening channel; close it to stop.
    /// - Throws: `IOError` where the address can't be listened on.
    package static func listen(
        host: String, port: Int, as role: LinkRole = .listener, tls: CurrentLinkTLS, on group: any EventLoopGroup,
        owner: @escaping @Sendable (any Channel) -> (settings: LaneSettings, owner: any LaneOwner)
    ) async throws -> any Channel {
        try await LinkSocket.set(ServerBootstrap(group: group))
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let (settings, owner) = owner(channel)
                    let lane = Lane(role: role, settings: settings, owner: owner)
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(WireCounter(lane))
                    if let tls = tls.withLockedValue({ $0 }) {
                        try pipeline.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    try pipeline.addHandler(lane)
                }
            }
            .bind(host: host, port: port).get()
    }
}
