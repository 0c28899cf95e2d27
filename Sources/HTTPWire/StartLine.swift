internal import HTTPRules
internal import NIOHTTP1

/// The first line of a message (RFC 9112, sections 3 and 4), without its line end.
enum StartLine {
    struct Request {
        var method: HTTPMethod
        var target: String
        var version: HTTPVersion
    }

    struct Status {
        var status: HTTPResponseStatus
        var version: HTTPVersion
    }

    static func request(_ line: Span<UInt8>, limits: HeadLimits) throws(WireError) -> Request {
        var first = 0
        while first < line.count, line[first].isTokenByte { first += 1 }
        guard first > 0, first < line.count, line[first] == space else {
            throw .bad("the request does not begin with a method")
        }
        var last = first + 1
        while last < line.count, line[last] > space, line[last] < 0x7F { last += 1 }
        guard last > first + 1, last < line.count, line[last] == space else {
            throw .bad("the request line is not made of a method, an address and a version")
        }
        guard last - first - 1 <= limits.targetBytes else { throw tooLongTarget(limits) }
        let version = try version(line.extracting((last + 1)...), offending: .httpVersionNotSupported)
        return Request(
            method: method(line.extracting(0..<first)),
            target: FieldText.string(line.extracting((first + 1)..<last)), version: version)
    }

    static func status(_ line: Span<UInt8>) throws(WireError) -> Status {
        guard line.count >= 12 else { throw .bad("the answer does not begin with a status line") }
        let version = try version(line.extracting(0..<8), offending: .badGateway)
        guard line[8] == space, line[9].isDigit, line[10].isDigit, line[11].isDigit, line[9] != UInt8(ascii: "0") else {
            throw .bad("the answer's status is not three digits")
        }
        // The space before an absent reason is often left out.
        guard line.count == 12 || line[12] == space else { throw .bad("the answer's status is not three digits") }
        for index in 12..<line.count where !line[index].isFieldValueByte {
            throw .bad("the answer's status line has a control character")
        }
        let code = Int(line[9] - 48) * 100 + Int(line[10] - 48) * 10 + Int(line[11] - 48)
        let known = HTTPResponseStatus(statusCode: code)
        guard case .custom = known, line.count > 13 else { return Status(status: known, version: version) }
        let reason = FieldText.string(line.extracting(13...))
        return Status(status: .custom(code: UInt(code), reasonPhrase: reason), version: version)
    }

    static func tooLongTarget(_ limits: HeadLimits) -> WireError {
        WireError(.uriTooLong, "the address is longer than \(limits.targetBytes) bytes")
    }

    private static let space = UInt8(ascii: " ")

    /// `HTTP/1.x`: what is above 1.1 is understood as 1.1 (RFC 9110, 2.5).
    private static func version(
        _ text: Span<UInt8>, offending: HTTPResponseStatus
    ) throws(WireError) -> HTTPVersion {
        let prefix: StaticString = "HTTP/"
        guard text.count == 8, text[5].isDigit, text[6] == UInt8(ascii: "."), text[7].isDigit,
            text.indices.prefix(5).allSatisfy({ unsafe prefix.utf8Start[$0] == text[$0] })
        else { throw .bad("the version is not HTTP/1.0 or HTTP/1.1") }
        guard text[5] == UInt8(ascii: "1") else {
            throw WireError(offending, "the version is not HTTP/1.0 or HTTP/1.1")
        }
        return text[7] == UInt8(ascii: "0") ? .http1_0 : .http1_1
    }

    /// The four usual methods without comparing Strings; any other token as it stands.
    private static func method(_ text: Span<UInt8>) -> HTTPMethod {
        switch (text.count, text[0]) {
        case (3, UInt8(ascii: "G")) where text[1] == UInt8(ascii: "E") && text[2] == UInt8(ascii: "T"): .GET
        default: HTTPMethod(rawValue: FieldText.string(text))
        }
    }
}
