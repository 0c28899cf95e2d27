/// Memory that grows to the largest size asked for, and stays where it is between calls that ask for no more.
@safe final class Room {
    private(set) var memory: UnsafeMutableRawBufferPointer

    init() { unsafe memory = .init(start: nil, count: 0) }

    deinit { unsafe memory.deallocate() }

    func reserve(_ count: Int) {
        guard unsafe memory.count < count else { return }
        unsafe memory.deallocate()
        unsafe memory = .allocate(byteCount: count, alignment: 64)
    }

    /// Whether the first bytes are those of `other`.
    func starts(with other: UnsafeRawBufferPointer) -> Bool {
        unsafe memory.prefix(other.count).elementsEqual(other)
    }
}
