import Files
import CZlib

/// zlib at level 6, with its state kept from page to page: `gzip` without a base, or with one as preset dictionary.
@safe final class ZlibCodec: Codec {
    /// How the page is coded.
    enum Form: String {
        /// As web servers compress pages (RFC 1952).
        case gzip = "gzip -6"
        /// With the end of the base, as much of it as the window reaches, as preset dictionary (RFC 1950).
        case dictionary = "zlib-dict"
    }

    private let form: Form
    private let deflater: UnsafeMutablePointer<z_stream>
    private let inflater: UnsafeMutablePointer<z_stream>
    private var pair: LoadedPair?
    private var output: [UInt8] = []
    private var page: [UInt8] = []
    private(set) var deltaBytes = 0

    private static let windowBytes = 32768

    init(form: Form) throws {
        self.form = form
        let windowBits = form == .gzip ? MAX_WBITS + 16 : MAX_WBITS
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        unsafe deflater = .allocate(capacity: 1)
        unsafe inflater = .allocate(capacity: 1)
        unsafe deflater.initialize(to: z_stream())
        unsafe inflater.initialize(to: z_stream())
        guard
            unsafe deflateInit2_(deflater, 6, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
                == Z_OK,
            unsafe inflateInit2_(inflater, windowBits, ZLIB_VERSION, size) == Z_OK
        else { throw CommandFailure("zlib: can't be set up: no memory left, or another version than at build time") }
    }

    deinit {
        unsafe deflateEnd(deflater)
        unsafe inflateEnd(inflater)
        unsafe deflater.deallocate()
        unsafe inflater.deallocate()
    }

    var name: String { form.rawValue }

    func load(_ pair: LoadedPair) {
        self.pair = pair
        let bound = unsafe Int(deflateBound(deflater, UInt(pair.target.count)))
        if output.count < bound { output = [UInt8](repeating: 0, count: bound) }
        if page.count < pair.target.count { page = [UInt8](repeating: 0, count: pair.target.count) }
    }

    func encodeCold() throws {
        let status = unsafe pair!.target.withUnsafeBufferPointer { target in
            unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe deflateReset(deflater)
                if form == .dictionary {
                    unsafe withDictionary { unsafe deflateSetDictionary(deflater, $0.baseAddress, UInt32($0.count)) }
                }
                unsafe Self.connect(deflater, from: target, to: output)
                return unsafe deflate(deflater, Z_FINISH)
            }
        }
        guard status == Z_STREAM_END else { throw CommandFailure("zlib: compressing failed with status \(status)") }
        deltaBytes = unsafe Int(deflater.pointee.total_out)
    }

    func decode() throws {
        let status = unsafe output.withUnsafeBufferPointer { output in
            unsafe page.withUnsafeMutableBufferPointer { page in
                unsafe inflateReset(inflater)
                unsafe Self.connect(inflater, from: .init(rebasing: output[..<deltaBytes]), to: page)
                let status = unsafe inflate(inflater, Z_FINISH)
                guard status == Z_NEED_DICT else { return status }
                unsafe withDictionary { unsafe inflateSetDictionary(inflater, $0.baseAddress, UInt32($0.count)) }
                return unsafe inflate(inflater, Z_FINISH)
            }
        }
        guard status == Z_STREAM_END else { throw CommandFailure("zlib: decompressing failed with status \(status)") }
    }

    func isRight() throws -> Bool {
        try decode()
        return unsafe Int(inflater.pointee.total_out) == pair!.target.count && page.starts(with: pair!.target)
    }

    private func withDictionary(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        unsafe pair!.base.withUnsafeBufferPointer { unsafe body(.init(rebasing: $0.suffix(Self.windowBytes))) }
    }

    private static func connect(
        _ stream: UnsafeMutablePointer<z_stream>, from input: UnsafeBufferPointer<UInt8>,
        to output: UnsafeMutableBufferPointer<UInt8>
    ) {
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        unsafe stream.pointee.avail_in = UInt32(input.count)
        unsafe stream.pointee.next_out = output.baseAddress
        unsafe stream.pointee.avail_out = UInt32(clamping: output.count)
    }
}
