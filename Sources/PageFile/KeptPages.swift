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

extension PageStoreLimits {
    /// What the configuration says.
    package init(_ pages: PageSettings) {
        self.init(memoryBytes: max(1, pages.storeBytes), versionsPerPage: pages.versionsPerPage)
    }
}
