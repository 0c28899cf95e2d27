internal import HTTPRules
package import NIOCore
internal import NIOHTTP1

extension FrontCodec {
    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head): writeHead(head, context)
        case .body(let body): writeBody(body.bytes, context)
        case .end(let trailers): writeEnd(trailers, context)
        }
        if let promise { gather.send(context, promise: promise) }
    }

    package func flush(context: ChannelHandlerContext) {
        gather.send(context, promise: nil)
        context.flush()
    }

    private func writeHead(_ head: HTTPResponseHead, _ context: ChannelHandlerContext) {
        var exchange = self.exchange ?? Exchange()  // none: the answer to bytes that were no request
        switch head.status.code {
        case 101:
            gather.append(context) { HeadWriter.write(head, to: &$0) }
            isTunnel = true
            parser.becomeTunnel()
            drain(context)
        case 100..<200:
            guard exchange.version >= .http1_1 else { return }
            gather.append(context) { HeadWriter.write(head, to: &$0) }
        default:
            // A body that is still on its way would have to be read to its end before the next request is seen.
            let framed = AnswerFraming(
                head, to: exchange.method, version: exchange.version,
                mayKeepAlive: exchange.keepAlive && exchange.requestEnded)
            exchange.keepAlive = framed.keepAlive
            if case .length(let bytes) = framed.body {
                exchange.answer = .writing(framed.body, left: bytes)
            } else {
                exchange.answer = .writing(framed.body, left: 0)
            }
            self.exchange = exchange
            gather.append(context) { HeadWriter.write(framed.head, to: &$0) }
        }
    }

    private func writeBody(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        if isTunnel { return gather.append(context, bytes) }
        guard case .writing(let framing, let left) = exchange?.answer, bytes.readableBytes > 0 else { return }
        switch framing {
        case .none: break
        case .untilClose: gather.append(context, bytes)
        case .chunked:
            gather.append(context) { HeadWriter.writeChunkSize(bytes.readableBytes, to: &$0) }
            gather.append(context, bytes)
            gather.append(context) { $0.writeStaticString("\r\n") }
        case .length:
            guard bytes.readableBytes <= left else { return abort(context) }
            exchange?.answer = .writing(framing, left: left - bytes.readableBytes)
            gather.append(context, bytes)
        }
    }

    private func writeEnd(_ trailers: HTTPHeaders?, _ context: ChannelHandlerContext) {
        guard !isTunnel, case .writing(let framing, let left) = exchange?.answer else { return }
        if framing == .chunked { gather.append(context) { HeadWriter.writeLastChunk(trailers, to: &$0) } }
        guard left == 0 else { return abort(context) }
        exchange?.answer = .ended
        let keepAlive = exchange?.keepAlive == true
        context.fireUserInboundEventTriggered(Event.answered(keepAlive: keepAlive))
        finishExchange()
        drain(context)
    }

    /// More or fewer bytes than the head said: the client must not take what it got for the whole.
    private func abort(_ context: ChannelHandlerContext) {
        exchange?.answer = .ended
        exchange?.keepAlive = false
        context.close(promise: nil)
    }
}
