package import DeltaEngine
internal import Synchronization

/// One version of a page, kept once however many addresses have it.
///
/// Whoever holds one may go on using it after the store has let go of it.
package final class StoredPage: Sendable {
    /// The page's exact bytes; all that decoding against it needs.
    package let bytes: [UInt8]
    /// The SHA-256 of ``bytes``.
    package let version: PageVersion
    private let base = Mutex<DeltaBase?>(nil)

    init(bytes: [UInt8], version: PageVersion) {
        self.bytes = bytes
        self.version = version
    }

    /// The base with its index, built now where there is none; whoever asks meanwhile waits for that one.
    func makeBase() throws(DeltaError) -> DeltaBase {
        try base.withLock { base throws(DeltaError) in
            if let base { return base }
            let made = try DeltaBase(bytes, version: version)
            base = made
            return made
        }
    }

    /// Keeps a base that ``makeBase()`` returned earlier.
    func keep(_ made: DeltaBase) { base.withLock { $0 = made } }

    /// Lets go of the index; returns what must be freed, so that the caller chooses where that happens.
    func dropBase() -> DeltaBase? {
        base.withLock { base in
            defer { base = nil }
            return base
        }
    }
}
