package import NIOHTTP1

/// Why bytes are not an HTTP message.
///
/// The connection can't be used any more.
package struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What to answer a client: 400, 414, 431, 501 or 505.
    ///
    /// An origin's fault is a 502 whatever this says.
    package let status: HTTPResponseStatus
    /// In plain words, for an error page and the log.
    package let reason: String
    /// Nothing was wrong but that the bytes ended.
    package let isCut: Bool

    package init(_ status: HTTPResponseStatus, _ reason: String, isCut: Bool = false) {
        self.status = status
        self.reason = reason
        self.isCut = isCut
    }

    static func bad(_ reason: String) -> WireError { WireError(.badRequest, reason) }

    static func cut(_ reason: String) -> WireError { WireError(.badRequest, reason, isCut: true) }

    package var description: String { "\(status.code): \(reason)" }
}
