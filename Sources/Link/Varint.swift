import NIOCore

// Numbers on the link have the form of RFC 9000, section 16: the first two bits say how many bytes there are.
extension ByteBuffer {
    /// Writes a number below 2^62.
    mutating func writeVarint(_ value: UInt64) {
        switch value {
        case 0..<1 << 6: writeInteger(UInt8(value))
        case 0..<1 << 14: writeInteger(UInt16(value) | 1 << 14)
        case 0..<1 << 30: writeInteger(UInt32(value) | 2 << 30)
        default: writeInteger(value | 3 << 62)
        }
    }

    /// How many bytes a number below 2^62 takes.
    static func varintBytes(_ value: UInt64) -> Int {
        switch value {
        case 0..<1 << 6: 1
        case 0..<1 << 14: 2
        case 0..<1 << 30: 4
        default: 8
        }
    }

    /// Reads a number; `nil` where the bytes end before it does.
    mutating func readVarint() -> UInt64? {
        guard let first: UInt8 = getInteger(at: readerIndex) else { return nil }
        return switch first >> 6 {
        case 0: (readInteger() as UInt8?).map(UInt64.init)
        case 1: (readInteger() as UInt16?).map { UInt64($0 & 0x3fff) }
        case 2: (readInteger() as UInt32?).map { UInt64($0 & 0x3fff_ffff) }
        default: (readInteger() as UInt64?).map { $0 & (1 << 62 - 1) }
        }
    }

    /// Reads what is left as words for a log, at most 256 bytes of them: control bytes become spaces.
    mutating func readWords() -> String {
        let bytes = readBytes(length: readableBytes) ?? []
        return String(decoding: bytes.prefix(256).map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }, as: UTF8.self)
    }
}
