package import DeltaEngine
package import NIOCore
package import PageStore

/// A store of pages that several listeners share: what one of them kept is a base for all.
///
/// It is never waited for without a bound, and never believed: what it gives has been hashed again.
package protocol SharedStore: Sendable {
    /// Looks for a page whose version begins with these 8 bytes, stored for this class.
    ///
    /// - Parameters:
    ///   - prefix: The first 8 bytes of the version.
    ///   - owner: The class.
    ///   - eventLoop: The one that this is called on.
    ///   - then: Called once on that loop, later, but after the store's time-out at the latest.
    func lookUp(
        prefix: UInt64, owner: PageOwner, on eventLoop: any EventLoop,
        then: @escaping @Sendable (SharedLookUp) -> Void)

    /// Stores a page for the others, in the background; what doesn't fit or can't be sent is not stored.
    func keep(_ bytes: [UInt8], version: PageVersion, owner: PageOwner)

    /// Removes versions, after what waits to be stored; returns how many could not be: their servers didn't answer.
    func remove(_ versions: Set<PurgedPages.Version>) async -> Int
}

/// What came of a look-up.
package enum SharedLookUp: Hashable, Sendable {
    case found([UInt8], PageVersion)
    case missing
    /// What was there was not what it is named after; it was removed.
    case damaged
    /// The store could not be reached, or took too long.
    case failed
    /// The store was not asked: it failed before, or is asked too much.
    case skipped
}
