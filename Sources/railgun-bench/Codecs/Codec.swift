import Files
import Corpus
import DeltaEngine

/// A page to send, and the version of it that the other end has.
struct LoadedPair {
    let base: [UInt8]
    let target: [UInt8]
    let baseVersion: PageVersion
    let targetVersion: PageVersion

    init(_ pair: PagePair) throws {
        let (base, target) = try pair.read()
        (self.base, self.target) = (base, target)
        (baseVersion, targetVersion) = (PageVersion(of: base.span), PageVersion(of: target.span))
        for (bytes, file) in [(base, pair.base), (target, pair.target)] where bytes.count > DeltaLimits.pageBytes {
            throw CommandFailure(
                "\(file.path): has \(bytes.count) bytes; pages of up to \(DeltaLimits.pageBytes) can be measured")
        }
    }
}

/// A way to send a page, which keeps its working memory from page to page as a server would.
///
/// Order of calls: ``load(_:)``, then any of the others; ``keepBase()`` before ``encodeWarm()``, and an encoding before
/// ``decode()``.
protocol Codec: AnyObject {
    /// What rows are called.
    var name: String { get }
    /// Whether something of the base can be prepared and kept, which makes warm encoding differ from cold.
    var keepsBase: Bool { get }
    /// The length of what the last encoding made.
    var deltaBytes: Int { get }

    /// Takes the pair that the following calls work on.
    func load(_ pair: LoadedPair)
    /// Prepares what a server keeps of the base between two visits.
    func keepBase() throws
    /// Encodes with nothing prepared but working memory.
    func encodeCold() throws
    /// Encodes with the base prepared.
    func encodeWarm() throws
    /// Decodes the last result, into memory that is reused, without checking a hash.
    func decode() throws
    /// Decodes the last result as a careful receiver does, and tells whether it is the page.
    func isRight() throws -> Bool
}

/// For codecs that keep nothing of the base.
extension Codec {
    var keepsBase: Bool { false }
    func keepBase() {}
    func encodeWarm() throws { try encodeCold() }
}
