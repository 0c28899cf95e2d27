internal import HTTPRules
package import NIOCore
package import NIOHTTP1

/// The origin's side: requests to bytes, bytes to answers, one request at a time.
///
/// - Heads go out as they are; with `Transfer-Encoding: chunked` the body is written in chunks.
/// - 1xx heads are handed on. After a 101 both ways are plain bytes, as body parts.
/// - A ``WireError`` is fired once; the connection is no good after it, nor after bytes that nobody asked for.
package final class OriginCodec: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = HTTPClientResponsePart
    package typealias OutboundIn = HTTPClientRequestPart
    package typealias OutboundOut = ByteBuffer

    private var parser: ResponseParser
    private var gather = WriteGather()
    private var (isTunnel, isChunked, requestEnded) = (false, false, true)
    private var (hasFailed, inputEnded) = (false, false)

    package init(limits: HeadLimits = HeadLimits()) { parser = ResponseParser(limits: limits) }

    /// Whether the connection could carry another request, as far as bytes tell; the answer's fields have a say too.
    package var isIdle: Bool { !hasFailed && !inputEnded && !isTunnel && requestEnded && parser.isIdle }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasFailed else { return }
        parser.append(unwrapInboundIn(data))
        do throws(WireError) {
            while let part = try parser.next() {
                if case .head(let head) = part, head.status == .switchingProtocols { isTunnel = true }
                context.fireChannelRead(wrapInboundOut(part))
            }
        } catch {
            fail(error, context)
        }
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            parser.expectAnswer(to: head.method)
            isChunked = head.headers.contains(name: "transfer-encoding")
            requestEnded = false
            gather.append(context) { HeadWriter.write(head, to: &$0) }
        case .body(let body):
            let bytes = body.bytes
            guard bytes.readableBytes > 0 else { break }
            let isChunk = isChunked && !isTunnel
            if isChunk { gather.append(context) { HeadWriter.writeChunkSize(bytes.readableBytes, to: &$0) } }
            gather.append(context, bytes)
            if isChunk { gather.append(context) { $0.writeStaticString("\r\n") } }
        case .end(let trailers):
            if isChunked, !requestEnded { gather.append(context) { HeadWriter.writeLastChunk(trailers, to: &$0) } }
            requestEnded = true
        }
        if let promise { gather.send(context, promise: promise) }
    }

    package func flush(context: ChannelHandlerContext) {
        gather.send(context, promise: nil)
        context.flush()
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
        do throws(WireError) {
            if let part = try parser.finish() { context.fireChannelRead(wrapInboundOut(part)) }
        } catch {
            fail(error, context)
        }
    }

    private func fail(_ error: WireError, _ context: ChannelHandlerContext) {
        hasFailed = true
        context.fireErrorCaught(error)
    }
}

@available(*, unavailable)
extension OriginCodec: Sendable {}
