package import NIOHTTP1

/// Which fields may stand behind a body (RFC 9110, section 6.5.1).
package enum TrailerRules {
    /// `trailers` without fields that frame, route, authenticate or describe the message; nil if none is left.
    package static func allowed(_ trailers: HTTPHeaders) -> HTTPHeaders? {
        let kept = trailers.filter { !isForbidden($0.name.lowercased()) }
        return kept.isEmpty ? nil : HTTPHeaders(kept.map { ($0.name, $0.value) })
    }

    private static func isForbidden(_ name: String) -> Bool {
        switch name {
        case "transfer-encoding", "content-length", "host", "connection", "keep-alive", "te", "trailer", "upgrade",
            "proxy-connection", "http2-settings", "expect", "max-forwards", "range",
            "authorization", "proxy-authorization", "proxy-authenticate", "www-authenticate", "cookie", "set-cookie",
            "content-encoding", "content-type", "content-range", "cache-control", "age", "date", "expires",
            "location", "retry-after", "vary", "warning", "via", "forwarded", "railgun":
            true
        default: name.hasPrefix("if-") || name.hasPrefix("x-forwarded-") || name.hasPrefix("access-control-")
        }
    }
}
