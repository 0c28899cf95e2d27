package import NIOHTTP1

/// Which bodies that are no pages are worth compressing on the link.
///
/// The client gets them as the origin made them: this concerns no field.
package enum LinkCompression {
    /// Below this many bytes there is little to save.
    private static let minimumBytes = 512

    /// Whether an answer has a body of a text kind that isn't compressed yet; event streams are such too.
    package static func isWorthwhile(method: HTTPMethod, status: HTTPResponseStatus, answer: HTTPHeaders) -> Bool {
        guard method != .HEAD, !status.forbidsBody, ContentCoding(answer) == .identity,
            let type = answer.first(name: "content-type"), MediaType(contentType: type).isText
        else { return false }
        return answer.first(name: "content-length").flatMap { Int($0) }.map { $0 >= minimumBytes } ?? true
    }
}
