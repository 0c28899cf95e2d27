package import Operations

/// Where the dashboard has from what it shows.
package struct DashboardSource: Sendable {
    let overview: @Sendable () async -> Overview
    let change: @Sendable (Int) async -> Overview.PageChange?

    /// Names both sources; they are called each time that somebody looks.
    ///
    /// - Parameters:
    ///   - overview: All that the dashboard shows.
    ///   - change: The source of a page, by ``Overview/RecentPage/id``; `nil` where it is no longer here.
    package init(
        overview: @escaping @Sendable () async -> Overview,
        change: @escaping @Sendable (Int) async -> Overview.PageChange?
    ) {
        (self.overview, self.change) = (overview, change)
    }

    /// What a daemon observed.
    package init(_ statistics: Statistics) {
        self.init {
            statistics.watch()
            return await statistics.overview()
        } change: {
            await statistics.pageChange(id: $0)
        }
    }
}
