import NIOCore

// Numbers on the link have the form of RFC 9000, section 16: the first two bits say how many bytes there are.
extension ByteBuffer {
    mutating func writeVarint(_ value: UInt64) { writeEncodedInteger(value, strategy: .quic) }

    /// Reads a number; `nil` where the bytes end before it does.
    mutating func readVarint() -> UInt64? { readEncodedInteger(as: UInt64.self, strategy: .quic) }
}
