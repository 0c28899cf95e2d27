package import Link
import NIOCore
package import NIOEmbedded

/// A lane between a sender and a listener, in memory.
package final class EmbeddedLink {
    package let senderLane: Lane
    package let listenerLane: Lane
    private let sender: EmbeddedChannel
    private let listener: EmbeddedChannel
    private let loop: EmbeddedEventLoop
    /// What an observer of the link has seen go to the sender, without TLS.
    package private(set) var bytesToSender = 0

    /// Opens the lane.
    package init(sender: any LaneOwner, listener: any LaneOwner, loop: EmbeddedEventLoop, maxStreams: Int = 4096) {
        self.loop = loop
        var settings = LaneSettings.forListener()
        settings.maxStreams = maxStreams
        senderLane = Lane(role: .sender, settings: LaneSettings(), owner: sender)
        listenerLane = Lane(role: .listener, settings: settings, owner: listener)
        self.sender = EmbeddedChannel(handler: senderLane, loop: loop)
        self.listener = EmbeddedChannel(handler: listenerLane, loop: loop)
        for channel in [self.sender, self.listener] {
            channel.connect(to: try! SocketAddress(ipAddress: "127.0.0.1", port: 2408), promise: nil)
        }
        run()
    }

    /// Hands bytes over until both ends are quiet.
    package func run() {
        var moved = true
        while moved {
            loop.run()
            let (there, back) = (sender.takeOutput(), listener.takeOutput())
            bytesToSender += back.readableBytes
            moved = there.readableBytes + back.readableBytes > 0
            if there.readableBytes > 0, listener.isActive { _ = try? listener.writeInbound(there) }
            if back.readableBytes > 0, sender.isActive { _ = try? sender.writeInbound(back) }
            if sender.isActive != listener.isActive { (sender.isActive ? sender : listener).close(promise: nil) }
        }
    }

    /// Breaks the connection.
    package func cut() {
        for channel in [sender, listener] { channel.close(promise: nil) }
        loop.run()
    }

    deinit { cut() }
}
