import Foundation
import TestSupport
import Testing

struct ExplainCommandTests {
    private let folder = TemporaryFolder()

    private func explain(_ old: some Sequence<UInt8>, _ new: some Sequence<UInt8>, _ more: String...) throws -> String {
        try folder.write(old, to: "old.html")
        try folder.write(new, to: "new.html")
        let outcome = try Command("railgun-diff", ["explain", "old.html", "new.html"] + more, in: folder.url)
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        return outcome.output
    }

    private func page(time: String) -> String {
        let lines = (1...60).map { "<p>Line \($0 * 7919) stays as it is.</p>\n" }
        return lines[..<30].joined() + "<p>The time is \(time).</p>\n" + lines[30...].joined()
    }

    @Test func aSmallChangeIsShownInItsPlace() throws {
        let text = try explain(page(time: "10:15").utf8, page(time: "23:48").utf8)
        let story = text.split(separator: "\n\n", maxSplits: 1)[1]
        #expect(
            story == """
                       ┄ 1,002 bytes unchanged ┄
                    30 │ <p>Line 237570 stays as it is.</p>
                    31 │ <p>The time is {-10:15-}{+23:48+}.</p>
                    32 │ <p>Line 245489 stays as it is.</p>
                       ┄ 1,015 bytes unchanged ┄

                """, "\(text)")
        #expect(text.contains("5 new in 1 place"))
    }

    @Test func anIdenticalPageHasNothingToShow() throws {
        let text = try explain(page(time: "1").utf8, page(time: "1").utf8)
        #expect(text.contains("the page is its base"))
        #expect(!text.contains("{+") && !text.contains("{-"))
    }

    @Test func aDeltaFileIsExplainedLikeItsPages() throws {
        let fromPages = try explain(page(time: "10:15").utf8, page(time: "23:48").utf8)
        let diff = try Command("railgun-diff", ["diff", "old.html", "new.html", "-o", "d"], in: folder.url)
        #expect(diff.exitCode == 0)
        let fromDelta = try Command("railgun-diff", ["explain", "old.html", "d"], in: folder.url)
        #expect(fromDelta.output == fromPages.replacing("new.html", with: "d"))
    }

    @Test func whatMovedIsToldWithBothPlaces() throws {
        let block = (1...12).map { "<li>item \($0 * 104_729)</li>\n" }.joined()
        let rest = (1...80).map { "<p>row \($0 * 7919)</p>\n" }.joined()
        let text = try explain((block + rest).utf8, (rest + block).utf8)
        // To about where `rest` ends: an encoder may join a byte or two to either side.
        #expect(text.firstMatch(of: /⟨moved \d+→1,4[23]\d⟩/) != nil, "\(text)")
        #expect(text.firstMatch(of: /2[45]\d moved/) != nil, "\(text)")
    }

    @Test func nothingInAPageReachesTheTerminalRaw() throws {
        let hostile: [UInt8] =
            Array("a\u{1b}]0;title\u{7}\u{1b}[31mred\r\n\u{202e}desrever\u{200b}\u{9b}31m".utf8)
            + [0, 0x80, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0x7f] + Array("\u{2028}e\u{301}".utf8)
        for more in [[], ["--full"]] {
            try folder.write("x".utf8, to: "old.html")
            try folder.write(hostile, to: "new.html")
            let outcome = try Command(
                "railgun-diff", ["explain", "old.html", "new.html"] + more, in: folder.url)
            let shown = String(validating: outcome.outputBytes, as: UTF8.self)
            let scalars = try #require(shown?.unicodeScalars, "valid UTF-8")
            #expect(scalars.allSatisfy { $0 == "\n" || ![.control, .format].contains($0.properties.generalCategory) })
            #expect(outcome.output.contains("␛]0;title␇") && outcome.output.contains("\\u{202e}desrever"))
            #expect(outcome.output.contains("\\x80\\xff"))
        }
    }

    @Test func nothingInAPageOrANameBecomesMarkup() throws {
        let name = "<script>alert(1)<.html"
        try folder.write("<p>old</p><script>one()</script>", to: "old.html")
        try folder.write("<p>new</p></pre></details><script>two('\"&')</script><!--", to: name)
        let outcome = try Command(
            "railgun-diff", ["explain", "old.html", name, "--html", "out.htm"], in: folder.url)
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        let html = try folder.text(of: "out.htm")
        #expect(!html.contains("<script") && !html.contains("<!--"))
        #expect(html.contains("&lt;script&gt;alert(1)&lt;.html"))
        for tag in ["pre", "details", "ins", "section"] {
            #expect(html.split(separator: "<\(tag)").count == html.split(separator: "</\(tag)>").count, "\(tag)")
        }
    }

    @Test func longNewTextIsFoldedUnlessAllIsAskedFor() throws {
        let new = (0..<800).map { "\($0 * 7919 % 1000)," }.joined()
        #expect(try explain("<p></p>".utf8, "<p>\(new)</p>".utf8).contains("bytes new ┄"))
        let full = try explain("<p></p>".utf8, "<p>\(new)</p>".utf8, "--full")
        #expect(full.contains(new) && !full.contains("┄"))
    }
}
