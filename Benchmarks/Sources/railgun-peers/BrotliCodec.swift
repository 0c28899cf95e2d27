import Measuring

/// brotli with the base as a raw dictionary.
@safe final class BrotliCodec: Codec {
    /// When brotli indexes the dictionary for its encoder; its decoder reads it as it is.
    enum Reference: String {
        /// For each page anew, while the clock runs.
        case dictionary
        /// Before the clock starts, as for a base that is kept.
        case prepared
    }

    let name: String
    private let library: BrotliLibrary
    private let quality: Int32
    private let reference: Reference
    private var prepared: OpaquePointer?
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

    init(quality: Int32, _ reference: Reference, library: BrotliLibrary) {
        unsafe (self.quality, self.reference, self.library) = (quality, reference, library)
        name = "brotli-\(quality) \(reference.rawValue)"
    }

    deinit { unsafe library.destroyDictionary(prepared) }

    func open(_ pair: PagePair) throws {
        self.pair = pair
        delta.reserve(pair.target.count + pair.target.count / 8 + 1024)
        page.reserve(pair.target.count)
        if reference == .prepared { try prepareDictionary() }
    }

    private func prepareDictionary() throws {
        unsafe library.destroyDictionary(prepared)
        unsafe prepared = library.prepareDictionary(
            Constant.rawDictionary, pair.base.count, pair.baseMemory.baseAddress, quality, nil, nil, nil)
        guard unsafe prepared != nil else { throw CodecFailure(name, "no dictionary of \(pair.base.count) bytes") }
    }

    func encode() throws -> Int {
        if reference == .dictionary { try prepareDictionary() }
        let encoder = unsafe library.createEncoder(nil, nil, nil)  // brotli can't reuse one
        defer { unsafe library.destroyEncoder(encoder) }
        unsafe _ = library.setParameter(encoder, Constant.quality, UInt32(quality))
        unsafe _ = library.setParameter(encoder, Constant.windowBits, 24)  // the most without large windows
        unsafe _ = library.setParameter(encoder, Constant.sizeHint, UInt32(pair.target.count))
        guard unsafe library.attachPrepared(encoder, prepared) == Constant.success else {
            throw CodecFailure(name, "the dictionary is refused")
        }
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
