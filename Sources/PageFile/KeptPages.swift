package import Logging
package import Operations
package import PageStore

/// What one end keeps pages in, as its configuration says: memory, and the file behind it.
package struct KeptPages: Sendable {
    /// What requests ask.
    package let store: any PageStore
    /// To be opened and closed; `nil` where the configuration names none.
    package let file: PageFile?

    /// Makes empty stores, and shows them in the statistics; no file is opened yet.
    package init(_ pages: PageSettings, statistics: Statistics, logger: Logger) {
        let limits = PageStoreLimits(pages)
        let memory = MemoryPageStore(limits: limits)
        statistics.add(
            .init("store") {
                memory.summary
            } metrics: {
                $0.metrics
            })
        let file = PageFileSettings(pages, limits: limits).map { PageFile(memory, settings: $0, logger: logger) }
        if let file {
            statistics.add(
                .init("store_file") {
                    file.fileSummary
                } metrics: {
                    $0.metrics
                })
        }
        (store, self.file) = (file ?? memory, file)
        statistics.showStore { Overview.StoreContents(memory.distribution, memory.summary) }
    }

    /// Goes over to other settings: what was kept by rules that are stricter now is forgotten, and the file never says that
    /// its pages were kept by rules which they weren't.
    ///
    /// - Parameters:
    ///   - new: The settings from now on.
    ///   - old: Those until now.
    ///   - forget: Forgets pages by their addresses, wherever they are.
    ///   - change: Has everybody keep pages by `new`.
    package func update(
        _ new: PageSettings, replacing old: PageSettings,
        forget: (@escaping @Sendable (String) -> Bool) async -> Void, change: () async -> Void
    ) async {
        let hasOtherRules = new.classRules != old.classRules
        if hasOtherRules { await file?.adopt(rules: "") }
        store.update(PageStoreLimits(new))
        await change()
        // From here on, nothing is kept by the old rules.
        if let stricter = new.forbids(whatWasKeptBy: old) { await forget(stricter) }
        if hasOtherRules { await file?.adopt(rules: new.classRules) }
    }
}

extension Overview.StoreContents {
    fileprivate init(_ distribution: StoreDistribution, _ summary: PageStoreSummary) {
        let sizes = ["up to 4 kB", "up to 16 kB", "up to 64 kB", "up to 256 kB", "up to 1 MB", "larger"]
        let ages = ["in the last minute", "in the last 10 minutes", "in the last hour", "in the last day", "earlier"]
        func shares(_ labels: [String], _ shares: [StoreDistribution.Share]) -> [Share] {
            zip(labels, shares).map { Share(label: $0, pages: $1.pages, bytes: $1.bytes) }
        }
        self.init(
            pages: summary.versions, bytes: summary.memoryBytes, limitBytes: distribution.limitBytes,
            sizes: shares(sizes, distribution.sizes), ages: shares(ages, distribution.ages))
    }
}

extension PageStoreLimits {
    /// What the configuration says.
    package init(_ pages: PageSettings) {
        self.init(memoryBytes: max(1, pages.storeBytes), versionsPerPage: pages.versionsPerPage)
    }
}
