import Reports
import Testing

struct HTMLTests {
    @Test func valuesAreEscapedAndMarkupIsNot() {
        let name = "<img src=x onerror=\"alert('1')\"> & more"
        let inner: HTML = "<b>\(name)</b>"
        #expect(
            ("<p title=\"\(name)\">\(inner)\(7)</p>" as HTML).source == """
                <p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; more">\
                <b>&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; more</b>7</p>
                """)
    }

    @Test func controlCharactersBecomeTheirPictures() {
        #expect(HTML(text: "a\u{1b}[31m\0\r\n\t\u{7f}").source == "a␛[31m␀␍\n\t␡")
    }

    @Test func aPageHoldsEverythingAndLoadsNothing() {
        let page = HTMLPage(
            title: "</title><script>", lead: "Of 3 pages.",
            body: HTMLPage.section("One & two", HTMLPage.figures([("1 <b", "first")])), command: "railgun-diff")
        let source = page.source
        #expect(source.hasPrefix("<!DOCTYPE html>"))
        #expect(source.contains("<title>&lt;/title&gt;&lt;script&gt;</title>"))
        #expect(!source.contains("<script") && !source.contains("http://") && !source.contains("https://"))
        #expect(source.contains("default-src 'none'"))
    }

    @Test func aBarChartTellsItsValuesWithoutSight() {
        let chart = BarChart(
            title: "Bytes <sent>", series: ["gzip", "Railgun"],
            categories: [.init("home", [1000, 10]), .init("news & more", [500, nil])], scale: .logarithmic
        ) { Quantity.bytes(Int($0)) }
        let source = chart.html.source
        #expect(source.contains("aria-label=\"Bytes &lt;sent&gt;\""))
        #expect(source.contains("home: gzip 1.0 kB, Railgun 10 B; news &amp; more: gzip 500 B, Railgun nothing"))
        #expect(source.contains("<title>home, Railgun: 10 B</title>"))
    }

    @Test func aLineChartPlacesPointsFromLeftToRightAndUpwards() {
        let chart = LineChart(
            title: "Size", series: [.init("page", [.init(x: 1, y: 0, label: "a"), .init(x: 3, y: 10, label: "b")])],
            xAxis: ("first", "last")
        ) { Quantity.number($0) }
        let source = chart.html.source
        #expect(source.contains("cx=\"0%\" cy=\"210\""))
        #expect(source.contains("cx=\"100%\" cy=\"10\""))
    }

    @Test func whatHasARoleHasItsColourAndTheOthersHaveOthers() {
        let chart = BarChart(
            title: "Size", series: ["gzip", "a", "b"], categories: [.init("page", [1, 2, 3])], colours: [.gzip]
        ) { Quantity.number($0) }
        for (colour, name) in [(1, "gzip"), (0, "a"), (2, "b")] {
            #expect(chart.html.source.contains("class=\"fill-\(colour)\"/></svg>\(name)</li>"))
        }
    }

    @Test func chartsOfNothingAreStillCharts() {
        let bars = BarChart(title: "none", series: ["a"], categories: []) { Quantity.number($0) }
        let lines = LineChart(title: "none", series: [.init("a", [])], xAxis: ("", "")) { Quantity.number($0) }
        #expect(bars.html.source.contains("</svg>") && lines.html.source.contains("</svg>"))
    }
}

struct ChartScaleTests {
    @Test func aLinearScaleStartsAtZeroAndMarksRoundValues() {
        let scale = ChartScale(.linear, covering: [3, 17, .nan])
        #expect(scale.ticks == [0, 5, 10, 15, 20])
        #expect(scale.position(of: 10) == 0.5)
    }

    @Test func aLogarithmicScaleGivesEachPowerOfTenTheSameRoom() {
        let scale = ChartScale(.logarithmic, covering: [20, 15_000, 0])
        #expect(scale.ticks == [10, 100, 1000, 10_000, 100_000])
        #expect(scale.position(of: 1000) == 0.5)
        #expect(scale.position(of: 0) == 0)
    }
}
