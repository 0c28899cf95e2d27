internal import CZlib

/// The state that zlib keeps of a stream, at an address that doesn't change: zlib checks it.
@safe private struct ZlibStream: ~Copyable {
    let stream: UnsafeMutablePointer<z_stream>

    init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
    }

    deinit { unsafe stream.deallocate() }

    /// Says where the next call reads and writes; both have at most 2³² − 1 bytes.
    func point(from input: UnsafeBufferPointer<UInt8>, to output: UnsafeMutableBufferPointer<UInt8>) {
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        unsafe stream.pointee.avail_in = UInt32(input.count)
        unsafe stream.pointee.next_out = output.baseAddress
        unsafe stream.pointee.avail_out = UInt32(output.count)
    }
}

/// One raw deflate stream (RFC 1951) after another, with the state that zlib needs kept from call to call.
@safe struct Deflater: ~Copyable {
    private let memory = ZlibStream()
    private var ready = false

    deinit { if ready { unsafe deflateEnd(memory.stream) } }

    /// Compresses `input` to `output`; `nil` where it doesn't fit there, which is how callers say what is worth it.
    mutating func compress(
        _ input: UnsafeBufferPointer<UInt8>,
        dictionary: UnsafeBufferPointer<UInt8>? = nil,
        to output: UnsafeMutableBufferPointer<UInt8>
    ) throws(DeltaError) -> Int? {
        let stream = unsafe memory.stream
        if ready {
            unsafe deflateReset(stream)
        } else {
            let status = unsafe deflateInit2_(
                stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY,
                ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size))
            guard status == Z_OK else { throw .outOfMemory }
            ready = true
        }
        // Lazy matching as at level 9, which helps short sections, over chains of 32 instead of 4,096: 1 % larger in the
        // geometric mean of 23 sites, and 30 ns a byte instead of 2,100 on pages made to be slow.
        unsafe deflateTune(stream, 8, 258, 64, 32)
        if let dictionary = unsafe dictionary, dictionary.count > 0 {
            let status = unsafe deflateSetDictionary(stream, dictionary.baseAddress, UInt32(dictionary.count))
            precondition(status == Z_OK, "zlib takes a dictionary at the start of a raw stream")
        }
        unsafe memory.point(from: input, to: output)
        let status = unsafe deflate(stream, Z_FINISH)
        return status == Z_STREAM_END ? unsafe output.count - Int(stream.pointee.avail_out) : nil
    }
}

/// The reverse of ``Deflater``.
@safe struct Inflater: ~Copyable {
    private let memory = ZlibStream()
    private var ready = false

    deinit { if ready { unsafe inflateEnd(memory.stream) } }

    /// Decompresses all of `input` to exactly fill `output`.
    mutating func decompress(
        _ input: UnsafeBufferPointer<UInt8>,
        dictionary: UnsafeBufferPointer<UInt8>? = nil,
        to output: UnsafeMutableBufferPointer<UInt8>,
        reading part: DeltaError.Part
    ) throws(DeltaError) {
        let stream = unsafe memory.stream
        if ready {
            unsafe inflateReset(stream)
        } else {
            let status = unsafe inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
            guard status == Z_OK else { throw .outOfMemory }
            ready = true
        }
        if let dictionary = unsafe dictionary, dictionary.count > 0 {
            let status = unsafe inflateSetDictionary(stream, dictionary.baseAddress, UInt32(dictionary.count))
            if status == Z_MEM_ERROR { throw .outOfMemory }  // it sets aside the window
            precondition(status == Z_OK, "zlib takes a dictionary at the start of a raw stream")
        }
        unsafe memory.point(from: input, to: output)
        let status = unsafe inflate(stream, Z_FINISH)
        if status == Z_MEM_ERROR { throw .outOfMemory }
        if status == Z_BUF_ERROR, unsafe stream.pointee.avail_in == 0 { throw .corrupt(.truncated(part)) }
        guard status == Z_STREAM_END, unsafe stream.pointee.avail_out == 0 else { throw .corrupt(.invalid(part)) }
        guard unsafe stream.pointee.avail_in == 0 else {
            throw unsafe .corrupt(.trailingBytes(Int(stream.pointee.avail_in)))
        }
    }
}

/// The reverse of ``Deflater``, for one stream that comes in pieces.
@safe struct InflatingStream: ~Copyable {
    private let memory = ZlibStream()
    /// Whether the stream's own end has come.
    private(set) var isAtEnd = false

    init() throws(DeltaError) {
        let status = unsafe inflateInit2_(memory.stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw .outOfMemory }
    }

    deinit { unsafe inflateEnd(memory.stream) }

    /// Decompresses the next piece of the stream, and appends what it makes to a page of up to `limit` bytes.
    mutating func decompress(
        _ input: UnsafeBufferPointer<UInt8>, onto page: inout [UInt8], limit: Int
    ) throws(DeltaError) {
        let stream = unsafe memory.stream
        var left = unsafe input
        while true {
            guard !isAtEnd else {
                guard left.count == 0 else { throw .corrupt(.trailingBytes(left.count)) }
                return
            }
            var (room, made) = (0, 0)
            var status = Z_OK
            // One byte more than may come: zlib wants room even for a stream's end, and so a longer page is noticed.
            let most = min(limit + 1 - page.count, max(4 * left.count, 4096))
            try page.append(addingCapacity: most) { (span: inout OutputSpan<UInt8>) throws(DeltaError) in
                unsafe span.withUnsafeMutableBufferPointer { buffer, initialized in
                    room = buffer.count
                    unsafe memory.point(from: left, to: buffer)
                    status = unsafe inflate(stream, Z_NO_FLUSH)
                    made = unsafe room - Int(stream.pointee.avail_out)
                    initialized = made
                }
            }
            if status == Z_MEM_ERROR { throw .outOfMemory }
            guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR, page.count <= limit else {
                throw .corrupt(.invalid(.page))
            }
            unsafe left = UnsafeBufferPointer(rebasing: left[(left.count - Int(stream.pointee.avail_in))...])
            isAtEnd = status == Z_STREAM_END
            // Room that is left means that all of the piece was read.
            if !isAtEnd, made < room { return }
        }
    }
}
