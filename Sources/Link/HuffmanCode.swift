/// The Huffman code of HPACK (RFC 7541, appendix B), for writing.
enum HuffmanCode {
    /// The bits of each byte's code; the code is canonical, so that these say all.
    private static let lengths: [UInt8] = [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
        28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
        5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
        6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
        24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
        21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
        19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
        26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
    ]

    /// Codes with their lengths: lengths in the lower 8 bits.
    private static let codes: [UInt64] = {
        var codes = [UInt64](repeating: 0, count: 256)
        var (code, bits) = (0 as UInt64, 5 as UInt8)
        for (length, byte) in lengths.enumerated().map({ ($1, $0) }).sorted(by: <) {
            code <<= length - bits
            bits = length
            codes[byte] = code << 8 | UInt64(length)
            code += 1
        }
        return codes
    }()

    /// The bytes that `text` takes.
    static func byteCount(_ text: String.UTF8View) -> Int {
        let lengths = lengths
        return (text.reduce(0) { $0 + Int(lengths[Int($1)]) } + 7) / 8
    }

    static func append(_ text: String.UTF8View, to block: inout [UInt8]) {
        let codes = codes
        var (pending, count) = (0 as UInt64, 0 as UInt64)  // the bits that are no whole byte yet
        for byte in text {
            let code = codes[Int(byte)]
            pending = pending << (code & 0xff) | code >> 8
            count += code & 0xff
            while count >= 8 {
                count -= 8
                block.append(UInt8(truncatingIfNeeded: pending >> count))
            }
        }
        // What is left of the last byte are the first bits of the code for the end, all ones.
        if count > 0 { block.append(UInt8(truncatingIfNeeded: (pending << (8 - count)) | (0xff >> count))) }
    }
}
