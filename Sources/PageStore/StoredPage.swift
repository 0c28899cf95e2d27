package import DeltaEngine
internal import NIOConcurrencyHelpers
internal import Synchronization

/// One version of a page, kept once however many addresses have it.
///
/// Whoever holds one may go on using it after the store has let go of it.
package final class StoredPage: Sendable {
    /// The page's exact bytes; all that decoding against it needs.
    package let bytes: [UInt8]
    /// The SHA-256 of ``bytes``.
    package let version: PageVersion
    private let base = NIOLockedValueBox<DeltaBase?>(nil)
    /// The length of the shortest delta that was made against this page, in bytes.
    private let shortestDelta = Atomic<Int>(.max)

    init(bytes: [UInt8], version: PageVersion) {
        self.bytes = bytes
        self.version = version
    }

    /// Notes the length of a delta against this page; returns whether a newer version would make a better base.
    ///
    /// As a page drifts away from its base, its deltas grow. To keep each version would cost both ends an index and a hash
    /// for every answer, and a busy page would push its bases out before anyone used them.
    package func isOutdated(byDeltaOf byteCount: Int) -> Bool {
        let (_, before) = shortestDelta.min(byteCount, ordering: .relaxed)
        let shortest = min(before, byteCount)
        return byteCount > shortest + max(16, shortest / 16)
    }

    /// The base with its index, built now where there is none; whoever asks meanwhile waits for that one.
    func makeBase() throws(DeltaError) -> DeltaBase {
        try base.withLockedValue { base in
            Result { () throws(DeltaError) in
                if let base { return base }
                let made = try DeltaBase(bytes, version: version)
                base = made
                return made
            }
        }.get()
    }

    /// Keeps a base that ``makeBase()`` returned earlier.
    func keep(_ made: DeltaBase) { base.withLockedValue { $0 = made } }

    /// Lets go of the index; returns what must be freed, so that the caller chooses where that happens.
    func dropBase() -> DeltaBase? {
        base.withLockedValue { base in
            defer { base = nil }
            return base
        }
    }
}
