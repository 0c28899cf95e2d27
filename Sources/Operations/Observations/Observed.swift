import NIOCore

/// What one event loop saw, or all of them together: a value of a bounded size, whatever is asked for.
struct Observed: Sendable {
    /// One page in so many of a site is compressed with gzip.
    static let pagesOfASample = 64

    private(set) var sites = FrequentNames<SiteFigures>(room: SiteFigures.mostSites)
    private(set) var total = ObservedSavings()
    private(set) var ratio = GzipRatio()
    private(set) var failures = RecentFailures()
    private(set) var failureCount = 0
    private(set) var pages = RecentPages()

    /// What was saved until now, as far as it is known what gzip would have done.
    var savings: Overview.Savings { total.shown(by: ratio) }

    /// Notes a request that is over; `id` is of its page.
    ///
    /// No allocation where site and class of the path have their rows.
    mutating func note(_ request: ObservedRequest, id: Int) {
        let site = Self.folded(request.site)
        // Who makes names up gets no answer from an origin, most often.
        if let row = sites.row(of: site[...], mayEnter: request.crossing.isAnswer) {
            if case .bytes(let gzipBytes) = request.gzip, request.crossing.isOverLink {
                learn(site: row, pageBytes: request.pageBytes, gzipBytes: gzipBytes)
            }
            let best = sites[row].ratio.isKnown ? sites[row].ratio : ratio
            sites[row].note(request, ratio: best)
            total.add(request, ratio: best)
        } else {
            sites.other.sum.add(request, ratio: ratio)
            total.add(request, ratio: ratio)
        }
        if request.crossing.isAnswer, request.pageBytes > 0 {
            pages.note(
                RecentPages.Page(
                    id: id, site: site, target: RecentPages.shortened(request.target), crossing: request.crossing,
                    pageBytes: request.pageBytes, linkBytes: request.linkBytes, total: request.total,
                    ended: request.ended))
        }
        if request.crossing.isAnswer, request.status >= 500 {
            note(
                ObservedFailure(
                    .originAnswer(request.status), site: request.site, target: request.target,
                    what: "the origin answered \(request.status)", time: request.ended))
        }
    }

    mutating func note(_ failure: ObservedFailure) {
        failureCount += 1
        var failure = failure
        failure.site = Self.folded(failure.site)
        let isKnown = failure.kind == .link || sites.find(failure.site[...]) != nil
        failures.note(failure, isStranger: !isKnown)
    }

    /// Notes a page before it is sent, and has it compressed with gzip where it is its turn.
    ///
    /// - Parameters:
    ///   - site: The page's site.
    ///   - sample: Begins to compress it, if there is room; is told whether it is the first one of its site.
    mutating func notePage(of site: String, sample: (_ isFirst: Bool) -> Bool) {
        guard let row = sites.row(of: Self.folded(site)[...], mayEnter: true) else { return }
        sites[row].pagesUntilSample -= 1
        guard sites[row].pagesUntilSample < 0, sample(!sites[row].ratio.isKnown) else { return }
        sites[row].pagesUntilSample = Self.pagesOfASample - 1
    }

    /// Notes what gzip made of a page.
    mutating func noteSample(of site: String, pageBytes: Int, gzipBytes: Int) {
        guard let row = sites.find(Self.folded(site)[...]) else {
            return ratio.note(pageBytes: pageBytes, gzipBytes: gzipBytes)
        }
        learn(site: row, pageBytes: pageBytes, gzipBytes: gzipBytes)
    }

    private mutating func learn(site row: Int, pageBytes: Int, gzipBytes: Int) {
        ratio.note(pageBytes: pageBytes, gzipBytes: gzipBytes)
        sites[row].ratio.note(pageBytes: pageBytes, gzipBytes: gzipBytes)
    }

    /// Takes in what another loop saw.
    mutating func absorb(_ other: Observed) {
        sites.absorb(other.sites)
        total.absorb(other.total)
        ratio.absorb(other.ratio)
        failures.absorb(other.failures)
        failureCount += other.failureCount
        pages.absorb(other.pages)
    }

    /// Forgets the names of what is meant, by its address; what was counted stays.
    ///
    /// An address that ends with `*` stands for all that begin so.
    mutating func forget(where matches: (String) -> Bool) {
        func isMeant(_ site: String, _ path: some StringProtocol) -> Bool {
            matches("http://\(site)\(path)") || matches("https://\(site)\(path)")
        }
        sites.forget { isMeant($0, "/*") }
        for row in sites.rows.indices {
            let site = sites.rows[row].name
            sites[row].classes.forget { isMeant(site, $0 + "*") }
        }
        failures.forget { isMeant($0, $1) }
        pages.forget { isMeant($0, $1) }
    }

    /// Hosts are the same in upper and lower case.
    private static func folded(_ site: String) -> String {
        let bytes = site.utf8.span
        for index in bytes.indices where 0x41...0x5A ~= bytes[index] { return site.lowercased() }
        return site
    }
}
