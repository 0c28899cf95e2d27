package import NIOHTTP1

/// How the end of a body is found (RFC 9112, section 6.3).
package enum BodyFraming: Hashable, Sendable {
    case none
    /// In bytes.
    case length(Int)
    case chunked
    /// Until the connection ends: only answers.
    case untilClose
}

/// Fields that leave it open where a body ends.
///
/// Always fatal for the connection: this is how requests are smuggled.
package struct FramingFault: Error, Hashable, Sendable {
    /// The status for a client; an origin's fault is a 502 whatever this says.
    package let status: HTTPResponseStatus
    package let reason: String
}

extension BodyFraming {
    /// The framing of a request's body.
    package init(request fields: HTTPHeaders, version: HTTPVersion) throws(FramingFault) {
        self = try Self.declared(by: fields, version: version) ?? .none
    }

    /// The framing of an answer's body.
    ///
    /// - `requestMethod`: What was asked: the answer to HEAD has no body, whatever its fields say.
    package init(
        answer fields: HTTPHeaders, status: HTTPResponseStatus, version: HTTPVersion, requestMethod: HTTPMethod
    ) throws(FramingFault) {
        let declared = try Self.declared(by: fields, version: version)
        self = status.forbidsBody || requestMethod == .HEAD ? .none : declared ?? .untilClose
    }

    private static func declared(by fields: HTTPHeaders, version: HTTPVersion) throws(FramingFault) -> BodyFraming? {
        var (length, coding): (String?, String?)
        for (name, value) in fields {
            switch name.utf8.count {
            case 14 where name.equalsIgnoringCase("content-length"):
                guard length == nil else { throw .bad("there is more than one Content-Length") }
                length = value
            case 17 where name.equalsIgnoringCase("transfer-encoding"):
                guard coding == nil else { throw .bad("there is more than one Transfer-Encoding") }
                coding = value
            default: continue
            }
        }
        if let coding {
            // RFC 9112, 6.1 and 6.3: each of these is how two parsers come to see two different bodies.
            guard length == nil else { throw .bad("there are both Content-Length and Transfer-Encoding") }
            guard version >= .http1_1 else { throw .bad("HTTP/1.0 has no Transfer-Encoding") }
            guard coding.equalsIgnoringCase("chunked") else {
                throw FramingFault(
                    status: .notImplemented, reason: "the only Transfer-Encoding understood here is chunked")
            }
            return .chunked
        }
        guard let length else { return nil }
        guard let bytes = parseLength(length) else { throw .bad("Content-Length is not a number of bytes") }
        return .length(bytes)
    }

    /// Digits only, up to `Int.max`: `Int("+5")` would be 5.
    private static func parseLength(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy(\.isDigit) else { return nil }
        return Int(text)
    }
}

extension FramingFault {
    fileprivate static func bad(_ reason: String) -> FramingFault { FramingFault(status: .badRequest, reason: reason) }
}

extension HTTPResponseStatus {
    /// Answers that never have a body: 1xx, 204, 304.
    package var forbidsBody: Bool { code < 200 || code == 204 || code == 304 }
}

extension HTTPVersion {
    package static func >= (left: HTTPVersion, right: HTTPVersion) -> Bool {
        (left.major, left.minor) >= (right.major, right.minor)
    }
}
