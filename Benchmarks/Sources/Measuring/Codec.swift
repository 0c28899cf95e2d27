/// Something that codes a page against a base: our engine, or a peer.
///
/// Codecs keep their contexts and buffers from pair to pair, as a server would.
package protocol Codec: AnyObject {
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
package struct CodecFailure: Error, CustomStringConvertible {
    /// Which codec, and what happened.
    package let description: String

    /// Tells what happened.
    package init(_ codec: String, _ reason: String) { description = "\(codec): \(reason)" }
}
