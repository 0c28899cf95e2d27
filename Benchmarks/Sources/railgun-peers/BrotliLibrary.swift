import Foundation
import Measuring

/// brotli's library, of a version that takes dictionaries of one's own: 1.1 or later.
///
/// It is looked up while running, because older systems ship 1.0, which lacks what is needed here.
@unsafe struct BrotliLibrary {
    typealias Version = @convention(c) () -> UInt32
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

    let encoderVersion: Version
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

    /// Where `scripts/setup --dev` builds one, seen from the project's folder.
    static let ownBuild = ".tools/brotli/libbrotli.so"

    /// Loads the library from the file `path`, or else the system's or our own, whichever first takes dictionaries.
    ///
    /// - Returns: The library, `nil` where neither is there, and a line that says what was found.
    /// - Throws: A refusal where `path` names nothing that can be used.
    static func load(_ path: String?) throws -> (library: BrotliLibrary?, remark: String) {
        if let path {
            let file = URL(filePath: path).path  // a bare name would be looked for among the system's libraries
            guard let library = unsafe BrotliLibrary(encoder: file, decoder: file) else {
                throw Refusal("\(path): not a library of brotli 1.1 or later")
            }
            return unsafe (library, library.remark)
        }
        guard
            let library = unsafe BrotliLibrary(encoder: "libbrotlienc.so.1", decoder: "libbrotlidec.so.1")
                ?? BrotliLibrary(encoder: ownBuild, decoder: ownBuild)
        else { return (nil, "brotli: no library of version 1.1 or later, see `make setup`; skipped") }
        return unsafe (library, library.remark)
    }

    private var remark: String {
        let version = unsafe encoderVersion()
        return """
            brotli \(version >> 24).\(version >> 12 & 0xfff).\(version & 0xfff): the base as a raw dictionary, windows \
            of 16 MB, the page's length given
            """
    }

    private init?(encoder encoderPath: String, decoder decoderPath: String) {
        guard let encoder = unsafe dlopen(encoderPath, RTLD_NOW), let decoder = unsafe dlopen(decoderPath, RTLD_NOW),
            let encoderVersion: Version = unsafe Self.symbol("BrotliEncoderVersion", in: encoder),
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
        unsafe self.encoderVersion = encoderVersion
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
