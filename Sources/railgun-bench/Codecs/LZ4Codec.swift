import Files
import CLZ4

/// An LZ4 block, without a base.
final class LZ4Codec: Codec {
    let name = "lz4"
    private var pair: LoadedPair?
    private var output: [CChar] = []
    private var page: [UInt8] = []
    private(set) var deltaBytes = 0

    func load(_ pair: LoadedPair) {
        self.pair = pair
        let bound = Int(LZ4_compressBound(Int32(pair.target.count)))
        if output.count < bound { output = [CChar](repeating: 0, count: bound) }
        if page.count < pair.target.count { page = [UInt8](repeating: 0, count: pair.target.count) }
    }

    func encodeCold() throws {
        let target = pair!.target
        deltaBytes = unsafe target.withUnsafeBytes { bytes in
            let source = unsafe bytes.assumingMemoryBound(to: CChar.self)
            return unsafe Int(
                LZ4_compress_default(source.baseAddress, &output, Int32(target.count), Int32(output.count)))
        }
        guard deltaBytes > 0 else { throw CommandFailure("lz4: can't compress a page of \(target.count) bytes") }
    }

    func decode() throws {
        let length = unsafe page.withUnsafeMutableBytes { bytes in
            let page = unsafe bytes.assumingMemoryBound(to: CChar.self)
            return unsafe LZ4_decompress_safe(output, page.baseAddress, Int32(deltaBytes), Int32(pair!.target.count))
        }
        guard Int(length) == pair!.target.count else { throw CommandFailure("lz4: decompressing failed") }
    }

    func isRight() throws -> Bool {
        try decode()
        return page.starts(with: pair!.target)
    }
}
