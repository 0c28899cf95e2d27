extension Table {
    /// The table for a web page; it scrolls sideways within its own frame where the window is narrow.
    ///
    /// - Parameter caption: What the table shows, for everyone and for screen readers.
    /// - Returns: A piece of a page.
    package func html(caption: String) -> HTML {
        let header = HTML(
            joining: columns.map { column in
                column.isNumeric
                    ? "<th scope=\"col\" class=\"number\">\(column.title)</th>"
                    : "<th scope=\"col\">\(column.title)</th>"
            })
        var body: [HTML] = []
        var followsSeparator = false
        for row in rows {
            let cells: [String]
            let emphasis: Emphasis
            switch row {
            case .separator:
                followsSeparator = true
                continue
            case .heading(let text):
                body.append(
                    """
                    <tr class="strong\(followsSeparator ? " line" : "")">\
                    <th scope="rowgroup" colspan="\(columns.count)"><span>\(text)</span></th></tr>

                    """)
                followsSeparator = false
                continue
            case .cells(let values, let weight): (cells, emphasis) = (values, weight)
            }
            let classes = [
                followsSeparator ? "line" : nil, emphasis == .strong ? "strong" : nil,
                emphasis == .faint ? "faint" : nil,
            ]
            followsSeparator = false
            body.append(
                """
                <tr class="\(classes.compactMap(\.self).joined(separator: " "))">\
                \(HTML(joining: columns.indices.map { cell(cells[$0], in: $0) }))</tr>

                """)
        }
        return """
            <div class="table" role="region" tabindex="0" aria-label="\(caption)">
            <table><caption><span>\(caption)</span></caption>
            <thead><tr>\(header)</tr></thead>
            <tbody>
            \(HTML(joining: body))</tbody></table>
            </div>

            """
    }

    private func cell(_ text: String, in column: Int) -> HTML {
        if column == 0 { return "<th scope=\"row\">\(text)</th>" }
        return columns[column].isNumeric ? "<td class=\"number\">\(text)</td>" : "<td>\(text)</td>"
    }
}
