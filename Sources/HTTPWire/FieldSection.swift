internal import NIOCore
internal import NIOHTTP1

/// Collects the field lines of one head up to the empty line.
struct FieldSection {
    private var fields: [(String, String)] = []
    private var bytes: Int
    private var lines = LineReader()

    /// - `startLineBytes`: They count against the head's limit.
    init(startLineBytes: Int) {
        bytes = startLineBytes
        fields.reserveCapacity(16)
    }

    /// The fields once all are there; nil if more bytes are needed.
    mutating func next(_ buffer: inout ByteBuffer, limits: HeadLimits) throws(WireError) -> HTTPHeaders? {
        while true {
            let limit = min(limits.fieldBytes, limits.headBytes - bytes)
            guard let length = try lines.nextLine(in: buffer, limit: limit, tooLong: Self.tooLarge(limits)) else {
                return nil
            }
            if length == 0 {
                buffer.moveReaderIndex(forwardBy: 2)
                return HTTPHeaders(fields)
            }
            fields.append(try FieldLine.parse(buffer.readableBytesUInt8Span.extracting(0..<length)))
            guard fields.count <= limits.fieldCount else {
                throw WireError(.requestHeaderFieldsTooLarge, "there are more than \(limits.fieldCount) fields")
            }
            buffer.moveReaderIndex(forwardBy: length + 2)
            bytes += length + 2
        }
    }

    private static func tooLarge(_ limits: HeadLimits) -> WireError {
        WireError(.requestHeaderFieldsTooLarge, "the head is larger than \(limits.headBytes) bytes")
    }
}
