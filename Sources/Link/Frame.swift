import NIOCore

/// The kinds of frames.
///
/// A frame is a byte of kind and flags, the stream, the payload's length, and the payload.
///
/// `docs/formats/link.md` describes each byte by byte.
enum FrameKind: UInt8 {
    case settings = 0
    case request = 1
    case response = 2
    case data = 3
    case trailers = 4
    case reset = 5
    case credit = 6
    case ping = 7
    case goAway = 8
    case padding = 9
}

/// The four flags of a frame's first byte; what each means depends on the kind.
struct FrameFlags: OptionSet, Hashable {
    var rawValue: UInt8

    /// REQUEST, RESPONSE, DATA: nothing follows in this direction.
    static let end = FrameFlags(rawValue: 1)
    /// REQUEST: the answer is not to be kept, nor compared with others.
    static let uncompared = FrameFlags(rawValue: 2)
    /// RESPONSE: the body is a page, coded as a delta.
    static let page = FrameFlags(rawValue: 2)
    /// RESPONSE: interim, another one follows.
    static let interim = FrameFlags(rawValue: 4)
    /// RESPONSE: the body comes in blocks.
    static let blocks = FrameFlags(rawValue: 8)
    /// PING: the answer to one.
    static let answer = FrameFlags(rawValue: 1)
}

/// One frame as it came.
struct Frame {
    /// The kind's number; kinds that this version doesn't know are skipped.
    var kind: UInt8
    var flags: FrameFlags
    var stream: UInt32
    var payload: ByteBuffer

    /// The longest payload that is taken, in bytes: a head of the largest kind, or many times a piece of body.
    static let maxPayloadBytes = 1 << 20
    /// The longest piece of body in one frame: small, so that others' frames wait little.
    static let maxDataBytes = 16 * 1024

    /// The bytes of a frame without its payload.
    static func headBytes(stream: UInt32, payloadBytes: Int) -> Int {
        1 + ByteBuffer.varintBytes(UInt64(stream)) + ByteBuffer.varintBytes(UInt64(payloadBytes))
    }

    /// The bytes of a frame that pads, without its payload: always the same, so that they tell nothing either.
    static func paddingHeadBytes(stream: UInt32) -> Int { 1 + ByteBuffer.varintBytes(UInt64(stream)) + 2 }

    /// Takes the next frame off `buffer`; `nil` where it isn't complete yet.
    static func read(from buffer: inout ByteBuffer) throws(LinkError) -> Frame? {
        let start = buffer.readerIndex
        guard let first: UInt8 = buffer.readInteger(), let stream = buffer.readVarint(),
            let length = buffer.readVarint()
        else {
            buffer.moveReaderIndex(to: start)
            return nil
        }
        guard stream <= 0x3fff_ffff else {
            throw .violation("a frame for stream \(stream), allowed are up to 2^30 - 1")
        }
        guard length <= maxPayloadBytes else {
            throw .violation("a frame of \(length) bytes, allowed are up to \(maxPayloadBytes)")
        }
        guard let payload = buffer.readSlice(length: Int(length)) else {
            buffer.moveReaderIndex(to: start)
            return nil
        }
        return Frame(
            kind: first & 15, flags: FrameFlags(rawValue: first >> 4), stream: UInt32(stream), payload: payload)
    }
}

extension ByteBuffer {
    /// Writes everything of a frame but its payload.
    mutating func writeFrameHeader(
        _ kind: FrameKind, flags: FrameFlags = [], stream: UInt32 = 0, payloadBytes: Int
    ) {
        writeInteger(kind.rawValue | flags.rawValue << 4)
        writeVarint(UInt64(stream))
        writeVarint(UInt64(payloadBytes))
    }

    /// Writes a frame of bytes that say nothing, up to 16,383 of them; see ``Frame/paddingHeadBytes(stream:)``.
    mutating func writePadding(stream: UInt32, byteCount: Int) {
        writeInteger(FrameKind.padding.rawValue)
        writeVarint(UInt64(stream))
        writeInteger(UInt16(byteCount) | 1 << 14)
        writeRepeatingByte(0, count: byteCount)
    }

    /// Writes a whole frame.
    mutating func writeFrame(_ kind: FrameKind, flags: FrameFlags = [], stream: UInt32 = 0, payload: ByteBuffer) {
        writeFrameHeader(kind, flags: flags, stream: stream, payloadBytes: payload.readableBytes)
        writeImmutableBuffer(payload)
    }
}
