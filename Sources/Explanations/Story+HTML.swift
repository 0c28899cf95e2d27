import Reports

extension Story {
    /// The story as a view of the page's source.
    package var html: HTML {
        var html: HTML = ""
        for part in parts {
            switch part {
            case .passage(let passage):
                html += "<pre id=\"b\(passage.range.lowerBound)\" data-line=\"line \(passage.line)\">"
                html += Self.html(passage.runs) + "</pre>\n"
            case .fold(let fold):
                html += """
                    <details><summary>\(fold.summary), from line \(fold.line) on</summary>\
                    <pre class="\(fold.change.name)">\(folded(fold.range))</pre></details>

                    """
            }
        }
        return html
    }

    private func folded(_ range: Range<Int>) -> String {
        VisibleText(explanation.page[range]).reduce(into: "") { $0 += $1.text }
    }

    private static func html(_ runs: [Run]) -> HTML {
        HTML(
            joining: runs.map { run in
                switch run.mark {
                case .text(.unchanged): "\(run.text)"
                case .text(.new): "<ins>\(withVisibleLineEnds(run.text))</ins>"
                case .text(let change): "<span class=\"\(change.name)\">\(run.text)</span>"
                case .removed: "<del>\(withVisibleLineEnds(run.text))</del>"
                case .note: "<small>\(run.text)</small>"
                }
            })
    }

    /// A line end that came or went would else leave no trace.
    private static func withVisibleLineEnds(_ text: String) -> String { text.replacing("\n", with: "↵\n") }

    /// Where the map's cells lead: the passage that shows a place of the page, or the last one before it.
    func passageStart(for position: Int) -> Int? {
        var start: Int?
        for case .passage(let passage) in parts where start == nil || passage.range.lowerBound <= position {
            start = passage.range.lowerBound
        }
        return start
    }
}

extension Explanation.Change {
    /// The name of the class in the page's style.
    var name: String {
        switch self {
        case .unchanged: "unchanged"
        case .moved, .repeated: "moved"
        case .new: "new"
        }
    }
}

extension Explanation {
    /// The whole page that `explain --html` writes.
    package func htmlPage(_ story: Story, gzipBytes: Int) -> HTMLPage {
        let sections = sectionTexts.map { "<li>\($0.label): \($0.value)</li>\n" as HTML }
        let body: HTML = """
            \(HTMLPage.figures([
                (Quantity.bytes(deltaBytes), "the delta"),
                (page.isEmpty ? "–" : Quantity.percent(Double(deltaBytes) / Double(page.count)), "of the page"),
                (Quantity.bytes(page.count), "the page"),
                (Quantity.bytes(gzipBytes), "the page with gzip -6"),
            ]))\
            \(htmlMap(story))
            <ul class="key"><li><ins>new</ins></li><li><del>removed</del></li>\
            <li><span class="moved">moved or repeated</span></li></ul>
            <p>Bytes of the page: \(contentText). Of the base, \(Quantity.count(removedBytes)) are gone.</p>
            <details class="plain"><summary>What the delta consists of</summary><ul>
            \(HTML(joining: sections))</ul></details>
            \(HTMLPage.section("The page's source", "<div class=\"source\">\n\(story.html)</div>\n"))
            """
        return HTMLPage(
            title: "What changed in \(pageName.split(separator: "/").last ?? "a page")",
            lead: "\(pageName) against \(baseName): the delta has \(deltaText).", body: body,
            style: Self.pageStyle, command: "railgun-diff")
    }

    /// A map of the page, whose parts lead to the passages of a story.
    package func htmlMap(_ story: Story) -> HTML {
        let cells = map(cells: 400)
        var html: HTML = ""
        var start = 0
        while start < cells.count {
            var end = start + 1
            while end < cells.count, cells[end] == cells[start] { end += 1 }
            if cells[start] != .unchanged {
                // The byte in the middle of the first cell lies in the change, or close by.
                let byte = (2 * start + 1) * page.count / (2 * cells.count)
                html += """
                    <a href="#b\(story.passageStart(for: byte) ?? 0)" \
                    aria-label="\(cells[start].words), about byte \(Quantity.count(byte))"><rect x="\(start)" y="0" width="\(end - start)" \
                    height="1" class="\(cells[start].name)"><title>\(cells[start].words), about byte \
                    \(Quantity.count(byte)) of \(Quantity.count(page.count))</title></rect></a>

                    """
            }
            start = end
        }
        return """
            <svg class="map" role="group" aria-label="Map of the page: where it changed" \
            viewBox="0 0 \(max(1, cells.count)) 1" preserveAspectRatio="none">
            <title>Map of the page, from its start at the left to its end at the right</title>
            \(html)</svg>
            """
    }

    /// The style of a story and its map.
    package static let pageStyle: HTML = """
        .map { display: block; width: 100%; height: 2rem; background: var(--raised); border: 1px solid var(--line); }
        .map rect.new { fill: var(--series-2); } .map rect.moved { fill: var(--series-0); }
        .key { list-style: none; display: flex; flex-wrap: wrap; gap: 0.5rem; padding: 0; margin: 0.75rem 0; }
        .key li > * { padding: 0.1rem 0.5rem; }
        ins { background: var(--new); text-decoration: none; }
        del { color: var(--removed); }
        pre span.moved, .key .moved, pre.moved { background: var(--moved); }
        pre.new { background: var(--new); }
        small { color: var(--faint); font-size: 0.85em; user-select: none; }
        .source { border: 1px solid var(--line); border-radius: 0.5rem; overflow: hidden; }
        .source pre {
          margin: 0; padding: 0.4rem 0.75rem; white-space: pre-wrap; overflow-wrap: anywhere;
          font: 0.82rem/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
        }
        .source > pre::before { content: attr(data-line); display: block; color: var(--faint); font-size: 0.85em; }
        .source > pre:target { outline: 2px solid var(--series-0); outline-offset: -2px; }
        .source > details > summary, .plain > summary { cursor: pointer; color: var(--faint); }
        .source > details { background: var(--raised); border-block: 1px solid var(--line); margin-block: -1px; }
        .source > details > summary { padding: 0.3rem 0.75rem; font-size: 0.85rem; }
        :root { --removed: #b3261e; }
        @media (prefers-color-scheme: dark) { :root { --removed: #ff8a80; } }

        """
}
