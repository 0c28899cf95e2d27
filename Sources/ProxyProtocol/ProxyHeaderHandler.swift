package import NIOCore

/// Takes the PROXY header off the front of a connection, before TLS; then it leaves.
package final class ProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer

    private let timeout: TimeAmount
    private let accept: (ProxyHeader) throws -> Void
    private let refuse: (_ why: String) -> Void
    private var seen = ByteBuffer()
    private var deadline: Scheduled<Void>?
    private var isDone = false

    /// Makes the handler of one connection.
    ///
    /// - Parameters:
    ///   - timeout: How long the header may take.
    ///   - accept: Called with the header; adds the handlers for what follows.
    ///   - refuse: Called where there is none; the connection is closed then.
    package init(
        timeout: TimeAmount, accept: @escaping (ProxyHeader) throws -> Void, refuse: @escaping (_ why: String) -> Void
    ) {
        (self.timeout, self.accept, self.refuse) = (timeout, accept, refuse)
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            self.fail("no whole PROXY header came within \(self.timeout.nanoseconds / 1_000_000_000) s", context)
        }
    }

    package func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        seen.writeBuffer(&bytes)
        switch ProxyHeader.read(seen.readableBytesView) {
        case .incomplete: break
        case .broken(let why): fail(why, context)
        case .header(let header, let byteCount):
            isDone = true
            seen.moveReaderIndex(forwardBy: byteCount)
            do { try accept(header) } catch { return context.close(promise: nil) }
            if seen.readableBytes > 0 {
                context.fireChannelRead(NIOAny(seen))
                context.fireChannelReadComplete()
            }
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent, !isDone {
            fail("the connection ended before its PROXY header did", context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func fail(_ why: String, _ context: ChannelHandlerContext) {
        guard !isDone else { return }
        isDone = true
        refuse(why)
        context.close(promise: nil)
    }
}
