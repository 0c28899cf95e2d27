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

    package init(
        method: String, scheme: String, authority: String, target: String, fields: HTTPHeaders, offers: [UInt64] = []
    ) {
        self.method = method
        self.scheme = scheme
        self.authority = authority
        self.target = target
        self.fields = fields
        self.offers = offers
    }

    /// The most versions that a request may offer.
    package static let maxOffers = 16
}

/// Writes heads: HPACK (RFC 7541), which names repeated fields by number.
///
/// Fields are matched whole, so that nobody can find another one's cookie byte by byte from the length of what they
/// send together. Short secrets are not remembered at all: those could be guessed whole.
struct HeadEncoder {
    private var hpack: HPACKEncoder
    private let allocator = ByteBufferAllocator()
    private let maxHeadBytes: Int

    /// - Parameters:
    ///   - tableBytes: The room that the other end has for its table of fields; 64 kB of it are used at most.
    ///   - maxHeadBytes: The longest head that the other end takes, in bytes after decoding.
    init(tableBytes: Int, maxHeadBytes: Int) {
        self.maxHeadBytes = maxHeadBytes
        hpack = HPACKEncoder(allocator: allocator, maxDynamicTableSize: min(tableBytes, 64 * 1024))
    }

    /// Whether values of a field are different in each message: remembering them would only push others out.
    private static func isUnique(_ name: String) -> Bool {
        switch name.utf8.count {
        case 3: name == "age"
        case 4: name == "date" || name == "etag"
        case 5: name == "range"
        case 6: name == "cf-ray"
        case 7: name == "expires"
        case 9: name == "x-runtime"
        case 10: name == "set-cookie" || name == "x-trace-id" || name == "tracestate"
        case 11: name == "traceparent"
        case 12: name == "x-request-id"
        case 13: name == "last-modified" || name == "content-range" || name == "if-none-match"
        case 14: name == "content-length"
        case 15: name == "x-amzn-trace-id"
        case 16: name == "x-correlation-id"
        case 17: name == "if-modified-since" || name == "sec-websocket-key"
        case 20: name == "sec-websocket-accept"
        default: false
        }
    }

    /// Secrets shorter than this are sent in full each time.
    private static let minRememberedSecretBytes = 20

    private mutating func append(_ name: String, _ value: String) throws(LinkError) {
        do {
            switch name {
            case "cookie", "authorization", "proxy-authorization":
                if value.utf8.count < Self.minRememberedSecretBytes {
                    try hpack.appendNeverIndexed(header: name, value: value)
                } else {
                    try hpack.append(header: name, value: value)
                }
            case let name where Self.isUnique(name):
                try hpack.appendNonIndexed(header: name, value: value)
            default:
                try hpack.append(header: name, value: value)
            }
        } catch {
            throw LinkError(.protocolViolation, "a head can't be coded: \(error)")
        }
    }

    private mutating func code(
        _ pseudoFields: [(String, String)], _ fields: HTTPHeaders
    ) throws(LinkError) -> ByteBuffer {
        // Before anything is coded, so that the tables of both ends stay alike. RFC 7541 counts 32 bytes more a field.
        let bytes = pseudoFields.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count + 32 }
        let headBytes = fields.reduce(bytes) { $0 + $1.name.utf8.count + $1.value.utf8.count + 32 }
        guard headBytes <= maxHeadBytes else {
            throw LinkError(.originFailed, "a head of \(headBytes) bytes; the other end takes up to \(maxHeadBytes)")
        }
        do { try hpack.beginEncoding(allocator: allocator) } catch { throw .violation("HPACK: \(error)") }
        for (name, value) in pseudoFields {
            // Targets are as many as there are pages: those would push all else out of the table.
            if name == ":path" || name == ":error" {
                do { try hpack.appendNonIndexed(header: name, value: value) } catch {
                    throw .violation("HPACK: \(error)")
                }
            } else {
                try append(name, value)
            }
        }
        for (name, value) in fields {
            let isLower = !name.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
            try append(isLower ? name : name.lowercased(), value)
        }
        do { return try hpack.endEncoding() } catch { throw .violation("HPACK: \(error)") }
    }

    /// The payload of a REQUEST frame: the offers, then the head.
    mutating func payload(of request: LinkRequest) throws(LinkError) -> ByteBuffer {
        var payload = ByteBuffer()
        payload.writeVarint(UInt64(request.offers.count))
        for offer in request.offers { payload.writeInteger(offer) }
        var block = try code(
            [
                (":method", request.method), (":scheme", request.scheme), (":authority", request.authority),
                (":path", request.target),
            ], request.fields)
        payload.writeBuffer(&block)
        return payload
    }

    /// The payload of a RESPONSE frame: report, page, and the head.
    mutating func payload(of answer: Answer, error: String? = nil) throws(LinkError) -> ByteBuffer {
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
        if let error { pseudoFields.append((":error", error)) }
        var block = try code(pseudoFields, answer.head.headers)
        payload.writeBuffer(&block)
        return payload
    }

    /// The payload of a TRAILERS frame.
    mutating func payload(ofTrailers trailers: HTTPHeaders) throws(LinkError) -> ByteBuffer { try code([], trailers) }
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
    ) throws(LinkError) -> (answer: Answer, error: String?) {
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
        var (status, error): (Int?, String?)
        let fields = try decode(&payload) { name, value throws(LinkError) in
            switch name {
            case ":status" where status == nil: status = Int(value)
            case ":error" where error == nil: error = value
            default: throw .violation("\(name.prefix(64)) in an answer, or twice")
            }
        }
        guard let status, (100...999).contains(status) else { throw .violation("an answer without a valid status") }
        let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: fields)
        return (Answer(head: head, page: page, report: OriginReport(flags: flags, microseconds: microseconds)), error)
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
