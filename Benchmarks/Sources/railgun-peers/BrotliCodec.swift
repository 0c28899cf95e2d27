import Measuring

/// brotli with the base as a raw dictionary, prepared before the clock starts.
@safe final class BrotliCodec: Codec {
    let name: String
    private let library: BrotliLibrary
    private let quality: Int32
    private var dictionary: OpaquePointer?
    private var pair = PagePair(base: [], target: [])
    private let delta = Room()
    private let page = Room()
    private var deltaBytes = 0

    /// As brotli's headers number them.
    private enum Constant {
        static let rawDictionary: Int32 = 0
        static let quality: Int32 = 1
        static let windowBits: Int32 = 2
        static let sizeHint: Int32 = 5
        static let finish: Int32 = 2
        static let success: Int32 = 1
    }

    init(quality: Int32, library: BrotliLibrary) {
        unsafe (self.quality, self.library) = (quality, library)
        name = "brotli-\(quality) prepared"
    }

    deinit { unsafe library.destroyDictionary(dictionary) }

    func open(_ pair: PagePair) throws {
        self.pair = pair
        delta.reserve(pair.target.count + pair.target.count / 8 + 1024)
        page.reserve(pair.target.count)
        unsafe library.destroyDictionary(dictionary)
        unsafe dictionary = library.prepareDictionary(
            Constant.rawDictionary, pair.base.count, pair.baseMemory.baseAddress, quality, nil, nil, nil)
        guard unsafe dictionary != nil else { throw CodecFailure(name, "no dictionary of \(pair.base.count) bytes") }
    }

    func encode() throws -> Int {
        let encoder = unsafe library.createEncoder(nil, nil, nil)  // brotli can't reuse one
        defer { unsafe library.destroyEncoder(encoder) }
        unsafe _ = library.setParameter(encoder, Constant.quality, UInt32(quality))
        unsafe _ = library.setParameter(encoder, Constant.windowBits, 24)
        unsafe _ = library.setParameter(encoder, Constant.sizeHint, UInt32(pair.target.count))
        unsafe _ = library.attachPrepared(encoder, dictionary)
        var input = unsafe UnsafeMutableRawPointer(mutating: pair.targetMemory.baseAddress)
        var output = unsafe delta.memory.baseAddress
        var (inputBytes, room) = unsafe (pair.target.count, delta.memory.count)
        guard
            unsafe library.compress(encoder, Constant.finish, &inputBytes, &input, &room, &output, &deltaBytes)
                == Constant.success, inputBytes == 0
        else { throw CodecFailure(name, "compression failed") }
        return deltaBytes
    }

    func decode() throws {
        let decoder = unsafe library.createDecoder(nil, nil, nil)
        defer { unsafe library.destroyDecoder(decoder) }
        unsafe _ = library.attach(decoder, Constant.rawDictionary, pair.base.count, pair.baseMemory.baseAddress)
        var input = unsafe delta.memory.baseAddress
        var output = unsafe page.memory.baseAddress
        var (inputBytes, room) = unsafe (deltaBytes, page.memory.count)
        guard
            unsafe library.decompress(decoder, &inputBytes, &input, &room, &output, nil) == Constant.success
        else { throw CodecFailure(name, "decompression failed") }
    }

    func decodedTarget() -> Bool { unsafe page.starts(with: pair.targetMemory) }
}
