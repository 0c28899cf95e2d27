package import NIOCore
package import NIOEmbedded
package import Origin

/// The connections that a pool opens, without sockets.
package final class EmbeddedOrigins {
    /// One connection, as the origin sees it.
    package final class Connection {
        package let channel: EmbeddedChannel
        package let address: OriginAddress
        /// What was closed of it, in words.
        package let closes = HalfCloses()
        fileprivate let opened: EventLoopPromise<any Channel>
        private var addHandlers: ((any Channel) -> EventLoopFuture<Void>)?

        fileprivate init(
            _ address: OriginAddress, loop: EmbeddedEventLoop,
            addHandlers: @escaping (any Channel) -> EventLoopFuture<Void>
        ) {
            self.address = address
            self.addHandlers = addHandlers
            opened = loop.makePromise()
            channel = EmbeddedChannel(handler: closes, loop: loop)
        }

        /// Takes the connection; until then there is no channel, as while a name is looked up.
        package func accept() {
            _ = addHandlers?(channel)
            addHandlers = nil
            channel.connect(to: try! SocketAddress(ipAddress: "127.0.0.1", port: 80), promise: nil)
            opened.succeed(channel)
        }

        /// Doesn't.
        package func refuse(_ error: any Error) {
            opened.fail(error)
            close()
        }

        /// All bytes that came since the last call.
        package func received() -> String {
            channel.embeddedEventLoop.run()
            return String(buffer: channel.takeOutput())
        }

        package func send(_ text: String) { send(ByteBuffer(string: text)) }

        package func send(_ bytes: ByteBuffer) {
            _ = try? channel.writeInbound(bytes)
            channel.embeddedEventLoop.run()
        }

        package func close() {
            closes.holdsClose = false
            channel.close(promise: nil)
            channel.embeddedEventLoop.run()
        }

        /// Whether the pool's side reads on.
        package var isRead: Bool {
            channel.options.last { $0.option is ChannelOptions.Types.AutoReadOption }?.value as? Bool ?? true
        }
    }

    package let loop: EmbeddedEventLoop
    package private(set) var connections: [Connection] = []
    private let accepts: Bool

    /// Makes origins that take each connection at once, or, without `accepts`, when the test says so.
    package init(loop: EmbeddedEventLoop = EmbeddedEventLoop(), accepts: Bool = true) {
        self.loop = loop
        self.accepts = accepts
    }

    /// Lets a pool open its connections here.
    package func take(over pool: OriginPool) {
        pool.connector = { [unowned self] address, _, _, addHandlers in
            let connection = Connection(address, loop: loop, addHandlers: addHandlers)
            connections.append(connection)
            if accepts { connection.accept() }
            return connection.opened.futureResult
        }
    }

    deinit {
        for connection in connections {
            connection.refuse(ChannelError.connectPending)
            _ = try? connection.channel.finish(acceptAlreadyClosed: true)
        }
    }
}

/// Ends one direction of a channel without a socket, which the channel itself can't; and all of it, unless it is held.
package final class HalfCloses: ChannelOutboundHandler {
    package typealias OutboundIn = Never

    /// Whether this end said that it sends no more.
    package private(set) var outputIsClosed = false
    /// Whether closing waits for the other end's farewell, as TLS does.
    package var holdsClose = false

    package init() {}

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .output: outputIsClosed = true
        case .all, .input: if !holdsClose { return context.close(mode: mode, promise: promise) }
        }
        promise?.succeed(())
    }
}

extension EmbeddedChannel {
    /// All bytes that were written and flushed since the last call.
    package func takeOutput() -> ByteBuffer {
        var all = ByteBuffer()
        while var next = try? readOutbound(as: ByteBuffer.self) { all.writeBuffer(&next) }
        return all
    }
}
