/// What a store holds, and how it has been used since it was made.
package struct PageStoreSummary: Hashable, Sendable, Codable {
    /// Addresses, counted once for each class that has a version of them.
    package var pages = 0
    /// Different pages' bytes that are kept, each once.
    package var versions = 0
    /// The length of those, in bytes.
    package var bytes = 0
    /// Memory of the indexes that are kept, in bytes.
    package var indexBytes = 0
    /// All memory that the store uses, in bytes; never more than its limit.
    package var memoryBytes = 0
    /// What that limit is.
    package var limitBytes = 0
    /// Look-ups that found something.
    package var hits = 0
    /// Look-ups that found nothing.
    package var misses = 0
    /// Versions that left for want of room, counted once for each address.
    package var evictions = 0
    /// Indexes that left for want of room.
    package var indexEvictions = 0
    /// Private versions whose time was over, counted once for each address.
    package var expirations = 0
}

/// One address in a store.
package struct StoredAddress: Hashable, Sendable, Codable {
    /// The address, or only its site and `/…`.
    package var address: String
    /// Whether it is one user's.
    package var isPrivate: Bool
    /// How many versions there are.
    package var versions: Int
    /// The length of all versions, in bytes, also where other addresses share them.
    package var bytes: Int
}
