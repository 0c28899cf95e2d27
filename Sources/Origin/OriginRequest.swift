package import HTTPRules
package import NIOHTTP1
package import Operations

/// Where an origin is, and how it is spoken to.
package struct OriginAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name, which is looked up for each connection, or an address.
    package var host: String
    package var port: Int
    /// The name that the certificate must have, which TLS asks for; `nil` for plain HTTP.
    package var tlsName: String?

    package init(host: String, port: Int, tlsName: String? = nil) {
        self.host = host
        self.port = port
        self.tlsName = tlsName
    }

    package var description: String {
        (tlsName == nil ? "http://" : "https://") + (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
    }
}

/// A request as an origin is to get it.
package struct OriginRequest: Sendable {
    package var site: OriginSite
    package var head: HTTPRequestHead
    /// The protocol that the request asks to switch to.
    package var upgrade: String?
    /// Whether the head is all there is.
    package var hasBody: Bool
    /// The body's length in bytes, where the head tells it.
    package var bodyBytes: Int?

    /// A request to the only origin there is.
    package init(_ request: ForwardedRequest, address: OriginAddress, host: String? = nil) {
        self.init(request, site: OriginSite(address), host: host)
    }

    /// A request to whichever of the origins is to have it; `host` as in ``ForwardedRequest/originHead(host:)``.
    package init(_ request: ForwardedRequest, site: OriginSite, host: String? = nil) {
        self.site = site
        head = request.originHead(host: host)
        upgrade = request.upgrade
        hasBody = request.body != .none
        if case .length(let count) = request.body { bodyBytes = count }
    }

    /// Whether it does no harm to send it again, and all of it is at hand.
    var isRepeatable: Bool { RetryRules.isIdempotent(head.method) && !hasBody && upgrade == nil }
}

/// What a pool counts.
package struct OriginCounts: Hashable, Sendable {
    package var requests = 0
    /// Connections that were begun.
    package var connections = 0
    /// Requests that were sent again because a kept connection broke.
    package var retries = 0
    /// Requests that went to another origin of their site, because one took no connection or lost it.
    package var failovers = 0
    /// How often this event loop found an origin to be down.
    package var downs = 0
    /// Of bodies, in bytes.
    package var bodyBytesSent = 0
    package var bodyBytesReceived = 0
}

/// What holds for all connections to origins.
package struct OriginLimits: Hashable, Sendable {
    /// How long connecting, or waiting for the next bytes, may take.
    package var timeout: Duration
    /// How long connecting may take where the site has another origin to try.
    package var connectTimeout: Duration
    /// Idle connections that are kept for each origin.
    package var idleConnections: Int
    /// How long an idle connection is kept.
    package var idleLifetime: Duration

    package init(
        timeout: Duration = .seconds(30), connectTimeout: Duration = .seconds(3), idleConnections: Int = 32,
        idleLifetime: Duration = .seconds(90)
    ) {
        (self.timeout, self.connectTimeout) = (timeout, connectTimeout)
        (self.idleConnections, self.idleLifetime) = (idleConnections, idleLifetime)
    }

    /// What a listener's configuration says.
    package init(_ origins: ListenerConfiguration.Origins) {
        self.init(
            timeout: origins.timeout, connectTimeout: origins.health.connectTimeout,
            idleConnections: origins.idleConnections)
    }
}
