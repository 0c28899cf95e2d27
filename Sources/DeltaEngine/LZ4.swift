internal import CLZ4

/// LZ4 blocks, without frames: the container around them knows the sizes.
enum LZ4 {
    /// What LZ4 takes at once: a little less than 2 GiB.
    static let maxInputBytes = Int(LZ4_MAX_INPUT_SIZE)

    /// Compresses `input` to `output`; `nil` where it doesn't fit there.
    static func compress(
        _ input: UnsafeBufferPointer<UInt8>, to output: UnsafeMutableBufferPointer<UInt8>
    ) -> Int? {
        guard input.count <= maxInputBytes else { return nil }
        let written = unsafe LZ4_compress_default(
            chars(input.baseAddress), chars(output.baseAddress), Int32(input.count), Int32(output.count))
        return written > 0 ? Int(written) : nil
    }

    /// Decompresses all of `input` to exactly fill `output`.
    static func decompress(
        _ input: UnsafeBufferPointer<UInt8>, to output: UnsafeMutableBufferPointer<UInt8>, reading part: DeltaError.Part
    ) throws(DeltaError) {
        let written = unsafe LZ4_decompress_safe(
            chars(input.baseAddress), chars(output.baseAddress), Int32(input.count), Int32(output.count))
        guard Int(written) == output.count else { throw .corrupt(.invalid(part)) }
    }

    private static func chars(_ bytes: UnsafePointer<UInt8>?) -> UnsafePointer<CChar>? {
        unsafe UnsafeRawPointer(bytes)?.assumingMemoryBound(to: CChar.self)
    }

    private static func chars(_ bytes: UnsafeMutablePointer<UInt8>?) -> UnsafeMutablePointer<CChar>? {
        unsafe UnsafeMutableRawPointer(bytes)?.assumingMemoryBound(to: CChar.self)
    }
}
