import Operations
import Reports

/// What each site saves; a site opens to show its paths.
struct SitesView {
    private static let sitesShown = 8
    private static let pathsShown = 8

    private let sites: [Overview.SiteSavings]

    init(_ sites: [Overview.SiteSavings]) { self.sites = sites }

    var html: HTML {
        guard !sites.isEmpty else { return "<p class=\"nothing\">No page came by yet.</p>\n" }
        let shown = sites.count > Self.sitesShown ? Self.sitesShown - 1 : sites.count
        var items = sites.prefix(shown).map { site in
            item(site.site.isEmpty ? "all other sites" : Words.line(site.site, limit: 80), site.savings, site.paths)
        }
        if sites.count > shown {
            let rest = sites.dropFirst(shown)
            items.append(item("\(rest.count) other sites", Self.sum(rest.map(\.savings)), []))
        }
        return """
            <p class="note">Since the start. The bar is what a site's pages have, and in it what crossed the link. Open a \
            site to see its paths.</p>
            <ul class="sites">
            \(HTML(joining: items))</ul>

            """
    }

    private static func sum(_ savings: [Overview.Savings]) -> Overview.Savings {
        savings.dropFirst().reduce(into: savings[0]) { $0 += $1 }
    }

    private func item(_ name: String, _ savings: Overview.Savings, _ paths: [Overview.PathSavings]) -> HTML {
        let most = Double(max(1, sites.map(\.savings.pageBytes).max() ?? 1))
        let line: HTML = """
            <strong>\(name)</strong> <span class="share">\(Words.saved(savings.share)) <small>saved</small></span> \
            <span class="bytes">\(Words.bytes(savings.pageBytes)) <small>as</small> \
            \(Words.bytes(savings.linkBytes))</span> \
            <span class="count">\(Quantity.count(savings.requests)) <small>answers</small></span> \
            \(Words.bar((Double(savings.pageBytes) / most, "whole"), (Double(savings.linkBytes) / most, "crossed")))
            """
        guard !paths.isEmpty else { return "<li><div class=\"site\">\(line)</div></li>\n" }
        return """
            <li><details data-key="site \(name)"><summary class="site">\(line)</summary>
            \(Self.table(name, paths))</details></li>

            """
    }

    private static func table(_ site: String, _ paths: [Overview.PathSavings]) -> HTML {
        var table = Table([
            .text("path"), .number("answers"), .number("pages"), .number("gzip"), .number("link"), .number("saved"),
            .number("median"),
        ])
        func append(_ name: String, _ savings: Overview.Savings, _ median: Double?) {
            table.append([
                name, Quantity.count(savings.requests), Words.bytes(savings.pageBytes), Words.bytes(savings.gzipBytes),
                Words.bytes(savings.linkBytes), Words.saved(savings.share), Words.milliseconds(median),
            ])
        }
        let shown = paths.count > pathsShown ? pathsShown - 1 : paths.count
        for path in paths.prefix(shown) {
            append(
                path.path.isEmpty ? "all other paths" : Words.line(path.path, limit: 80), path.savings,
                path.medianMilliseconds)
        }
        if paths.count > shown {
            let rest = paths.dropFirst(shown)
            append("\(rest.count) other paths", Self.sum(rest.map(\.savings)), nil)
        }
        return table.html(caption: "Paths of \(site), by their first part")
    }
}
