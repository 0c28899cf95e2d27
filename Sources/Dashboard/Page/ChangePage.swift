import DeltaEngine
import Explanations
import Operations
import Reports

/// A page's source, with what is new in it and what it has from its base.
struct ChangePage {
    /// Longer sources are cut: a reader has seen enough by then, and so has the processor.
    static let sourceBytes = 512_000

    private let page: Overview.RecentPage
    private let explanation: Explanation
    private let hasBase: Bool
    private let isCut: Bool

    /// Compares a page with its base.
    ///
    /// - Throws: ``DeltaError`` where memory is missing.
    init(_ change: Overview.PageChange) throws {
        page = change.page
        hasBase = change.base != nil
        isCut = max(change.bytes.count, change.base?.count ?? 0) > Self.sourceBytes
        let (bytes, base) = (Self.cut(change.bytes), Self.cut(change.base ?? []))
        var encoder = try DeltaEncoder()
        let delta = try encoder.encode(bytes.span, against: DeltaBase(base), level: .deflate)
        explanation = try Explanation(
            base: base, named: "the base", page: bytes, named: Words.line(page.path), delta: delta)
    }

    private static func cut(_ bytes: [UInt8]) -> [UInt8] {
        bytes.count > sourceBytes ? Array(bytes.prefix(sourceBytes)) : bytes
    }

    var html: HTML {
        let story = Story(explanation, isFull: false)
        let cut: HTML =
            isCut
            ? "<p class=\"verdict\">Only the first \(Words.bytes(Self.sourceBytes)) of the source are shown and compared.</p>\n"
            : ""
        return Shell(title: "What changed in \(Words.line(page.path, limit: 60))", skipTo: "Skip to what changed").html(
            header: Self.header("What changed"),
            """
            <p class="where">\(Words.line(page.site, limit: 80))\(Words.line(page.path, limit: 400)), \
            \(Words.time(page.time))</p>
            \(HTMLPage.figures([
                (Words.bytes(page.pageBytes), "the page"), (Words.bytes(page.linkBytes), "over the link"),
                (Words.saved(page.share), "saved"),
                (Words.milliseconds(page.totalMilliseconds), "took, as \(RecentPagesView.words(page.crossing))"),
            ]))\
            \(comparison)
            \(cut)\(explanation.htmlMap(story))
            <ul class="key"><li><ins>new</ins></li><li><del>removed</del></li>\
            <li><span class="moved">moved or repeated</span></li></ul>
            <section aria-labelledby="source-heading">
            <h2 id="source-heading">The page's source</h2>
            <div class="source">
            \(story.html)</div>
            </section>

            """)
    }

    /// What it is compared with.
    private var comparison: HTML {
        if hasBase {
            return """
                <p>Compared with the version before it, from which \(Quantity.count(explanation.removedBytes)) bytes are \
                gone. Bytes of the page: \(explanation.contentText).</p>
                """
        }
        if page.crossing == "delta" {
            return """
                <p>The version before it is not shown: it was not kept for this, or is not the same for all visitors.</p>
                """
        }
        return "<p>There was no version before it to compare with.</p>"
    }

    /// What is said where there is nothing to show any more.
    static let gone = Shell(title: "Gone", skipTo: "Skip to the content").html(
        header: header("This page is no longer here"),
        "<p>Only the newest pages are kept for this, and only those that are the same for all visitors.</p>\n")

    /// What is said to those who have to wait.
    static let busy = Shell(title: "Busy", skipTo: "Skip to the content").html(
        header: header("Others are being compared"), "<p>Please reload this page in a moment.</p>\n")

    private static func header(_ heading: HTML) -> HTML {
        "<h1>\(heading)</h1>\n<p class=\"back\"><a href=\"/dashboard\">← Back to the dashboard</a></p>\n"
    }
}
