import Exchange
package import NIOCore
import NIOPosix

/// Opens a connection to an origin, and has its handlers added before anything is read.
package typealias OriginConnector = (
    _ address: OriginAddress, _ limits: OriginLimits, _ eventLoop: any EventLoop,
    _ addHandlers: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
) -> EventLoopFuture<any Channel>

/// By TCP; names are looked up, and each of their addresses is tried.
func openSocket(
    _ address: OriginAddress, _ limits: OriginLimits, _ eventLoop: any EventLoop,
    _ addHandlers: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
) -> EventLoopFuture<any Channel> {
    ClientBootstrap(group: eventLoop)
        .channelOption(.socketOption(.so_keepalive), value: 1)
        .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16 * 1024))
        .channelOption(.writeBufferWaterMark, value: .init(low: 16 * 1024, high: 64 * 1024))
        .connectTimeout(.nanoseconds(limits.timeout.nanoseconds))
        .channelInitializer(addHandlers)
        .connect(to: address.host, port: address.port, on: eventLoop)
}
