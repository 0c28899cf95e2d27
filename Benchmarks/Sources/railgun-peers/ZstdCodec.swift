import CPeers
import Measuring

/// zstd with the base as its reference, and the smallest frames that it can write.
@safe final class ZstdCodec: Codec {
    /// How zstd takes the base.
    enum Reference: String {
        /// Read anew for each page, as `zstd --patch-from` does.
        case prefix
        /// Digested before the clock starts, which makes it the peer of an index that is kept.
        case prepared
    }

    /// The version of the library, which matters: how much of a long base level 1 looks at changed over time.
    static var version: String { unsafe String(cString: ZSTD_versionString()) }

    let name: String
    private let level: Int32
    private let reference: Reference
    private let compressor: OpaquePointer
    private let decompressor: OpaquePointer
    private var compressorDictionary: OpaquePointer?
    private var decompressorDictionary: OpaquePointer?
    private var pair = PagePair(base: [], target: [])
    private let delta = Room()
    private let page = Room()
    private var deltaBytes = 0

    init(level: Int32, _ reference: Reference) {
        (self.level, self.reference) = (level, reference)
        name = "zstd-\(level) \(reference.rawValue)"
        unsafe compressor = ZSTD_createCCtx()
        unsafe decompressor = ZSTD_createDCtx()
    }

    deinit {
        unsafe ZSTD_freeCCtx(compressor)
        unsafe ZSTD_freeDCtx(decompressor)
        unsafe ZSTD_freeCDict(compressorDictionary)
        unsafe ZSTD_freeDDict(decompressorDictionary)
    }

    func open(_ pair: PagePair) throws {
        self.pair = pair
        delta.reserve(ZSTD_compressBound(pair.target.count))
        page.reserve(pair.target.count)
        try unsafe check(ZSTD_CCtx_reset(compressor, ZSTD_reset_session_and_parameters))
        try unsafe check(ZSTD_DCtx_reset(decompressor, ZSTD_reset_session_and_parameters))
        // The window covers base and target, so that no distance is out of reach.
        let windowLog = Int32(max(10, Int.bitWidth - (pair.base.count + pair.target.count).leadingZeroBitCount))
        let settings: [(ZSTD_cParameter, Int32)] = [
            (ZSTD_c_compressionLevel, level), (ZSTD_c_windowLog, windowLog),
            (peers_zstd_compression_format, Int32(ZSTD_f_zstd1_magicless.rawValue)),
            (ZSTD_c_checksumFlag, 0), (ZSTD_c_dictIDFlag, 0), (ZSTD_c_contentSizeFlag, 0),
            // A prepared dictionary used in place, not copied: faster for zstd in all that was tried here.
            (peers_zstd_attach_dictionary, Int32(ZSTD_dictForceAttach.rawValue)),
        ]
        for (parameter, value) in settings {
            try unsafe check(ZSTD_CCtx_setParameter(compressor, parameter, value))
        }
        try unsafe check(
            ZSTD_DCtx_setParameter(
                decompressor, peers_zstd_decompression_format, Int32(ZSTD_f_zstd1_magicless.rawValue)))
        if reference == .prepared { try prepareDictionaries(windowLog: windowLog) }
    }

    private func prepareDictionaries(windowLog: Int32) throws {
        unsafe ZSTD_freeCDict(compressorDictionary)
        unsafe ZSTD_freeDDict(decompressorDictionary)
        let allocator = unsafe ZSTD_customMem()
        let bytes = unsafe pair.baseMemory
        var parameters = ZSTD_getCParams(level, UInt64(pair.target.count), bytes.count)
        parameters.windowLog = UInt32(windowLog)
        unsafe compressorDictionary = ZSTD_createCDict_advanced(
            bytes.baseAddress, bytes.count, ZSTD_dlm_byRef, ZSTD_dct_rawContent, parameters, allocator)
        unsafe decompressorDictionary = ZSTD_createDDict_advanced(
            bytes.baseAddress, bytes.count, ZSTD_dlm_byRef, ZSTD_dct_rawContent, allocator)
        guard unsafe compressorDictionary != nil, unsafe decompressorDictionary != nil else {
            throw CodecFailure(name, "no memory for a dictionary of \(bytes.count) bytes")
        }
        try unsafe check(ZSTD_CCtx_refCDict(compressor, compressorDictionary))
        try unsafe check(ZSTD_DCtx_refDDict(decompressor, decompressorDictionary))
    }

    func encode() throws -> Int {
        let target = unsafe pair.targetMemory
        if reference == .prefix {  // holds for one frame
            try unsafe check(ZSTD_CCtx_refPrefix(compressor, pair.baseMemory.baseAddress, pair.base.count))
        }
        deltaBytes = try unsafe check(
            ZSTD_compress2(
                compressor, delta.memory.baseAddress, delta.memory.count, target.baseAddress, target.count))
        return deltaBytes
    }

    func decode() throws {
        if reference == .prefix {
            try unsafe check(ZSTD_DCtx_refPrefix(decompressor, pair.baseMemory.baseAddress, pair.base.count))
        }
        let count = try unsafe check(
            ZSTD_decompressDCtx(
                decompressor, page.memory.baseAddress, page.memory.count, delta.memory.baseAddress, deltaBytes))
        guard count == pair.target.count else { throw CodecFailure(name, "decoded \(count) bytes") }
    }

    func decodedTarget() -> Bool { unsafe page.starts(with: pair.targetMemory) }

    @discardableResult
    private func check(_ result: Int) throws -> Int {
        guard ZSTD_isError(result) == 0 else {
            throw CodecFailure(name, unsafe String(cString: ZSTD_getErrorName(result)))
        }
        return result
    }
}
