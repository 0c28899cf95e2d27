/// Memory that grows, keeps its size, and is never filled with zeros: what the next call needs is usually there.
///
/// It is freed with its owner, an encoder or a decoder, and with nothing else: what one call left in it, a part of some
/// page, stays there until a later call writes over it.
@safe struct Scratch: ~Copyable {
    private var storage: UnsafeMutableBufferPointer<UInt8>

    init() { unsafe storage = .init(start: nil, count: 0) }

    deinit { unsafe storage.deallocate() }

    /// At least `count` bytes whose content is undefined; valid until the next call.
    mutating func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if unsafe storage.count < max(count, 1) {
            unsafe storage.deallocate()
            unsafe storage = .allocate(capacity: max(count, 1) + max(count, 1) / 4)
        }
        return unsafe storage.baseAddress!
    }
}
