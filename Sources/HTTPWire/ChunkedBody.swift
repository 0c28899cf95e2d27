internal import NIOHTTP1
internal import HTTPRules
internal import NIOCore

/// Reads a chunked body (RFC 9112, section 7.1): strict in what surrounds the bytes, which go on without a copy.
struct ChunkedBody {
    enum Part {
        case bytes(ByteBuffer)
        case end(HTTPHeaders?)
    }

    private enum State {
        case size
        case data(left: Int)
        case dataEnd
        case trailers([(String, String)], bytes: Int)
    }

    private var state = State.size
    private var lines = LineReader()

    /// The next part that is complete; nil if more bytes are needed.
    ///
    /// Trailers that are forbidden are left out.
    mutating func next(_ buffer: inout ByteBuffer, limits: HeadLimits) throws(WireError) -> Part? {
        while true {
            switch state {
            case .size:
                let tooLong = WireError.bad("a chunk's size line is longer than \(limits.chunkLineBytes) bytes")
                guard let length = try lines.nextLine(in: buffer, limit: limits.chunkLineBytes, tooLong: tooLong) else {
                    return nil
                }
                let size = try Self.size(buffer.readableBytesUInt8Span.extracting(0..<length))
                buffer.moveReaderIndex(forwardBy: length + 2)
                state = size == 0 ? .trailers([], bytes: 0) : .data(left: size)
            case .data(let left):
                guard let bytes = buffer.readSlice(length: min(left, buffer.readableBytes)), bytes.readableBytes > 0
                else { return nil }
                state = bytes.readableBytes == left ? .dataEnd : .data(left: left - bytes.readableBytes)
                return .bytes(bytes)
            case .dataEnd:
                guard let first = buffer.peekInteger(as: UInt8.self) else { return nil }
                let pair = buffer.peekInteger(as: UInt16.self)
                guard first == 0x0D, pair == nil || pair == 0x0D0A else {
                    throw .bad("a chunk is longer than its size says")
                }
                guard pair != nil else { return nil }
                buffer.moveReaderIndex(forwardBy: 2)
                state = .size
            case .trailers(var fields, let bytes):
                let tooMany = WireError(.requestHeaderFieldsTooLarge, "the trailers are too large")
                guard
                    let length = try lines.nextLine(in: buffer, limit: limits.headBytes - bytes, tooLong: tooMany)
                else { return nil }
                if length > 0 {
                    fields.append(try FieldLine.parse(buffer.readableBytesUInt8Span.extracting(0..<length)))
                    guard fields.count <= limits.fieldCount else { throw tooMany }
                }
                buffer.moveReaderIndex(forwardBy: length + 2)
                state = .trailers(fields, bytes: bytes + length + 2)
                if length == 0 { return .end(fields.isEmpty ? nil : TrailerRules.allowed(HTTPHeaders(fields))) }
            }
        }
    }

    /// The size in hex digits; extensions after a semicolon are skipped.
    private static func size(_ line: Span<UInt8>) throws(WireError) -> Int {
        var (size, index) = (0, 0)
        while index < line.count, let digit = hexDigit(line[index]) {
            guard size < 1 << 56 else { throw .bad("a chunk's size is out of range") }
            size = size << 4 | digit
            index += 1
        }
        guard index > 0, index == line.count || line[index] == UInt8(ascii: ";") else {
            throw .bad("a chunk's size is not made of hex digits")
        }
        while index < line.count {
            guard line[index].isFieldValueByte else { throw .bad("a chunk's extension has a control character") }
            index += 1
        }
        return size
    }

    private static func hexDigit(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}
