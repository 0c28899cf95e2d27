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

    /// What only some readers want, closed until they ask for it.
    package static func details(_ summary: String, _ content: HTML) -> HTML {
        "<details class=\"more\"><summary>\(summary)</summary>\n\(content)</details>\n"
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
}
