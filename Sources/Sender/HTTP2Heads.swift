import HTTPRules
import HTTPWire
import NIOCore
import NIOHTTP1
import NIOHTTP2

/// Sees to it that a request names one site: the library would take `host`, and forget an `:authority` that differs.
///
/// Both have to be the same (RFC 9113, section 8.3.1). Where they aren't, both go on as Host, which the rules refuse. A
/// client may leave `:authority` away, the library doesn't know that: it gets what `host` says.
final class HTTP2Authority: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .headers(var frame) = unwrapInboundIn(data), frame.headers.contains(name: ":method") else {
            return context.fireChannelRead(data)
        }
        let hosts = frame.headers["host"]
        if let authority = frame.headers.first(name: ":authority") {
            guard hosts.contains(where: { $0 != authority }) else { return context.fireChannelRead(data) }
            frame.headers.add(name: "host", value: authority)
        } else {
            frame.headers.add(name: ":authority", value: hosts.first ?? "")
        }
        context.fireChannelRead(wrapInboundOut(.headers(frame)))
    }
}

/// Heads of HTTP/2 as the rules expect them: the library makes HTTP/1 of them, and looks at little.
final class HTTP2Heads: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    /// A head whose stream may end with it.
    private var held: HTTPRequestHead?
    /// Whether a body follows the head that was handed on last.
    private(set) var hasBody = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch part {
        case .head(let head):
            var head = head
            head.version = .http2
            head.headers.remove(name: "transfer-encoding")  // the library's guess
            do throws(WireError) { try Self.check(&head) } catch { return context.fireErrorCaught(error) }
            held = head
        case .body:
            passHead(context, hasBody: true)
            context.fireChannelRead(data)
        case .end(let trailers):
            passHead(context, hasBody: false)
            let isClean = trailers.map { FieldSyntax.fault(in: $0) == nil } ?? true
            let allowed = isClean ? trailers.flatMap { TrailerRules.allowed($0) } : nil
            context.fireChannelRead(wrapInboundOut(.end(allowed)))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        passHead(context, hasBody: true)
        context.fireChannelReadComplete()
    }

    /// Hands the head on, once it is known whether a body follows.
    private func passHead(_ context: ChannelHandlerContext, hasBody: Bool) {
        guard let head = held else { return }
        held = nil
        self.hasBody = hasBody
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    private static func check(_ head: inout HTTPRequestHead) throws(WireError) {
        if let fault = FieldSyntax.fault(in: head.headers) { throw WireError(.badRequest, fault) }
        guard !head.method.rawValue.isEmpty, head.method.rawValue.utf8.allSatisfy(\.isTokenByte) else {
            throw WireError(.badRequest, "the method has a character that is not allowed")
        }
        guard head.uri.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw WireError(.badRequest, "the path has a character that is not allowed")
        }
        // Browsers send a cookie in pieces (RFC 9113, section 8.2.3); origins want it whole.
        let cookies = head.headers["cookie"]
        if cookies.count > 1 { head.headers.replaceOrAdd(name: "cookie", value: cookies.joined(separator: "; ")) }
    }
}
