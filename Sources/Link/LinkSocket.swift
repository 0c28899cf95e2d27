import NIOCore
import NIOPosix

/// The options of a link's sockets.
enum LinkSocket {
    /// Small buffers below, so that a small answer doesn't wait behind a long one that left our hands already.
    static let unsentBytes = 16 * 1024

    static func set(_ bootstrap: ClientBootstrap) -> ClientBootstrap {
        bootstrap
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(notSentLowWater, value: unsentBytes)
            .channelOption(.writeBufferWaterMark, value: waterMark)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readBytes))
    }

    static func set(_ bootstrap: ServerBootstrap) -> ServerBootstrap {
        bootstrap
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(notSentLowWater, value: unsentBytes)
            .childChannelOption(.writeBufferWaterMark, value: waterMark)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readBytes))
    }

    private static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(low: 16 * 1024, high: 48 * 1024)
    private static let readBytes = 32 * 1024
    /// TCP_NOTSENT_LOWAT, which has no name in Swift's C library.
    private static let notSentLowWater = ChannelOptions.Types.SocketOption(
        level: .tcp, name: NIOBSDSocket.Option(rawValue: 25))
}
