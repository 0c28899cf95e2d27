/// Horizontal bars: for each category, one bar a series with its value beside it.
package struct BarChart: Sendable {
    /// A group of bars.
    package struct Category: Hashable, Sendable {
        /// What stands above the bars.
        package var label: String
        /// One value for each series; `nil` where there is none, which takes no room.
        package var values: [Double?]

        /// Creates a group.
        package init(_ label: String, _ values: [Double?]) { (self.label, self.values) = (label, values) }
    }

    private let title: String
    private let series: [String]
    private let categories: [Category]
    private let scale: ChartScale
    private let colours: [SeriesColour]
    private let format: @Sendable (Double) -> String

    /// Creates a chart.
    ///
    /// - Parameters:
    ///   - title: What the chart shows.
    ///   - series: The names of the series; a single one needs no legend.
    ///   - categories: The groups, from top to bottom, each with a value for each series.
    ///   - scale: Linear, or logarithmic for values that span orders of magnitude.
    ///   - colours: The colours of series that have a role; the others get theirs in turn.
    ///   - format: How values are written: `{ Quantity.bytes(Int($0)) }`.
    package init(
        title: String, series: [String], categories: [Category], scale: ChartScale.Kind = .linear,
        colours: [SeriesColour] = [],
        format: @escaping @Sendable (Double) -> String
    ) {
        precondition(categories.allSatisfy { $0.values.count == series.count }, "a value for each series")
        (self.title, self.series, self.categories, self.format) = (title, series, categories, format)
        self.scale = ChartScale(scale, covering: categories.flatMap { $0.values.compactMap(\.self) })
        self.colours = SeriesColour.assigned(colours, count: series.count)
    }

    /// The room at the right for the value beside the longest bar, as a share of the width.
    private static let barShare = 80.0
    private static let (axisHeight, labelHeight, barHeight, gap) = (22.0, 20.0, 16.0, 10.0)

    /// The chart as a figure of a page.
    package var html: HTML {
        var y = Self.axisHeight
        var drawn: [HTML] = []
        for category in categories {
            drawn.append("<text x=\"0\" y=\"\(coordinate(y + 14))\" class=\"halo\">\(category.label)</text>\n")
            y += Self.labelHeight
            for (index, value) in category.values.enumerated() {
                guard let value else { continue }
                drawn.append(bar(value, series: index, category: category.label, y: y))
                y += Self.barHeight + 2
            }
            y += Self.gap
        }
        return """
            <figure>
            <figcaption>\(title)</figcaption>
            \(chartLegend(series, colours: colours))\
            <svg role="img" aria-label="\(title)" height="\(coordinate(y))">
            <desc>\(summary)</desc>
            \(grid(height: y))\(HTML(joining: drawn))</svg>
            </figure>

            """
    }

    private func bar(_ value: Double, series index: Int, category: String, y: Double) -> HTML {
        let width = max(0.4, Self.barShare * scale.position(of: value))  // the least is still to be seen
        return """
            <g><title>\(category), \(series[index]): \(format(value))</title>\
            <rect y="\(coordinate(y))" width="\(coordinate(width, "%"))" height="\(coordinate(Self.barHeight))" rx="2" \
            class="fill-\(colours[index].rawValue)"/>\
            <text x="\(coordinate(width, "%"))" y="\(coordinate(y + 13))" dx="6" class="halo">\
            \(format(value))</text></g>

            """
    }

    private func grid(height: Double) -> HTML {
        HTML(
            joining: scale.ticks.enumerated().map { index, tick in
                let x = coordinate(Self.barShare * scale.position(of: tick), "%")
                // On a phone there is room for every other one.
                let isBetween = index % 2 == 1 && scale.ticks.count > 4
                return """
                    <text class="faint\(isBetween ? " between" : "")" x="\(x)" y="11" \
                    text-anchor="\(index == 0 ? "start" : "middle")">\(tickLabel(format(tick)))</text>\
                    <line class="grid" x1="\(x)" x2="\(x)" y1="16" y2="\(coordinate(height))"/>

                    """
            })
    }

    private var summary: String {
        categories.map { category in
            let values = zip(series, category.values).map { name, value in
                "\(name) \(value.map(format) ?? "nothing")"
            }
            return "\(category.label): \(values.joined(separator: ", "))"
        }.joined(separator: "; ")
    }
}
