import NIOCore

// Numbers on the link have the form of RFC 9000, section 16: the first two bits say how many bytes there are.
extension ByteBuffer {
    mutating func writeVarint(_ value: UInt64) { writeEncodedInteger(value, strategy: .quic) }

    /// Reads a number; `nil` where the bytes end before it does.
    mutating func readVarint() -> UInt64? { readEncodedInteger(as: UInt64.self, strategy: .quic) }

    /// Reads what is left as words for a log, at most 256 bytes of them: control bytes become spaces.
    mutating func readWords() -> String {
        let bytes = readBytes(length: readableBytes) ?? []
        return String(decoding: bytes.prefix(256).map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }, as: UTF8.self)
    }
}
