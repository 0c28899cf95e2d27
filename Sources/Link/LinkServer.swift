package import Exchange
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
    ///   - places: How many lanes there may be, those included that haven't shown a certificate yet.
    ///   - stopped: Called where nothing can be accepted for a moment, on the listening channel's event loop.
    /// - Returns: The listening channel; close it to stop.
    /// - Throws: `IOError` where the address can't be listened on.
    package static func listen(
        host: String, port: Int, tls: NIOSSLContext?, on group: any EventLoopGroup, places: Places = Places(),
        owner: @escaping @Sendable (any Channel) -> (settings: LaneSettings, owner: any LaneOwner),
        stopped: @escaping @Sendable (any Channel, AcceptGate.Obstacle, _ isNews: Bool) -> Void = { _, _, _ in }
    ) async throws -> any Channel {
        try await LinkSocket.set(ServerBootstrap(group: group))
            .serverChannelOption(.backlog, value: 256)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptGate(places: places) { stopped(channel, $0, $1) })
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let (settings, owner) = owner(channel)
                    let lane = Lane(role: .listener, settings: settings, owner: owner)
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(WireCounter(lane))
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.addHandler(lane)
                }
            }
            .bind(host: host, port: port).get()
    }
}
