import Operations
import Reports

/// The newest pages, each with a link to what changed.
struct RecentPagesView {
    private static let shown = 20

    private let pages: [Overview.RecentPage]

    init(_ pages: [Overview.RecentPage]) { self.pages = pages }

    var html: HTML {
        guard !pages.isEmpty else { return "<p class=\"nothing\">No page came by yet.</p>\n" }
        return """
            <div class="table" role="region" tabindex="0" aria-label="Newest pages">
            <table class="recent"><caption>Each page's first visit travels whole; after that, what changed</caption>
            <thead><tr><th scope="col">page</th><th scope="col">source</th><th scope="col" class="number">bytes</th>\
            <th scope="col" class="number">link</th><th scope="col" class="number">saved</th><th scope="col">came as</th>\
            <th scope="col" class="number">took</th><th scope="col">at</th></tr></thead>
            <tbody>
            \(HTML(joining: pages.prefix(Self.shown).map(Self.row)))</tbody></table>
            </div>

            """
    }

    private static func row(_ page: Overview.RecentPage) -> HTML {
        let (site, path) = (Words.line(page.site, limit: 80), Words.line(page.path, limit: 120))
        let source: HTML =
            page.hasSource
            ? "<a href=\"/dashboard/pages/\(page.id)\">what changed<span class=\"unseen\"> in \(site)\(path)</span></a>"
            : "<span class=\"faint\">not kept</span>"
        return """
            <tr><th scope="row">\(site)<wbr>\(path)</th><td>\(source)</td><td class="number">\(Words.bytes(page.pageBytes))</td>\
            <td class="number">\(Words.bytes(page.linkBytes))</td><td class="number">\(Words.saved(page.share))</td>\
            <td>\(words(page.crossing))</td><td class="number">\(Words.milliseconds(page.totalMilliseconds))</td>\
            <td>\(Words.time(page.time))</td></tr>

            """
    }

    /// How a page came over the link, for people.
    static func words(_ crossing: String) -> String {
        switch crossing {
        case "delta": "a difference"
        case "normal": "a whole page"
        case "stream": "a stream"
        case "direct": "without the link"
        default: Words.line(crossing, limit: 40)
        }
    }
}
