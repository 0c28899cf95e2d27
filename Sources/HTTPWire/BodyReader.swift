internal import HTTPRules
internal import NIOCore
internal import NIOHTTP1

/// Reads one body of any framing.
enum BodyReader {
    case none
    case length(left: Int)
    case chunked(ChunkedBody)
    case untilClose

    init(_ framing: BodyFraming) {
        switch framing {
        case .none, .length(0): self = .none
        case .length(let bytes): self = .length(left: bytes)
        case .chunked: self = .chunked(ChunkedBody())
        case .untilClose: self = .untilClose
        }
    }

    /// The next part that is complete; nil if more bytes are needed.
    mutating func next(_ buffer: inout ByteBuffer, limits: HeadLimits) throws(WireError) -> ChunkedBody.Part? {
        switch self {
        case .none: return .end(nil)
        case .length(let left):
            guard let bytes = buffer.readSlice(length: min(left, buffer.readableBytes)), bytes.readableBytes > 0 else {
                return nil
            }
            self = left == bytes.readableBytes ? .none : .length(left: left - bytes.readableBytes)
            return .bytes(bytes)
        case .chunked(var body):
            defer { self = .chunked(body) }
            return try body.next(&buffer, limits: limits)
        case .untilClose:
            guard buffer.readableBytes > 0 else { return nil }
            defer { buffer.clear() }
            return .bytes(buffer)
        }
    }
}
