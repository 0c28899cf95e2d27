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
    ///   - naming: How an address is shown.
    package init(_ store: any PageStore, limit: Int = 100, naming: (String) -> String = { $0 }) {
        summary = store.summary
        addresses = store.contents(limit: limit, showsPrivate: false).map {
            var page = $0
            page.address = naming(page.address)
            return page
        }
    }
}
