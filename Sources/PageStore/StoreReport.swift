/// What a store holds, for people: the figures, and the addresses that take the most bytes.
package struct StoreReport: Hashable, Sendable, Codable {
    package var summary: PageStoreSummary
    /// Largest first; of private pages only the site is told.
    package var addresses: [StoredAddress]

    /// - Parameter limit: The most addresses.
    package init(_ store: some PageStore, limit: Int = 100) {
        summary = store.summary
        addresses = store.contents(limit: limit, showsPrivate: false)
    }
}
