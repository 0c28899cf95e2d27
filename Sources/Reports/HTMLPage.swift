import Release

/// A whole web page in one file: nothing is loaded from elsewhere, so it can be mailed and kept.
package struct HTMLPage: Sendable {
    /// The title, in the tab and on top.
    package var title: String
    /// One sentence under the title: what this is about.
    package var lead: HTML
    /// What follows: sections, tables, charts.
    package var body: HTML
    /// Rules for this page's own parts, beside those that all pages have.
    package var style: HTML
    /// The command that made the page.
    package var command: String

    /// Puts a page together.
    package init(title: String, lead: HTML, body: HTML, style: HTML = "", command: String) {
        (self.title, self.lead, self.body, self.style, self.command) = (title, lead, body, style, command)
    }

    /// The page, as a file holds it.
    package var source: String { markup.source }

    /// A section with its heading.
    package static func section(_ heading: String, _ content: HTML) -> HTML {
        "<section>\n<h2>\(heading)</h2>\n\(content)</section>\n"
    }

    /// Numbers to be seen first, each with what it means.
    package static func figures(_ figures: [(value: String, meaning: String)]) -> HTML {
        let items = figures.map { "<li><strong>\($0.value)</strong><span>\($0.meaning)</span></li>\n" as HTML }
        return "<ul class=\"figures\">\n\(HTML(joining: items))</ul>\n"
    }

    private var markup: HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>\(title)</title>
        <style>
        \(Self.sharedStyle)\(style)</style>
        </head>
        <body>
        <header>
        <h1>\(title)</h1>
        <p class="lead">\(lead)</p>
        </header>
        <main>
        \(body)</main>
        <footer>Made by \(command) \(ProjectVersion.current).</footer>
        </body>
        </html>

        """
    }

    /// Colours have a contrast of 4.5 or more for text and 3 or more for bars, on both grounds; the series' hues are
    /// told apart by people who see colours differently (Okabe & Ito).
    package static let sharedStyle: HTML = """
        :root {
          color-scheme: light dark;
          --ground: #ffffff; --raised: #f4f5f7; --line: #d5d9df; --text: #1b1f24; --faint: #57606a;
          --series-0: #0067b8; --series-1: #b35c00; --series-2: #00805a; --series-3: #a8447f;
          --series-4: #5b5fc7; --series-5: #6b6b00;
          --new: #b7ecc4; --moved: #cfe3fb; --mark: #1b1f24;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #14171b; --raised: #1e2329; --line: #3a424c; --text: #e8ebef; --faint: #a3adb8;
            --series-0: #56b4e9; --series-1: #e8a03a; --series-2: #2fc090; --series-3: #dd8fbd;
            --series-4: #9ea2ff; --series-5: #d3cf4a;
            --new: #1d5a33; --moved: #1f4370; --mark: #e8ebef;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0 auto; padding: 1.5rem clamp(0.75rem, 3vw, 2.5rem) 3rem; max-width: 80rem;
          background: var(--ground); color: var(--text);
          font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
        }
        h1 { font-size: clamp(1.4rem, 4vw, 2rem); line-height: 1.2; margin: 0 0 0.5rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.2rem; margin: 2.5rem 0 0.75rem; overflow-wrap: anywhere; }
        .lead { font-size: 1.1rem; max-width: 46rem; margin: 0 0 1.5rem; overflow-wrap: anywhere; }
        p { max-width: 46rem; }
        code { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 0.92em; }
        footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 0.75rem; color: var(--faint); }
        .figures {
          list-style: none; margin: 0 0 1.5rem; padding: 0; display: grid; gap: 0.75rem;
          grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr));
        }
        .figures li { background: var(--raised); border-radius: 0.5rem; padding: 0.75rem 1rem; }
        .figures strong { display: block; font-size: 1.5rem; line-height: 1.3; }
        .figures span { color: var(--faint); font-size: 0.9rem; }
        .table { overflow-x: auto; margin: 0 0 1.5rem; }
        table { border-collapse: collapse; min-width: 100%; font-variant-numeric: tabular-nums; }
        caption { text-align: left; color: var(--faint); padding-bottom: 0.4rem; }
        th, td { text-align: left; padding: 0.3rem 0.75rem; white-space: nowrap; font-weight: normal; }
        th:first-child { padding-left: 0; }
        thead th { border-bottom: 2px solid var(--line); font-weight: 600; vertical-align: bottom; }
        tbody tr { border-bottom: 1px solid var(--line); }
        tr.line { border-top: 2px solid var(--faint); }
        tr.strong > * { font-weight: 600; }
        tr.faint > * { color: var(--faint); }
        th.number, td.number { text-align: right; }
        figure { margin: 0 0 2rem; }
        figcaption { font-weight: 600; margin-bottom: 0.5rem; }
        figure svg { display: block; width: 100%; overflow: visible; }
        figure svg text { fill: var(--text); font-size: 13px; }
        figure svg .faint { fill: var(--faint); font-size: 12px; }
        figure svg .halo { paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; }
        figure svg .grid { stroke: var(--line); stroke-width: 1; }
        figure svg path { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
        .legend {
          list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0 0 0.5rem; padding: 0;
        }
        .legend svg { display: inline-block; width: 0.8rem; height: 0.8rem; margin-right: 0.4rem; }
        .fill-0 { fill: var(--series-0); } .fill-1 { fill: var(--series-1); } .fill-2 { fill: var(--series-2); }
        .fill-3 { fill: var(--series-3); } .fill-4 { fill: var(--series-4); } .fill-5 { fill: var(--series-5); }
        .line-0 { stroke: var(--series-0); } .line-1 { stroke: var(--series-1); } .line-2 { stroke: var(--series-2); }
        .line-3 { stroke: var(--series-3); } .line-4 { stroke: var(--series-4); } .line-5 { stroke: var(--series-5); }

        """
}
