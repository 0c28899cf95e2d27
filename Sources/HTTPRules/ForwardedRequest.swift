package import NIOHTTP1

/// Whether the client came over TLS.
package enum Scheme: String, Hashable, Sendable {
    case http, https
}

/// A request that passed all rules, without anything that concerned the client's connection only.
package struct ForwardedRequest: Sendable {
    package var method: HTTPMethod
    package var scheme: Scheme
    /// `host[:port]` as the client named it; empty only from an HTTP/1.0 client that named none.
    package var authority: String
    /// Path and query, byte for byte.
    package var target: String
    /// In the client's order; without Host, Content-Length and all fields for one connection, but with `TE: trailers` and
    /// `Expect: 100-continue` where they hold.
    package var fields: HTTPHeaders
    package var body: BodyFraming
    /// The client waits for a 100 before it sends the body.
    package var wants100 = false
    /// The protocol to switch to, if the client asked for one that may be tunnelled.
    package var upgrade: String?
    /// The trace that it belongs to, as ``fields`` pass it on.
    package var trace: TraceContext?
    /// The client's connection may carry another request.
    package var keepAlive: Bool
    /// The client's version.
    package var version: HTTPVersion

    package init(
        method: HTTPMethod, scheme: Scheme, authority: String, target: String, fields: HTTPHeaders, body: BodyFraming,
        keepAlive: Bool, version: HTTPVersion
    ) {
        self.method = method
        self.scheme = scheme
        self.authority = authority
        self.target = target
        self.fields = fields
        self.body = body
        self.keepAlive = keepAlive
        self.version = version
    }

    /// The request as it goes to the origin on a connection that is kept.
    ///
    /// - `host`: What the Host field says; by default what the client asked for.
    package func originHead(host: String? = nil) -> HTTPRequestHead {
        var lines: [(String, String)] = []
        lines.reserveCapacity(fields.count + 4)
        lines.append(("Host", host ?? authority))
        var options = upgrade == nil ? "" : "Upgrade"
        for (name, value) in fields {
            if name.equalsIgnoringCase("te") { options += options.isEmpty ? "TE" : ", TE" }
            lines.append((name, value))
        }
        if let upgrade { lines.append(("Upgrade", upgrade)) }
        if !options.isEmpty { lines.append(("Connection", options)) }
        switch body {
        case .length(let bytes): lines.append(("Content-Length", String(bytes)))
        case .chunked: lines.append(("Transfer-Encoding", "chunked"))
        case .none, .untilClose: break
        }
        return HTTPRequestHead(version: .http1_1, method: method, uri: target, headers: HTTPHeaders(lines))
    }
}
