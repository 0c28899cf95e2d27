/// Why an answer didn't come, or not to its end.
package struct ExchangeFailure: Error, Hashable, Sendable {
    /// What failed, by the word that the link carries; each has an HTTP status.
    package enum Cause: String, Hashable, Sendable {
        /// The request breaks HTTP's rules.
        case badRequest = "request"
        /// The origin couldn't be reached, or broke off.
        case origin
        /// The origin's answer breaks HTTP's rules.
        case badAnswer = "answer"
        /// The origin took too long.
        case originTimeout = "time"
        /// The link broke, or isn't there.
        case link
        /// The other end had no room for one more request.
        case overloaded = "room"

        /// The status that a client gets where nothing of the answer was sent yet.
        package var status: Int {
            switch self {
            case .badRequest: 400
            case .origin, .badAnswer: 502
            case .originTimeout: 504
            case .link: 527
            case .overloaded: 503
            }
        }
    }

    package var cause: Cause
    /// What happened, in words for who runs the site: names addresses and bounds, so it is for logs only.
    package var message: String
    /// Whether the origin can't have seen the request: then it may be sent again, whatever its method.
    package var requestUnseen: Bool

    package init(_ cause: Cause, _ message: String, requestUnseen: Bool = false) {
        self.cause = cause
        self.message = message
        self.requestUnseen = requestUnseen
    }
}
