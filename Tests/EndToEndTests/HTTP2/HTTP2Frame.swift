/// One frame of HTTP/2 (RFC 9113, section 4.1), whatever it holds.
struct HTTP2Frame: Sendable {
    enum Kind {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let priority: UInt8 = 2
        static let reset: UInt8 = 3
        static let settings: UInt8 = 4
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
        static let windowUpdate: UInt8 = 8
        static let continuation: UInt8 = 9
    }

    static let endStream: UInt8 = 1
    static let acknowledges: UInt8 = 1
    static let endHeaders: UInt8 = 4

    var kind: UInt8
    var flags: UInt8 = 0
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    var bytes: [UInt8] {
        let length = payload.count
        return [UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255), kind, flags]
            + Self.word(stream) + payload
    }

    /// The number in four bytes of the payload.
    func number(at start: Int = 0) -> UInt32 { payload.dropFirst(start).prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }

    static func word(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(number >> (24 - 8 * $0) & 255) } }

    static func headers(
        _ fields: [(String, String)], stream: UInt32 = 1, end: Bool = true, endHeaders: Bool = true
    ) -> HTTP2Frame {
        HTTP2Frame(
            kind: Kind.headers, flags: (end ? endStream : 0) | (endHeaders ? Self.endHeaders : 0), stream: stream,
            payload: block(fields))
    }

    static func continuation(_ fields: [(String, String)], stream: UInt32 = 1, endHeaders: Bool) -> HTTP2Frame {
        HTTP2Frame(
            kind: Kind.continuation, flags: endHeaders ? Self.endHeaders : 0, stream: stream, payload: block(fields))
    }

    static func data(_ text: String, stream: UInt32 = 1, end: Bool) -> HTTP2Frame {
        HTTP2Frame(kind: Kind.data, flags: end ? endStream : 0, stream: stream, payload: [UInt8](latin1: text))
    }

    static func reset(stream: UInt32, code: UInt32 = 8) -> HTTP2Frame {
        HTTP2Frame(kind: Kind.reset, stream: stream, payload: word(code))
    }

    static func settings(_ settings: [(UInt16, UInt32)]) -> HTTP2Frame {
        HTTP2Frame(
            kind: Kind.settings,
            payload: settings.flatMap { [UInt8($0.0 >> 8), UInt8($0.0 & 255)] + word($0.1) })
    }

    static func ping() -> HTTP2Frame { HTTP2Frame(kind: Kind.ping, payload: [UInt8](repeating: 7, count: 8)) }

    static func priority(stream: UInt32) -> HTTP2Frame {
        HTTP2Frame(kind: Kind.priority, stream: stream, payload: [0, 0, 0, 0, 15])
    }

    static func windowUpdate(stream: UInt32 = 0, by byteCount: Int) -> HTTP2Frame {
        HTTP2Frame(kind: Kind.windowUpdate, stream: stream, payload: word(UInt32(byteCount)))
    }

    /// Fields as HPACK takes them without a table or Huffman's code: so each byte of them can be wrong.
    static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { name, value in [0] + text(name) + text(value) }
    }

    private static func text(_ text: String) -> [UInt8] {
        let bytes = [UInt8](latin1: text)
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var (rest, length) = (bytes.count - 127, [UInt8(127)])
        while rest >= 128 {
            length.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return length + [UInt8(rest)] + bytes
    }
}
