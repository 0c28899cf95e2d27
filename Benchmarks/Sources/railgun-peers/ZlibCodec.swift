import CPeers
import Measuring

/// zlib's raw deflate at its usual level, with the end of the base as a preset dictionary.
@safe final class ZlibCodec: Codec {
    let name = "zlib-6 dictionary"
    private let deflater: UnsafeMutablePointer<z_stream>
    private let inflater: UnsafeMutablePointer<z_stream>
    private var pair = PagePair(base: [], target: [])
    private let delta = Room()
    private let page = Room()
    private var deltaBytes = 0

    init() throws {
        unsafe (deflater, inflater) = (.allocate(capacity: 1), .allocate(capacity: 1))
        unsafe deflater.initialize(to: z_stream())
        unsafe inflater.initialize(to: z_stream())
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        guard
            unsafe deflateInit2_(
                deflater, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK,
            unsafe inflateInit2_(inflater, -MAX_WBITS, ZLIB_VERSION, size) == Z_OK
        else { throw CodecFailure(name, "no memory") }
    }

    deinit {
        unsafe deflateEnd(deflater)
        unsafe inflateEnd(inflater)
        unsafe deflater.deallocate()
        unsafe inflater.deallocate()
    }

    func open(_ pair: PagePair) throws {
        self.pair = pair
        delta.reserve(Int(unsafe deflateBound(deflater, UInt(pair.target.count))))
        page.reserve(pair.target.count)
    }

    private var dictionary: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: pair.baseMemory.suffix(32_768))
    }

    func encode() throws -> Int {
        let (target, dictionary) = unsafe (pair.targetMemory, dictionary)
        unsafe deflateReset(deflater)
        unsafe deflateSetDictionary(
            deflater, dictionary.assumingMemoryBound(to: UInt8.self).baseAddress, UInt32(dictionary.count))
        unsafe deflater.pointee.next_in = UnsafeMutablePointer(
            mutating: target.assumingMemoryBound(to: UInt8.self).baseAddress)
        unsafe deflater.pointee.avail_in = UInt32(target.count)
        unsafe deflater.pointee.next_out = delta.memory.assumingMemoryBound(to: UInt8.self).baseAddress
        unsafe deflater.pointee.avail_out = UInt32(delta.memory.count)
        guard unsafe deflate(deflater, Z_FINISH) == Z_STREAM_END else { throw CodecFailure(name, "deflate failed") }
        deltaBytes = unsafe Int(deflater.pointee.total_out)
        return deltaBytes
    }

    func decode() throws {
        let dictionary = unsafe dictionary
        unsafe inflateReset(inflater)
        unsafe inflateSetDictionary(
            inflater, dictionary.assumingMemoryBound(to: UInt8.self).baseAddress, UInt32(dictionary.count))
        unsafe inflater.pointee.next_in = delta.memory.assumingMemoryBound(to: UInt8.self).baseAddress
        unsafe inflater.pointee.avail_in = UInt32(deltaBytes)
        unsafe inflater.pointee.next_out = page.memory.assumingMemoryBound(to: UInt8.self).baseAddress
        unsafe inflater.pointee.avail_out = UInt32(page.memory.count)
        guard unsafe inflate(inflater, Z_FINISH) == Z_STREAM_END else { throw CodecFailure(name, "inflate failed") }
    }

    func decodedTarget() -> Bool { unsafe page.starts(with: pair.targetMemory) }
}
