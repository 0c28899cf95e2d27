package import DeltaEngine

/// Which versions of which pages this end holds, as bases for deltas.
///
/// Nothing is ever answered from it.
/// Every operation may be called from any thread, an event loop too: none waits for a disk or a network.
package protocol PageStore: Sendable {
    /// The versions of a page that a peer may be offered as a base, best first.
    ///
    /// - Parameters:
    ///   - key: The page.
    ///   - owner: The class of the user who asks: what is stored there comes before what is shared.
    ///   - limit: The most versions to return.
    /// - Returns: The most recently stored version of each class first; none where nothing is held.
    ///   Who keeps them until the answer comes can't lose a base in between.
    func offers(for key: PageKey, owner: PageOwner, limit: Int) -> [StoredPage]

    /// The page whose version begins with these 8 bytes; only if it was stored for this very address and class.
    ///
    /// It counts as the most recent one there from now on.
    func page(prefix: UInt64, key: PageKey, owner: PageOwner) -> StoredPage?

    /// Whether ``page(prefix:key:owner:)`` would find something; neither counted nor a use.
    func holds(prefix: UInt64, key: PageKey, owner: PageOwner) -> Bool

    /// Stores a version of a page, as its most recent one.
    ///
    /// What doesn't fit the store at all isn't stored. That is no error: a base is never more than a help.
    ///
    /// - Parameters:
    ///   - bytes: The page, which is kept, not copied.
    ///   - version: Its version, computed by this end from these bytes.
    ///   - key: The page that this is a version of.
    ///   - owner: Whose it is.
    func insert(_ bytes: [UInt8], version: PageVersion, key: PageKey, owner: PageOwner)

    /// Forgets a page under all of its addresses, because its bytes turned out to be wrong.
    func remove(_ version: PageVersion)

    /// The page with the index that encoding needs. It is built once and kept while there is room.
    ///
    /// - Throws: What ``DeltaEngine/DeltaBase/init(_:version:)`` throws.
    /// - Complexity: O(*n*) the first time, O(1) as long as the index is kept.
    func base(of page: StoredPage) throws(DeltaError) -> DeltaBase

    /// Forgets all versions of some addresses, in memory and wherever else this store keeps them.
    ///
    /// Requests under way go on with the versions that they hold, and may store newer ones afterwards.
    ///
    /// - Parameter matches: Tells for an address such as `https://www.example.org/news?page=2` whether it is meant; called in
    ///   short steps that other operations get between.
    /// - Returns: What was forgotten.
    func purge(where matches: @escaping @Sendable (String) -> Bool) async -> PurgedPages

    /// Goes on with other limits: what is over them leaves at once, except that versions of a page leave as newer ones come.
    func update(_ limits: PageStoreLimits)

    /// Forgets private pages whose time is over. Other operations do so in passing; an idle store needs a timer.
    func expire()

    /// Forgets what would leave first for want of room, until the store takes at most so many bytes of memory for now.
    func shrink(toBytes memoryBytes: Int)

    /// What the store holds and how it has been used.
    var summary: PageStoreSummary { get }

    /// The addresses that take the most bytes, largest first.
    ///
    /// - Parameters:
    ///   - limit: The most addresses to return.
    ///   - showsPrivate: Whether addresses of private pages are told in full; else only their site is.
    /// - Returns: One entry for each class that has versions of an address.
    /// - Complexity: O(*n*); made in short steps that others get between.
    func contents(limit: Int, showsPrivate: Bool) -> [StoredAddress]

    /// How large the pages are that are held, and how long ago they were used.
    ///
    /// - Complexity: O(*n*); made in short steps that others get between.
    var distribution: StoreDistribution { get }
}

extension PageStore {
    /// Tells nothing: for stores that keep little in memory.
    package var distribution: StoreDistribution { StoreDistribution() }

    /// Does nothing: for stores that keep little in memory.
    package func shrink(toBytes memoryBytes: Int) {}
}
