package import NIOHTTP1

/// How an origin's body is coded, as far as the listener can undo it.
package enum ContentCoding: Hashable, Sendable {
    case identity, gzip, deflate
    /// One that is passed on as it is, or several in a row.
    case other

    package init(_ fields: HTTPHeaders) {
        let codings = fields["content-encoding"].flatMap { Array(listMembers($0)) }
            .filter { !$0.equalsIgnoringCase("identity") }
        switch codings.first {
        case nil: self = .identity
        case _ where codings.count > 1: self = .other
        case .some(let coding) where coding.equalsIgnoringCase("gzip") || coding.equalsIgnoringCase("x-gzip"):
            self = .gzip
        case .some(let coding): self = coding.equalsIgnoringCase("deflate") ? .deflate : .other
        }
    }

    /// Whether the listener may decode this answer: what comes out must still be a complete, changeable page.
    package static func mayDecode(status: HTTPResponseStatus, answer: HTTPHeaders) -> Bool {
        guard !status.forbidsBody, status != .partialContent, !answer.contains(name: "content-range"),
            !answer.contains(name: "content-digest")
        else { return false }
        return !answer["cache-control"].contains { value in
            listMembers(value).contains { $0.equalsIgnoringCase("no-transform") }
        }
    }

    /// Edits the fields of an answer that was decoded: coding and length go, the ETag becomes weak, Vary names what it depends on.
    package static func editDecoded(_ fields: inout HTTPHeaders) {
        fields.remove(name: "content-encoding")
        fields.remove(name: "content-length")
        fields.remove(name: "accept-ranges")
        fields.weakenETag()
        ClientCompression.addVary(to: &fields)
    }
}
