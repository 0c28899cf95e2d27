internal import HTTPRules
package import NIOCore
package import NIOHTTP1

/// The client's side: bytes to requests, answers to bytes, one request at a time.
///
/// - The next pipelined request is handed on when the answer to this one has been written.
/// - Answers carry neither Transfer-Encoding nor Connection when they come here: this handler adds what the client's version
///   and the request's method ask for. `Connection: close` in a head is obeyed.
/// - A 1xx is not sent to a client of HTTP/1.0.
/// - A ``WireError`` is fired once. An answer may still be written then; the connection closes after it.
/// - After a 101 both ways are plain bytes, as body parts.
package final class FrontCodec: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = ByteBuffer

    /// Fired when an answer's end has been written (not yet flushed).
    package enum Event: Hashable, Sendable {
        /// Without `keepAlive` the connection is done: flush, close the output, and the rest after a while.
        case answered(keepAlive: Bool)
    }

    struct Exchange {
        var method = HTTPMethod.GET
        var version = HTTPVersion.http1_1
        var keepAlive = false
        var requestEnded = true
        var answer = Answer.awaited
    }

    enum Answer {
        case awaited
        /// `left` counts the bytes that Content-Length promised and that have not been written.
        case writing(BodyFraming, left: Int)
        case ended
    }

    /// The request that is being read or answered.
    var exchange: Exchange?
    var parser: RequestParser
    var gather = WriteGather()
    var isTunnel = false
    private var isDraining = false
    private var (hasFailed, inputEnded, readHeld) = (false, false, false)

    /// More than this is not read ahead of the answers.
    private static let readAheadBytes = 65_536

    package init(limits: HeadLimits = HeadLimits()) { parser = RequestParser(limits: limits) }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasFailed else { return }
        parser.append(unwrapInboundIn(data))
        drain(context)
    }

    /// Hands on all parts that may be handed on now.
    ///
    /// Calls from within itself do nothing: the loop sees their effect.
    func drain(_ context: ChannelHandlerContext) {
        guard !isDraining else { return }
        isDraining = true
        defer { isDraining = false }
        do throws(WireError) {
            while !hasFailed, isTunnel || exchange?.requestEnded != true, let part = try parser.next() {
                note(part)
                context.fireChannelRead(wrapInboundOut(part))
            }
            if inputEnded, !hasFailed, exchange?.requestEnded != true { try parser.finish() }
        } catch {
            fail(error, context)
        }
        if readHeld, parser.bufferedBytes <= Self.readAheadBytes {
            readHeld = false
            context.read()
        }
    }

    private func note(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            var options = ConnectionOptions()
            for (name, value) in head.headers where name.utf8.count == 10 && name.equalsIgnoringCase("connection") {
                options.add(value)
            }
            exchange = Exchange(
                method: head.method, version: head.version, keepAlive: options.persists(version: head.version),
                requestEnded: false)
        case .body: break
        case .end:
            exchange?.requestEnded = true
            finishExchange()
        }
    }

    /// If both the request and its answer have ended, the next request may come; none does on a connection that closes.
    func finishExchange() {
        guard let exchange, exchange.keepAlive, exchange.requestEnded, case .ended = exchange.answer else { return }
        self.exchange = nil
    }

    private func fail(_ error: WireError, _ context: ChannelHandlerContext) {
        hasFailed = true
        exchange?.keepAlive = false
        context.fireErrorCaught(error)
    }

    package func read(context: ChannelHandlerContext) {
        if parser.bufferedBytes > Self.readAheadBytes { readHeld = true } else { context.read() }
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { endInput(context) }
        context.fireUserInboundEventTriggered(event)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        endInput(context)
        context.fireChannelInactive()
    }

    private func endInput(_ context: ChannelHandlerContext) {
        guard !inputEnded, !hasFailed else { return }
        inputEnded = true
        drain(context)
    }
}

@available(*, unavailable)
extension FrontCodec: Sendable {}
