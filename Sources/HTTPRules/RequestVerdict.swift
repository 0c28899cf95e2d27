package import NIOHTTP1

/// What becomes of a request.
package enum RequestVerdict: Sendable {
    case forward(ForwardedRequest)
    case refuse(Refusal)
    /// The answer, complete and without a body: the request was for us, not for the origin.
    case answer(HTTPResponseHead)
}

/// Why a request goes no further.
package struct Refusal: Error, Hashable, Sendable {
    package var status: HTTPResponseStatus
    /// One sentence part in plain words, for the client's error page and the log.
    package var reason: String
    /// The client's connection can't be trusted with another request.
    package var closes: Bool

    package init(_ status: HTTPResponseStatus, _ reason: String, closes: Bool = true) {
        self.status = status
        self.reason = reason
        self.closes = closes
    }
}
