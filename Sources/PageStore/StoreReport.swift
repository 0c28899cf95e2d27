/// What a store holds, for people: the figures, and the addresses that take the most bytes.
package struct StoreReport: Hashable, Sendable, Codable {
    package var summary: PageStoreSummary
    /// Largest first; of private pages only the site is told.
    package var addresses: [StoredAddress]

    /// Asks a store.
    ///
    /// - Parameters:
    ///   - store: The store.
    ///   - limit: The most addresses.
    package init(_ store: any PageStore, limit: Int = 100) {
        summary = store.summary
        addresses = store.contents(limit: limit, showsPrivate: false)
    }
}
