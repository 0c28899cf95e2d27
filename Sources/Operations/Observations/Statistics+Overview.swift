import Foundation
import NIOCore

/// What the dashboard shows.
extension Statistics {
    /// What this end did lately; little more than its name where `stats.listen` isn't set.
    package func overview() async -> Overview {
        let (now, date) = (NIODeadline.now(), Date())
        var overview = Overview(role: role, version: version, uptimeSeconds: uptimeSeconds, time: date)
        overview.price = settings.price
        guard let observer else { return overview }
        let (observed, totals) = await observe()
        let progress = observer.progress.withLockedValue { $0 }
        overview.total = totals.savings
        (overview.lastMinute, overview.lastHour) = (progress.lastMinute(totals), progress.lastHour(totals))
        (overview.steps, overview.latencies) = (progress.steps, progress.latencies(totals))
        overview.sites = observed.siteSavings
        let parts = parts
        overview.links = await parts.links()
        overview.store = storeLook.contents(at: now, parts.store)
        overview.failures = observed.failures.rows.reversed().map { Overview.Failure($0, at: (now, date)) }
        let sources = observer.sources.ids
        overview.pages = observed.pages.all.sorted { $0.ended > $1.ended }
            .map { Overview.RecentPage($0, at: (now, date), hasSource: sources.contains($0.id)) }
        return overview
    }

    /// A page's source and its base's; `nil` where they aren't kept, or not any more.
    package func pageChange(id: Int) async -> Overview.PageChange? {
        guard let observer, let source = observer.sources.source(of: id) else { return nil }
        let (now, date) = (NIODeadline.now(), Date())
        guard let page = await observe().observed.pages.all.first(where: { $0.id == id }) else { return nil }
        return Overview.PageChange(
            page: Overview.RecentPage(page, at: (now, date), hasSource: true), base: source.base, bytes: source.bytes)
    }

    /// Somebody looks: for the next minute, sources of pages are kept.
    package func watch() { observer?.sources.watch() }

    /// Says how links are told of.
    package func showLinks(_ make: @escaping @Sendable () async -> [Overview.LinkState]) {
        changeParts { $0.links = make }
    }

    /// Says how the store is told of: by a walk through it, so it is called seldom, and on no event loop.
    package func showStore(_ make: @escaping @Sendable () -> Overview.StoreContents) {
        changeParts { $0.store = make }
    }

    /// Forgets the sources, addresses and names of pages; `matches` is as for a store's purge.
    package func forget(where matches: @escaping @Sendable (String) -> Bool) async {
        guard observer != nil else { return }
        dropSources(where: matches)
        for box in loops {
            try? await box.eventLoop.submit { box.value.observations?.forget(where: matches) }.get()
        }
    }

    /// Forgets the sources of pages.
    package func dropSources(where matches: (String) -> Bool) { observer?.sources.drop(where: matches) }

    /// What all event loops saw together.
    private func observe() async -> (observed: Observed, totals: Progress.Totals) {
        var observed = Observed()
        var totals = Progress.Totals()
        for box in loops {
            let part = try? await box.eventLoop.submit { (box.value.observations?.observed, box.value.latencies) }.get()
            guard let (seen, latencies) = part, let seen else { continue }
            observed.absorb(seen)
            totals.latencies += latencies
        }
        (totals.savings, totals.failures) = (observed.savings, observed.failureCount)
        return (observed, totals)
    }

    /// The sums of all event loops, without the tables: those are copied while somebody looks, and only then.
    private func sums() async -> Progress.Totals {
        var (total, ratio, totals) = (ObservedSavings(), GzipRatio(), Progress.Totals())
        for box in loops {
            let part = try? await box.eventLoop.submit {
                box.value.observations.map {
                    ($0.observed.total, $0.observed.ratio, $0.observed.failureCount, box.value.latencies)
                }
            }.get()
            guard let (seen, measured, failures, latencies) = part else { continue }
            total.absorb(seen)
            ratio.absorb(measured)
            totals.failures += failures
            totals.latencies += latencies
        }
        totals.savings = total.shown(by: ratio)
        return totals
    }

    // MARK: steps

    /// `nil` where nothing is observed.
    var timeToNextStep: TimeAmount? { observer?.progress.withLockedValue { $0.timeLeft(at: .now()) } }

    /// Ends a step where it is time.
    func noteStep() async {
        guard let observer else { return }
        observer.sources.expire()
        let totals = await sums()
        observer.progress.withLockedValue { $0.note(totals, at: .now()) }
    }
}

extension Observed {
    /// As it is shown: the greatest first, and what has no name last.
    var siteSavings: [Overview.SiteSavings] {
        let (rows, others) = sites.ranked
        var shown = rows.map { row in
            let classes = row.figures.classes.ranked
            let ratio = row.figures.ratio.isKnown ? row.figures.ratio : ratio
            var paths = classes.rows.map {
                Overview.PathSavings(
                    path: $0.name, savings: $0.figures.sum.shown(by: ratio),
                    medianMilliseconds: $0.figures.times.median)
            }
            let other = classes.other.sum.shown(by: ratio)
            if other.requests > 0 { paths.append(Overview.PathSavings(path: "", savings: other)) }
            return Overview.SiteSavings(
                site: LoggedRequest.plain.host(row.name), savings: row.figures.sum.shown(by: ratio), paths: paths)
        }
        let other = others.sum.shown(by: ratio)
        if other.requests > 0 { shown.append(Overview.SiteSavings(site: "", savings: other)) }
        return shown
    }
}

extension LoggedRequest {
    /// Without queries, whatever the log says.
    fileprivate static let plain = LoggedRequest(showsQuery: false)
}

extension Overview.Failure {
    fileprivate init(_ row: RecentFailures.Row, at now: (deadline: NIODeadline, date: Date)) {
        let failure = row.failure
        self.init(
            time: Overview.date(of: failure.time, at: now), count: row.count, status: failure.kind.status,
            site: LoggedRequest.plain.host(failure.site), path: LoggedRequest.plain.target(failure.target),
            what: failure.what, explanation: failure.kind.explanation)
    }
}

extension Overview.RecentPage {
    fileprivate init(
        _ page: RecentPages.Page, at now: (deadline: NIODeadline, date: Date), hasSource: Bool
    ) {
        self.init(
            id: page.id, time: Overview.date(of: page.ended, at: now), site: LoggedRequest.plain.host(page.site),
            path: LoggedRequest.plain.target(page.target), pageBytes: page.pageBytes, linkBytes: page.linkBytes,
            crossing: "\(page.crossing.word)", totalMilliseconds: page.total.milliseconds, hasSource: hasSource)
    }
}

extension Overview {
    /// All times come from one clock; the wall's is looked at only where somebody asks.
    fileprivate static func date(of time: NIODeadline, at now: (deadline: NIODeadline, date: Date)) -> Date {
        now.date.addingTimeInterval(-Double((now.deadline - time).nanoseconds) / 1e9)
    }
}
