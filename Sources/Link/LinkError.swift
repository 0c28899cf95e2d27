/// Why a link, or one stream of it, was given up.
package struct LinkError: Error, Hashable, Sendable {
    /// What went wrong; the number is what RESET and GOAWAY carry.
    package enum Code: UInt8, Hashable, Sendable {
        /// No error: the end of a link that drains, or a request that nobody waits for any more.
        case cancelled = 0
        /// The other end broke the rules of the link.
        case protocolViolation = 1
        /// The stream was not looked at: the request may be sent again elsewhere.
        case refused = 2
        /// The origin broke off after its answer had begun.
        case originFailed = 3
        /// The other end is no rg-sender or rg-listener, or speaks another version.
        case foreignPeer = 4
        /// The other end didn't answer a ping.
        case silent = 5
        /// The connection ended.
        case closed = 6
        /// The other end may not be here, and isn't told why; never on the wire.
        case shutOut = 7
    }

    package var code: Code
    /// What happened, in words.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    static func violation(_ message: String) -> LinkError { LinkError(.protocolViolation, message) }
}
