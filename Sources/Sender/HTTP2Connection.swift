import NIOCore
import NIOHTTP2

/// A client's connection in HTTP/2, behind its streams: ends it where the library leaves that to others.
final class HTTP2Connection: ChannelInboundHandler, FrontConnection {
    typealias InboundIn = HTTP2Frame

    private let worker: SenderWorker
    private var context: ChannelHandlerContext?

    init(worker: SenderWorker) { self.worker = worker }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        worker.opened(self)
        if worker.isDraining { drain() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        worker.closed(self)
    }

    /// Leaves it: whether streams are under way, only the library knows.
    func makeRoom() {}

    /// Says GOAWAY; the connection closes when its streams have ended.
    func drain() { context?.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Nobody sends requests in HTTP/2 and then closes half of the connection.
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A fault of one stream is that stream's, which the library has reset: others may be other people's, where the
        // client is a proxy. It counts them, and says GOAWAY where there are too many.
        guard !Self.concernsOneStream(error) else { return }
        context.flush()
        context.close(promise: nil)
    }

    /// Whether a request breaks the rules of heads or lengths: the library resets its stream only.
    private static func concernsOneStream(_ error: any Error) -> Bool {
        switch error {
        case is NIOHTTP2Errors.StreamError,
            is NIOHTTP2Errors.MissingPseudoHeader, is NIOHTTP2Errors.DuplicatePseudoHeader,
            is NIOHTTP2Errors.PseudoHeaderAfterRegularHeader, is NIOHTTP2Errors.UnknownPseudoHeader,
            is NIOHTTP2Errors.UnsupportedPseudoHeader, is NIOHTTP2Errors.InvalidPseudoHeaders,
            is NIOHTTP2Errors.InvalidPseudoHeaderValue, is NIOHTTP2Errors.EmptyPathHeader,
            is NIOHTTP2Errors.InvalidHTTP2HeaderFieldName, is NIOHTTP2Errors.InvalidHTTP2HeaderFieldValue,
            is NIOHTTP2Errors.ForbiddenHeaderField,
            is NIOHTTP2Errors.ContentLengthViolated, is NIOHTTP2Errors.ContentLengthHeadersMismatch,
            is NIOHTTP2Errors.ContentLengthHeaderNegative, is NIOHTTP2Errors.ContentLengthHeaderMalformedValue:
            true
        default: false
        }
    }
}
