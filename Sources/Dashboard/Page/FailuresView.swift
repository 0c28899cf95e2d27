import Operations
import Reports

/// What went wrong, and what to do.
struct FailuresView {
    private static let shown = 12

    private let failures: [Overview.Failure]

    init(_ failures: [Overview.Failure]) { self.failures = failures }

    var html: HTML {
        guard !failures.isEmpty else {
            return "<p class=\"verdict good\"><span aria-hidden=\"true\">✓</span> Nothing went wrong.</p>\n"
        }
        let items = failures.prefix(Self.shown).map { failure in
            let status: HTML = failure.status > 0 ? "<span class=\"status\">\(failure.status)</span> " : ""
            let times: HTML =
                failure.count > 1 ? " <span class=\"faint\">\(Quantity.count(failure.count)) times, last at</span>" : ""
            return """
                <li><p>\(status)<strong>\(Words.line(failure.site, limit: 80))\(Words.line(failure.path, limit: 120))</strong>\
                \(times) <span class="faint">\(Words.time(failure.time))</span></p>
                <p class="what">\(Words.line(failure.what, limit: 400))</p>
                <p>\(Words.line(failure.explanation, limit: 600))</p></li>

                """ as HTML
        }
        let more: HTML =
            failures.count > Self.shown
            ? "<p class=\"note\">And \(failures.count - Self.shown) more: the log has all of them.</p>\n" : ""
        return "<ol class=\"failures\">\n\(HTML(joining: items))</ol>\n\(more)"
    }
}
