/// Numbers in groups of 7 bits, the lowest first, as all headers have them.
enum Varint {
    /// The most bytes of one.
    static let maxBytes = 5

    /// Writes a number below 2³² and returns its length.
    static func write(_ value: Int, to out: UnsafeMutablePointer<UInt8>) -> Int {
        var (rest, length) = (UInt64(value), 0)
        while rest >= 0x80 {
            unsafe out[length] = UInt8(truncatingIfNeeded: rest) | 0x80
            rest >>= 7
            length += 1
        }
        unsafe out[length] = UInt8(rest)
        return length + 1
    }

    /// Reads a number below 2³² and moves `position` behind it.
    static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, at position: inout Int, in part: DeltaError.Part
    ) throws(DeltaError) -> Int {
        var (value, shift) = (UInt64(0), UInt64(0))
        while shift < 35 {
            guard position < bytes.count else { throw .corrupt(.truncated(part)) }
            let byte = unsafe bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 {
                guard value <= UInt32.max else { throw .corrupt(.invalid(part)) }
                return Int(value)
            }
            shift += 7
        }
        throw .corrupt(.invalid(part))
    }
}
