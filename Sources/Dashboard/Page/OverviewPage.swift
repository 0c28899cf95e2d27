import Operations
import Reports

/// The dashboard: all that an ``Overview`` tells, as a page.
struct OverviewPage {
    private let overview: Overview

    init(_ overview: Overview) { self.overview = overview }

    private struct Section {
        let heading: String
        let fragment: Fragment
    }

    private var headline: Fragment { Fragment(id: "headline", html: HeadlineView(overview).headline) }
    private var state: Fragment { Fragment(id: "state", html: HeadlineView(overview).state) }
    private var savings: Fragment { Fragment(id: "savings", html: HeadlineView(overview).savings) }

    private var sections: [Section] {
        [
            Section(heading: "The last hour", fragment: Fragment(id: "hour", html: HourView(overview).html)),
            Section(heading: "Sites", fragment: Fragment(id: "sites", html: SitesView(overview.sites).html)),
            Section(
                heading: "Where the time goes", fragment: Fragment(id: "times", html: LatencyView(overview).html)),
            Section(heading: "Link", fragment: Fragment(id: "link", html: LinkView(overview.links).html)),
            Section(heading: "Errors", fragment: Fragment(id: "errors", html: FailuresView(overview.failures).html)),
            Section(heading: "Store", fragment: Fragment(id: "store", html: StoreView(overview.store).html)),
            Section(
                heading: "Newest pages", fragment: Fragment(id: "pages", html: RecentPagesView(overview.pages).html)),
        ]
    }

    /// What changes while somebody watches.
    var fragments: [Fragment] { [state, headline, savings] + sections.map(\.fragment) }

    /// The whole page.
    var html: HTML {
        let sections = sections
        let places = sections.map { "<li><a href=\"#\($0.fragment.id)-heading\">\($0.heading)</a></li>\n" as HTML }
        let content = sections.map { section in
            """
            <section aria-labelledby="\(section.fragment.id)-heading">
            <h2 id="\(section.fragment.id)-heading">\(section.heading)</h2>
            \(section.fragment.element)</section>

            """ as HTML
        }
        return Shell(title: overview.role, skipTo: "Skip to what is saved").html(
            header: """
                <h1>\(overview.role)</h1>
                \(state.element)<p id="live" role="status">Reload for newer figures.</p>

                """,
            """
            <section class="hero" aria-label="What is saved">
            <div id="headline" aria-live="polite">
            \(headline.html)</div>
            \(savings.element)</section>
            <nav aria-label="On this page"><ul>
            \(HTML(joining: places))</ul></nav>
            \(HTML(joining: content))
            """)
    }
}
