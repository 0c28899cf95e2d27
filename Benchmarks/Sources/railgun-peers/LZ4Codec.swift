import CPeers
import Measuring

/// LZ4's fast level, with the end of the base as a dictionary: its window is 64 KiB.
@safe final class LZ4Codec: Codec {
    let name = "LZ4 dictionary"
    private let stream: UnsafeMutablePointer<LZ4_stream_t>
    private var pair = PagePair(base: [], target: [])
    private let delta = Room()
    private let page = Room()
    private var deltaBytes = 0

    init() { unsafe stream = LZ4_createStream() }

    deinit { unsafe LZ4_freeStream(stream) }

    func open(_ pair: PagePair) throws {
        self.pair = pair
        delta.reserve(Int(LZ4_compressBound(Int32(pair.target.count))))
        page.reserve(pair.target.count)
    }

    private var dictionary: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: pair.baseMemory.suffix(65_536))
    }

    func encode() throws -> Int {
        let (target, dictionary) = unsafe (pair.targetMemory, dictionary)
        unsafe LZ4_resetStream_fast(stream)
        unsafe LZ4_loadDict(
            stream, dictionary.assumingMemoryBound(to: CChar.self).baseAddress, Int32(dictionary.count))
        deltaBytes = unsafe Int(
            LZ4_compress_fast_continue(
                stream, target.assumingMemoryBound(to: CChar.self).baseAddress,
                delta.memory.assumingMemoryBound(to: CChar.self).baseAddress, Int32(target.count),
                Int32(delta.memory.count), 1))
        guard deltaBytes > 0 else { throw CodecFailure(name, "compression failed") }
        return deltaBytes
    }

    func decode() throws {
        let dictionary = unsafe dictionary
        let count = unsafe LZ4_decompress_safe_usingDict(
            delta.memory.assumingMemoryBound(to: CChar.self).baseAddress,
            page.memory.assumingMemoryBound(to: CChar.self).baseAddress, Int32(deltaBytes), Int32(page.memory.count),
            dictionary.assumingMemoryBound(to: CChar.self).baseAddress, Int32(dictionary.count))
        guard count == pair.target.count else { throw CodecFailure(name, "decoded \(count) bytes") }
    }

    func decodedTarget() -> Bool { unsafe page.starts(with: pair.targetMemory) }
}
