import Exchange
import NIOCore
import NIOHPACK
package import NIOHTTP1

/// The head of a request on the link.
package struct LinkRequest: Sendable {
    package var method: String
    package var scheme: String
    package var authority: String
    package var target: String
    package var fields: HTTPHeaders
    /// The versions of the page that the sender holds, best first: the first 8 bytes of each one's SHA-256.
    package var offers: [UInt64]
    /// Whether the answer may be kept, and compared with other pages; what else is said of it doesn't matter then.
    package var isCompared: Bool

    package init(
        method: String, scheme: String, authority: String, target: String, fields: HTTPHeaders, offers: [UInt64] = [],
        isCompared: Bool = true
    ) {
        self.method = method
        self.scheme = scheme
        self.authority = authority
        self.target = target
        self.fields = fields
        self.offers = offers
        self.isCompared = isCompared
    }

    /// The most versions that a request may offer.
    package static let maxOffers = 16
}

/// Writes heads: HPACK (RFC 7541), which names repeated fields by number.
///
/// Fields are matched whole, so that nobody can find another one's cookie byte by byte from the length of what they
/// send together. Short secrets are not remembered at all: those could be guessed whole.
struct HeadEncoder {
    private var table: FieldTable
    private var block: [UInt8] = []
    private let maxHeadBytes: Int

    /// - Parameters:
    ///   - tableBytes: The room that the other end has for its table of fields; 64 kB of it are used at most.
    ///   - maxHeadBytes: The longest head that the other end takes, in bytes after decoding.
    init(tableBytes: Int, maxHeadBytes: Int) {
        self.maxHeadBytes = maxHeadBytes
        table = FieldTable(maxBytes: min(tableBytes, 64 * 1024))
    }

    /// How a field that isn't remembered crosses (RFC 7541, section 6.2).
    private enum Literal: UInt8 {
        case remembered = 0x40
        case notRemembered = 0
        /// And no proxy on the way may do so either.
        case neverRemembered = 0x10
    }

    private static func literal(_ name: String, _ value: String) -> Literal {
        switch name.utf8.count {
        case 3 where name == "age", 4 where name == "date" || name == "etag", 5 where name == "range",
            6 where name == "cf-ray", 7 where name == "expires", 9 where name == "x-runtime",
            10 where name == "set-cookie" || name == "x-trace-id" || name == "tracestate",
            11 where name == "traceparent", 12 where name == "x-request-id",
            13 where name == "last-modified" || name == "content-range" || name == "if-none-match",
            14 where name == "content-length", 15 where name == "x-amzn-trace-id",
            16 where name == "x-correlation-id",
            17 where name == "if-modified-since" || name == "sec-websocket-key",
            20 where name == "sec-websocket-accept":
            .notRemembered  // different in each message: these would only push others out
        case 5 where name == ":path", 6 where name == ":error":
            .notRemembered  // targets are as many as there are pages
        case 6 where name == "cookie", 13 where name == "authorization", 19 where name == "proxy-authorization":
            value.utf8.count < minRememberedSecretBytes ? .neverRemembered : .remembered
        default: .remembered
        }
    }

    /// Secrets shorter than this are sent in full each time.
    private static let minRememberedSecretBytes = 20

    private mutating func append(_ name: String, _ value: String) {
        let field = FieldTable.Field(name: name, value: value)
        // Texts beyond ASCII may be equal and yet have other bytes.
        let isASCII = value.utf8Span.isKnownASCII
        if isASCII, let index = table.index(of: field) { return append(index, prefixBits: 7, 0x80) }
        let isLower = !name.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        let wireName = isLower ? name : name.lowercased()
        var literal = Self.literal(wireName, value)
        if literal == .remembered, !isASCII || !table.hasRoom(for: field) { literal = .notRemembered }
        let nameIndex = table.index(ofName: wireName)
        append(nameIndex ?? 0, prefixBits: literal == .remembered ? 6 : 4, literal.rawValue)
        if nameIndex == nil { append(wireName) }
        append(value)
        if literal == .remembered { table.remember(field, wireName: wireName) }
    }

    /// A number after a few bits that say what it is (RFC 7541, section 5.1).
    private mutating func append(_ number: Int, prefixBits: Int, _ kind: UInt8) {
        let most = 1 << prefixBits - 1
        guard number >= most else { return block.append(kind | UInt8(number)) }
        block.append(kind | UInt8(most))
        var rest = number - most
        while rest >= 128 {
            block.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        block.append(UInt8(rest))
    }

    /// A text, in the shorter of both forms.
    private mutating func append(_ text: String) {
        let coded = HuffmanCode.byteCount(text.utf8)
        if coded < text.utf8.count {
            append(coded, prefixBits: 7, 0x80)
            HuffmanCode.append(text.utf8, to: &block)
        } else {
            append(text.utf8.count, prefixBits: 7, 0)
            block.append(contentsOf: text.utf8)
        }
    }

    /// Codes a head into `block`.
    private mutating func code(_ pseudoFields: [(String, String)], _ fields: HTTPHeaders) throws(LinkError) {
        // Before anything is coded, so that the tables of both ends stay alike. RFC 7541 counts 32 bytes more a field.
        let bytes = pseudoFields.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count + 32 }
        let headBytes = fields.reduce(bytes) { $0 + $1.name.utf8.count + $1.value.utf8.count + 32 }
        guard headBytes <= maxHeadBytes else {
            throw LinkError(.originFailed, "a head of \(headBytes) bytes; the other end takes up to \(maxHeadBytes)")
        }
        block.removeAll(keepingCapacity: true)
        for (name, value) in pseudoFields { append(name, value) }
        for (name, value) in fields { append(name, value) }
    }

    /// The payload of a REQUEST frame: the offers, then the head.
    mutating func payload(of request: LinkRequest) throws(LinkError) -> ByteBuffer {
        var payload = ByteBuffer()
        payload.writeVarint(UInt64(request.offers.count))
        for offer in request.offers { payload.writeInteger(offer) }
        try code(
            [
                (":method", request.method), (":scheme", request.scheme), (":authority", request.authority),
                (":path", request.target),
            ], request.fields)
        payload.writeBytes(block)
        return payload
    }

    /// The payload of a RESPONSE frame: report, page, and the head.
    mutating func payload(of answer: Answer, failure: ExchangeFailure? = nil) throws(LinkError) -> ByteBuffer {
        var payload = ByteBuffer()
        payload.writeInteger(answer.report.flags)
        payload.writeVarint(min(answer.report.microseconds, 1 << 60))
        if let page = answer.page {
            payload.writeVarint(UInt64(page.base.map { $0 + 1 } ?? 0) << 1 | (page.isKept ? 1 : 0))
            payload.writeInteger(page.check.high)
            payload.writeInteger(page.check.low)
            payload.writeVarint(UInt64(page.pageBytes))
        }
        var pseudoFields = [(":status", String(answer.head.status.code))]
        if let failure { pseudoFields += [(":cause", failure.cause.rawValue), (":error", failure.message)] }
        try code(pseudoFields, answer.head.headers)
        payload.writeBytes(block)
        return payload
    }

    /// The payload of a TRAILERS frame.
    mutating func payload(ofTrailers trailers: HTTPHeaders) throws(LinkError) -> ByteBuffer {
        try code([], trailers)
        return ByteBuffer(bytes: block)
    }
}

/// Reads heads, and judges what a peer sends as strictly as what a client sends.
struct HeadDecoder {
    private var hpack: HPACKDecoder

    init(tableBytes: Int, maxHeadBytes: Int) {
        hpack = HPACKDecoder(
            allocator: ByteBufferAllocator(), maxDynamicTableSize: tableBytes, maxHeaderListSize: maxHeadBytes)
    }

    private mutating func decode(
        _ block: inout ByteBuffer, pseudo take: (_ name: String, _ value: String) throws(LinkError) -> Void
    ) throws(LinkError) -> HTTPHeaders {
        let decoded: HPACKHeaders
        do { decoded = try hpack.decodeHeaders(from: &block) } catch { throw .violation("a damaged head: \(error)") }
        var fields: [(String, String)] = []
        fields.reserveCapacity(decoded.count)
        for (name, value, _) in decoded {
            guard FieldSyntax.isValue(value) else { throw .violation("field \(name.prefix(64)) has a forbidden byte") }
            if name.utf8.first == UInt8(ascii: ":") {
                guard fields.isEmpty else { throw .violation("\(name.prefix(64)) comes after a field") }
                try take(name, value)
            } else {
                guard FieldSyntax.isName(name) else { throw .violation("a field's name has a forbidden byte") }
                fields.append((name, value))
            }
        }
        return HTTPHeaders(fields)
    }

    /// Reads the payload of a REQUEST frame.
    mutating func request(_ payload: inout ByteBuffer) throws(LinkError) -> LinkRequest {
        guard let count = payload.readVarint(), count <= LinkRequest.maxOffers else {
            throw .violation("a request without a count of offers, or over \(LinkRequest.maxOffers)")
        }
        var offers: [UInt64] = []
        for _ in 0..<count {
            guard let offer: UInt64 = payload.readInteger() else {
                throw .violation("a request ends within its offers")
            }
            offers.append(offer)
        }
        var (method, scheme, authority, target): (String?, String?, String?, String?)
        let fields = try decode(&payload) { name, value throws(LinkError) in
            switch name {
            case ":method" where method == nil: method = value
            case ":scheme" where scheme == nil: scheme = value
            case ":authority" where authority == nil: authority = value
            case ":path" where target == nil: target = value
            default: throw .violation("\(name.prefix(64)) in a request, or twice")
            }
        }
        guard let method, let scheme, let authority, let target else {
            throw .violation("a request without method, scheme, authority or path")
        }
        guard FieldSyntax.isName(method) else { throw .violation("a method with a forbidden byte") }
        guard scheme == "http" || scheme == "https" else {
            throw .violation("a request with scheme \(scheme.prefix(16))")
        }
        guard authority.isEmpty || FieldSyntax.isVisible(authority) else {
            throw .violation("an authority with a forbidden byte")
        }
        guard FieldSyntax.isVisible(target) else { throw .violation("a target with a forbidden byte") }
        return LinkRequest(
            method: method, scheme: scheme, authority: authority, target: target, fields: fields, offers: offers)
    }

    /// Reads the payload of a RESPONSE frame: the answer, or the failure that it stands for.
    mutating func answer(
        _ payload: inout ByteBuffer, isPage: Bool
    ) throws(LinkError) -> (answer: Answer, failure: ExchangeFailure?) {
        guard let flags: UInt8 = payload.readInteger(), let microseconds = payload.readVarint() else {
            throw .violation("an answer ends within its report")
        }
        var page: PageTransfer?
        if isPage {
            guard let base = payload.readVarint(), let high: UInt64 = payload.readInteger(),
                let low: UInt64 = payload.readInteger(), let bytes = payload.readVarint()
            else { throw .violation("an answer ends within its page's description") }
            guard base >> 1 <= LinkRequest.maxOffers, bytes <= UInt64(Int32.max) else {
                throw .violation("a page of \(bytes) bytes, or from offer \(base >> 1)")
            }
            page = PageTransfer(
                base: base >> 1 == 0 ? nil : Int(base >> 1) - 1, isKept: base & 1 == 1,
                check: PageCheck(high: high, low: low), pageBytes: Int(bytes))
        }
        var (status, cause, error): (Int?, String?, String?)
        let fields = try decode(&payload) { name, value throws(LinkError) in
            switch name {
            case ":status" where status == nil: status = Int(value)
            case ":cause" where cause == nil: cause = value
            case ":error" where error == nil: error = value
            default: throw .violation("\(name.prefix(64)) in an answer, or twice")
            }
        }
        guard let status, (100...999).contains(status) else { throw .violation("an answer without a valid status") }
        let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: fields)
        // A cause of a newer listener is one behind the link in any case.
        let failure = error.map { ExchangeFailure(cause.flatMap(ExchangeFailure.Cause.init) ?? .origin, $0) }
        return (Answer(head: head, page: page, report: OriginReport(flags: flags, microseconds: microseconds)), failure)
    }

    /// Reads the payload of a TRAILERS frame.
    mutating func trailers(_ payload: inout ByteBuffer) throws(LinkError) -> HTTPHeaders {
        try decode(&payload) { name, _ throws(LinkError) in throw .violation("\(name.prefix(64)) in trailers") }
    }
}

/// Which bytes heads may have: what would be another message in HTTP/1 never passes.
enum FieldSyntax {
    /// A token of RFC 9110, section 5.6.2.
    static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
                    UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^")...UInt8(ascii: "`"), UInt8(ascii: "|"),
                    UInt8(ascii: "~"):
                    true
                default: false
                }
            }
    }

    /// A field's value: no control bytes but tab.
    static func isValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 9 }
    }

    /// Neither control bytes nor spaces, and at least one byte.
    static func isVisible(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f } }
}
