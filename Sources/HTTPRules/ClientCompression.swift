package import NIOHTTP1

/// Whether the sender may compress a body for its client, and what the fields must then say (RFC 9110).
package struct ClientCompression: Hashable, Sendable {
    package enum Decision: Hashable, Sendable {
        /// Compress with gzip, and say so.
        case compress
        /// Don't: this client does not want it, another would: say that.
        case varyOnly
        /// Don't, for nobody.
        case leave
    }

    /// Below this many bytes, gzip costs more than it saves.
    package let minimumBytes: Int

    package init(minimumBytes: Int = 512) { self.minimumBytes = minimumBytes }

    /// - `bytes`: The body's length; nil if it isn't known yet.
    package func decide(
        request: HTTPHeaders, method: HTTPMethod, status: HTTPResponseStatus, answer: HTTPHeaders, bytes: Int?
    ) -> Decision {
        guard isCompressible(status: status, answer: answer, bytes: bytes), method != .CONNECT else { return .leave }
        guard AcceptEncoding(request["accept-encoding"]).acceptsGzip else { return .varyOnly }
        return .compress
    }

    private func isCompressible(status: HTTPResponseStatus, answer: HTTPHeaders, bytes: Int?) -> Bool {
        // 206 and 304 must match what another answer to the same address would have said.
        guard !status.forbidsBody, status != .partialContent, status != .rangeNotSatisfiable else { return false }
        if let bytes, bytes < minimumBytes { return false }
        var isText = false
        for (name, value) in answer {
            switch name.utf8.count {
            case 12 where name.equalsIgnoringCase("content-type"):
                let type = MediaType(contentType: value)
                isText = type.isText && !type.isEventStream  // events would wait in the compressor's window
            case 13 where name.equalsIgnoringCase("content-range"): return false
            case 13 where name.equalsIgnoringCase("cache-control"):
                if listMembers(value).contains(where: { $0.equalsIgnoringCase("no-transform") }) { return false }
            case 16 where name.equalsIgnoringCase("content-encoding"): return false
            case 14 where name.equalsIgnoringCase("content-digest"): return false  // it is over the bytes as sent
            default: continue
            }
        }
        return isText
    }

    /// Edits the fields of an answer that is compressed on the way: coding, length, validator and Vary.
    package static func edit(_ fields: inout HTTPHeaders) {
        fields.remove(name: "content-length")
        fields.remove(name: "accept-ranges")  // ranges of the compressed bytes can't be had
        fields.add(name: "Content-Encoding", value: "gzip")
        fields.weakenETag()
        addVary(to: &fields)
    }

    /// Says that the answer depends on Accept-Encoding, unless it says so or `*` already.
    package static func addVary(to fields: inout HTTPHeaders) {
        let named = fields["vary"].contains { value in
            listMembers(value).contains { $0 == "*" || $0.equalsIgnoringCase("accept-encoding") }
        }
        if !named { fields.add(name: "Vary", value: "Accept-Encoding") }
    }
}

extension HTTPHeaders {
    /// Makes a strong ETag weak: the bytes are no longer those that it names.
    package mutating func weakenETag() {
        guard let tag = first(name: "etag"), tag.utf8.first == UInt8(ascii: "\"") else { return }
        replaceOrAdd(name: "ETag", value: "W/" + tag)
    }
}

extension ClientCompression.Decision {
    /// Has an answer's fields say what was decided.
    package func edit(_ fields: inout HTTPHeaders) {
        switch self {
        case .compress: ClientCompression.edit(&fields)
        case .varyOnly: ClientCompression.addVary(to: &fields)
        case .leave: break
        }
    }
}
