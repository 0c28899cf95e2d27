import HTTPRules
import HTTPWire
import NIOCore
import NIOHTTP1
import NIOHTTP2

/// Judges the pseudo-fields of a request that the library forgets, or can't do without.
///
/// - It would take `host`, and forget an `:authority` that differs. Both have to be the same (RFC 9113, section 8.3.1):
///   where they aren't, both go on as Host, which the rules refuse.
/// - It closes a stream without `:authority` in the midst of its first read, and then takes it for open for ever. So
///   what is missing is filled in: from `host`, or with what the rules refuse.
/// - It forgets `:scheme`, whatever it says.
final class HTTP2PseudoFields: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload

    private var hasHead = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .headers(var frame) = unwrapInboundIn(data), !hasHead else { return context.fireChannelRead(data) }
        hasHead = true
        let scheme = frame.headers.first(name: ":scheme")
        let isConnect = frame.headers.first(name: ":method") == "CONNECT"
        // Not whether there is TLS: a proxy before this one may have taken it off.
        guard scheme == "http" || scheme == "https" || isConnect else {
            return context.fireErrorCaught(WireError(.badRequest, "the scheme is neither http nor https"))
        }
        if isConnect {
            frame.headers.replaceOrAdd(name: ":scheme", value: "http")
            frame.headers.replaceOrAdd(name: ":path", value: "/")
        }
        let hosts = frame.headers["host"]
        if let authority = frame.headers.first(name: ":authority") {
            if hosts.contains(where: { $0 != authority }) { frame.headers.add(name: "host", value: authority) }
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

    private let limits: HeadLimits
    /// A head whose stream may end with it.
    private var held: HTTPRequestHead?
    /// Whether a body follows the head that was handed on last.
    private(set) var hasBody = false

    init(limits: HeadLimits) { self.limits = limits }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch part {
        case .head(let head):
            var head = head
            head.version = .http2
            head.headers.remove(name: "transfer-encoding")  // the library's guess
            do throws(WireError) { try check(&head) } catch { return context.fireErrorCaught(error) }
            held = head
        case .body(let bytes):
            if bytes.readableBytes == 0, announcesNothing { return }
            passHead(context, hasBody: true)
            context.fireChannelRead(data)
        case .end(let trailers):
            passHead(context, hasBody: false)
            if let trailers, let fault = Self.fault(inTrailers: trailers) {
                return context.fireErrorCaught(WireError(.badRequest, fault))
            }
            context.fireChannelRead(wrapInboundOut(.end(trailers.flatMap { TrailerRules.allowed($0) })))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !announcesNothing { passHead(context, hasBody: true) }
        context.fireChannelReadComplete()
    }

    /// Whether the head that is held says that its body is empty, though its stream goes on.
    ///
    /// It stays here until the stream has ended: it would be a whole request for an origin, and what then comes makes it none.
    private var announcesNothing: Bool { held?.headers.first(name: "content-length") == "0" }

    /// Hands the head on, once it is known whether a body follows.
    private func passHead(_ context: ChannelHandlerContext, hasBody: Bool) {
        guard let head = held else { return }
        held = nil
        self.hasBody = hasBody
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    private static func fault(inTrailers trailers: HTTPHeaders) -> String? {
        // No client has a reason for these; who puts them there hopes for a server that believes them.
        guard !trailers.contains(name: "content-length"), !trailers.contains(name: "host") else {
            return "the trailers name a length or a host"
        }
        return FieldSyntax.fault(in: trailers)
    }

    private func check(_ head: inout HTTPRequestHead) throws(WireError) {
        if let fault = FieldSyntax.fault(in: head.headers) { throw WireError(.badRequest, fault) }
        guard !head.method.rawValue.isEmpty, head.method.rawValue.utf8.allSatisfy(\.isTokenByte) else {
            throw WireError(.badRequest, "the method has a character that is not allowed")
        }
        guard head.uri.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw WireError(.badRequest, "the path has a character that is not allowed")
        }
        // Not the absolute form, which would name another site than :authority.
        guard head.uri.utf8.first == UInt8(ascii: "/") || head.uri == "*" else {
            throw WireError(.badRequest, "the path does not begin with a slash")
        }
        guard head.uri.utf8.count <= limits.targetBytes else {
            throw WireError(.uriTooLong, "the address has more than \(limits.targetBytes) bytes")
        }
        guard head.headers.count <= limits.fieldCount else {
            throw WireError(.requestHeaderFieldsTooLarge, "there are more than \(limits.fieldCount) fields")
        }
        // Browsers send a cookie in pieces (RFC 9113, section 8.2.3); origins want it whole.
        let cookies = head.headers["cookie"]
        if cookies.count > 1 { head.headers.replaceOrAdd(name: "cookie", value: cookies.joined(separator: "; ")) }
    }
}
