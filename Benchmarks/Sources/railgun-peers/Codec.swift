import Measuring

/// Something that codes a page against a base: our engine, or a peer.
///
/// Codecs keep their contexts and buffers from pair to pair, as a server would.
protocol Codec: AnyObject {
    /// The codec, its level, and how it takes its base.
    var name: String { get }
    /// Takes up a pair, and prepares what this codec may keep beside its base; not timed.
    func open(_ pair: PagePair) throws
    /// Codes the pair's target; returns the delta's length in bytes.
    func encode() throws -> Int
    /// Decodes what ``encode()`` left behind.
    func decode() throws
    /// Whether ``decode()`` gave back the target.
    func decodedTarget() -> Bool
}

/// A codec that failed, or gave back something else than it was given.
struct CodecFailure: Error, CustomStringConvertible {
    var description: String

    init(_ codec: String, _ reason: String) { description = "\(codec): \(reason)" }
}

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
