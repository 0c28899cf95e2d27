import Glibc

/// brotli's library, where this machine's takes dictionaries of one's own: from version 1.1 on.
///
/// It is looked up while running, because older systems ship 1.0, which lacks what is needed here.
@unsafe struct BrotliLibrary {
    typealias PrepareDictionary =
        @convention(c) (
            Int32, Int, UnsafeRawPointer?, Int32, UnsafeRawPointer?, UnsafeRawPointer?, UnsafeRawPointer?
        ) -> OpaquePointer?
    typealias Create =
        @convention(c) (UnsafeRawPointer?, UnsafeRawPointer?, UnsafeRawPointer?) -> OpaquePointer?
    typealias Destroy = @convention(c) (OpaquePointer?) -> Void
    typealias SetParameter = @convention(c) (OpaquePointer?, Int32, UInt32) -> Int32
    typealias AttachPrepared = @convention(c) (OpaquePointer?, OpaquePointer?) -> Int32
    typealias Attach = @convention(c) (OpaquePointer?, Int32, Int, UnsafeRawPointer?) -> Int32
    typealias Bytes = UnsafeMutablePointer<UnsafeMutableRawPointer?>
    typealias Count = UnsafeMutablePointer<Int>
    typealias Compress = @convention(c) (OpaquePointer?, Int32, Count, Bytes, Count, Bytes, Count?) -> Int32
    typealias Decompress = @convention(c) (OpaquePointer?, Count, Bytes, Count, Bytes, Count?) -> Int32

    let prepareDictionary: PrepareDictionary
    let destroyDictionary: Destroy
    let createEncoder: Create
    let destroyEncoder: Destroy
    let setParameter: SetParameter
    let attachPrepared: AttachPrepared
    let compress: Compress
    let createDecoder: Create
    let destroyDecoder: Destroy
    let attach: Attach
    let decompress: Decompress

    /// Loads the library, or says in a line why brotli isn't measured.
    static func load() -> (library: BrotliLibrary?, remark: String) {
        guard let encoder = unsafe dlopen("libbrotlienc.so.1", RTLD_NOW),
            let decoder = unsafe dlopen("libbrotlidec.so.1", RTLD_NOW),
            let version: @convention(c) () -> UInt32 = unsafe symbol("BrotliEncoderVersion", in: encoder)
        else { return (nil, "brotli: not installed; skipped") }
        let name = "brotli \(version() >> 24).\(version() >> 12 & 0xfff).\(version() & 0xfff)"
        guard let library = unsafe BrotliLibrary(encoder: encoder, decoder: decoder) else {
            return (nil, "\(name): its library takes no dictionaries (1.1 does); skipped")
        }
        return unsafe (library, "\(name): the base as a raw dictionary, prepared")
    }

    private init?(encoder: UnsafeMutableRawPointer, decoder: UnsafeMutableRawPointer) {
        guard
            let prepareDictionary: PrepareDictionary = unsafe Self.symbol(
                "BrotliEncoderPrepareDictionary", in: encoder),
            let destroyDictionary: Destroy = unsafe Self.symbol("BrotliEncoderDestroyPreparedDictionary", in: encoder),
            let createEncoder: Create = unsafe Self.symbol("BrotliEncoderCreateInstance", in: encoder),
            let destroyEncoder: Destroy = unsafe Self.symbol("BrotliEncoderDestroyInstance", in: encoder),
            let setParameter: SetParameter = unsafe Self.symbol("BrotliEncoderSetParameter", in: encoder),
            let attachPrepared: AttachPrepared = unsafe Self.symbol(
                "BrotliEncoderAttachPreparedDictionary", in: encoder),
            let compress: Compress = unsafe Self.symbol("BrotliEncoderCompressStream", in: encoder),
            let createDecoder: Create = unsafe Self.symbol("BrotliDecoderCreateInstance", in: decoder),
            let destroyDecoder: Destroy = unsafe Self.symbol("BrotliDecoderDestroyInstance", in: decoder),
            let attach: Attach = unsafe Self.symbol("BrotliDecoderAttachDictionary", in: decoder),
            let decompress: Decompress = unsafe Self.symbol("BrotliDecoderDecompressStream", in: decoder)
        else { return nil }
        unsafe (self.prepareDictionary, self.destroyDictionary) = (prepareDictionary, destroyDictionary)
        unsafe (self.createEncoder, self.destroyEncoder) = (createEncoder, destroyEncoder)
        unsafe (self.setParameter, self.attachPrepared, self.compress) = (setParameter, attachPrepared, compress)
        unsafe (self.createDecoder, self.destroyDecoder) = (createDecoder, destroyDecoder)
        unsafe (self.attach, self.decompress) = (attach, decompress)
    }

    private static func symbol<Function>(_ name: String, in library: UnsafeMutableRawPointer) -> Function? {
        unsafe dlsym(library, name).map { unsafe unsafeBitCast($0, to: Function.self) }
    }
}
