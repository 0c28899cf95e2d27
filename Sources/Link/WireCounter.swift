package import NIOCore

/// What a lane carried, in bytes of TCP's payload: TLS included.
package struct WireBytes: Hashable, Sendable {
    package var sent = 0
    package var received = 0

    package init(sent: Int = 0, received: Int = 0) {
        self.sent = sent
        self.received = received
    }

    package static func += (sum: inout WireBytes, other: WireBytes) {
        sum.sent += other.sent
        sum.received += other.received
    }

    package static func - (one: WireBytes, other: WireBytes) -> WireBytes {
        WireBytes(sent: one.sent - other.sent, received: one.received - other.received)
    }
}

/// Stands next to a lane's socket, and counts what passes.
package final class WireCounter: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private let lane: Lane

    package init(_ lane: Lane) { self.lane = lane }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lane.carried(WireBytes(received: unwrapInboundIn(data).readableBytes))
        context.fireChannelRead(data)
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        lane.carried(WireBytes(sent: unwrapOutboundIn(data).readableBytes))
        context.write(data, promise: promise)
    }
}
