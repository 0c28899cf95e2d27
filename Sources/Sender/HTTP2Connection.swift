import Exchange
import NIOCore
import NIOHTTP2

/// A client's connection in HTTP/2, behind its streams: ends it where the library leaves that to others.
///
/// The library would wait for ever for a client that answers no PING behind a GOAWAY, or that never opens a stream.
final class HTTP2Connection: ChannelInboundHandler, DeadlineHolder, FrontConnection {
    typealias InboundIn = HTTP2Frame

    private let worker: SenderWorker
    private var context: ChannelHandlerContext?
    private var streamCount = 0
    private var hasServed = false
    /// Whether GOAWAY was said.
    private var isLeaving = false
    /// Bytes that the client hadn't taken when the deadline was set.
    private var stuckBytes = 0

    init(worker: SenderWorker) { self.worker = worker }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        worker.opened(self)
        worker.deadlines.set(self, after: worker.limits.headTimeout)
        if worker.isDraining { drain() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        worker.deadlines.remove(self)
        worker.closed(self)
    }

    func streamOpened() {
        streamCount += 1
        worker.deadlines.remove(self)
    }

    func streamClosed() {
        (streamCount, hasServed) = (streamCount - 1, true)
        guard streamCount == 0, context != nil else { return }
        if isLeaving {
            awaitEnd()
        } else if worker.isCrowded {
            drain()
        } else {
            worker.deadlines.set(self, after: worker.limits.idleTimeout)
        }
    }

    /// Gives a connection that had an answer up, if none is under way.
    func makeRoom() { if hasServed, streamCount == 0 { drain() } }

    /// Says GOAWAY; the connection closes when its streams have ended.
    func drain() {
        isLeaving = true
        if streamCount == 0 { awaitEnd() }
        context?.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }

    /// Begins to watch whether the client takes what is left, and then answers.
    private func awaitEnd() {
        stuckBytes = bufferedBytes
        worker.deadlines.set(
            self, after: worker.isDraining ? ClientHandler.lastRequestTime : worker.limits.writeTimeout)
    }

    private var bufferedBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// No request came, or no end.
    func deadlinePassed() {
        guard isLeaving else { return drain() }
        if bufferedBytes < stuckBytes { awaitEnd() } else { context?.close(promise: nil) }
    }

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
