import Reports
import Testing

struct TableTests {
    private var sample: Table {
        var table = Table([.text("corpus"), .number("delta")])
        table.append(["home", "266 B"])
        table.append(["新聞 é", "1.2 kB"])
        table.appendSeparator()
        table.append(["total", "1.5 kB"], emphasis: .strong)
        return table
    }

    @Test func columnsAlignWithWideAndCombinedCharacters() {
        #expect(
            sample.text() == """
                corpus   delta
                ──────────────
                home     266 B
                新聞 é  1.2 kB
                ──────────────
                total   1.5 kB

                """)
    }

    @Test func aHeadingTakesTheWholeWidth() {
        var table = Table([.text("level"), .number("delta")])
        table.appendHeading("home: 6 <pairs>")
        table.append(["fast", "266 B"])
        #expect(table.text().contains("\nhome: 6 <pairs>\nfast   266 B\n"))
        #expect(table.html(caption: "x").source.contains("colspan=\"2\"><span>home: 6 &lt;pairs&gt;</span></th></tr>"))
    }

    @Test func noLineEndsInBlanks() {
        var table = Table([.text("page"), .text("note")])
        table.append(["a", ""])
        #expect(table.text().split(separator: "\n").allSatisfy { $0.last != " " })
    }

    @Test func namesGiveWayWhereTheTerminalIsNarrow() {
        var table = Table([.text("corpus"), .number("delta")])
        table.append(["home-of-a-news-site", "266 B"])
        #expect(table.text(columns: 20).contains("home-of-a-ne…  266 B\n"))
        #expect(table.text(columns: 5).contains("home-of…  266 B\n"))
    }

    @Test func emphasisNeedsAStyleThatShowsIt() {
        #expect(!sample.text(style: .plain).contains("\u{1b}"))
        #expect(sample.text(style: TerminalStyle(isEnabled: true)).contains("\u{1b}[1mtotal"))
    }

    @Test func widthsCountColumnsNotCharacters() {
        #expect("é".displayWidth == 1)
        #expect("e\u{301}".displayWidth == 1)
        #expect("新".displayWidth == 2)
        #expect("👍🏽".displayWidth == 2)
        #expect("…─█".displayWidth == 3)
        #expect("新聞新聞".truncated(to: 6) == "新聞…")
    }

    @Test func cellsOfAWebPageAreEscaped() {
        var table = Table([.text("<b>"), .number("n")])
        table.append(["\"><script>alert(1)</script>", "&"])
        let source = table.html(caption: "a'b").source
        #expect(!source.contains("<script") && !source.contains("<b>"))
        #expect(source.contains("&quot;&gt;&lt;script&gt;") && source.contains("a&#39;b"))
    }
}
