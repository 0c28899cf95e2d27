package import NIOHTTP1

/// When a request may be sent once more (RFC 9110, section 9.2.2).
package enum RetryRules {
    /// Methods that mean the same sent twice as sent once.
    package static func isIdempotent(_ method: HTTPMethod) -> Bool {
        switch method {
        case .GET, .HEAD, .OPTIONS, .PUT, .DELETE, .TRACE: true
        default: false
        }
    }

    /// Whether a request whose connection failed may be tried again.
    ///
    /// - `sent`: Bytes of the request may have reached the other end.
    /// - `answered`: Anything of an answer came back.
    /// - `bodyKept`: There is no body, or all of it is still at hand.
    /// - `tries`: How often it has been sent; two are the most.
    package static func mayRepeat(
        _ method: HTTPMethod, sent: Bool, answered: Bool, bodyKept: Bool, tries: Int
    ) -> Bool {
        !answered && bodyKept && tries < 2 && (!sent || isIdempotent(method))
    }
}
