/// Values in an order, mostly of time: points, joined by a line for each series.
package struct LineChart: Sendable {
    /// One line.
    package struct Series: Hashable, Sendable {
        /// What the legend says.
        package var name: String
        /// The points, in order of x.
        package var points: [Point]

        /// Creates a line.
        package init(_ name: String, _ points: [Point]) { (self.name, self.points) = (name, points) }
    }

    /// One point.
    package struct Point: Hashable, Sendable {
        /// How far right.
        package var x: Double
        /// The value.
        package var y: Double
        /// What the point is called where the mouse rests on it.
        package var label: String

        /// Creates a point.
        package init(x: Double, y: Double, label: String) { (self.x, self.y, self.label) = (x, y, label) }
    }

    private let title: String
    private let series: [Series]
    private let scale: ChartScale
    private let horizontal: ClosedRange<Double>
    private let xAxis: (start: String, end: String)
    private let colours: [SeriesColour]
    private let format: @Sendable (Double) -> String

    /// Creates a chart.
    ///
    /// - Parameters:
    ///   - title: What the chart shows.
    ///   - series: The lines.
    ///   - xAxis: What stands under the first and the last point.
    ///   - scale: How values are laid out from bottom to top.
    ///   - colours: The colours of series that have a role; the others get theirs in turn.
    ///   - format: How values are written: `{ Quantity.bytes(Int($0)) }`.
    package init(
        title: String, series: [Series], xAxis: (start: String, end: String), scale: ChartScale.Kind = .linear,
        colours: [SeriesColour] = [],
        format: @escaping @Sendable (Double) -> String
    ) {
        (self.title, self.series, self.xAxis, self.format) = (title, series, xAxis, format)
        self.colours = SeriesColour.assigned(colours, count: series.count)
        let points = series.flatMap(\.points)
        self.scale = ChartScale(scale, covering: points.map(\.y))
        let (first, last) = (points.map(\.x).min() ?? 0, points.map(\.x).max() ?? 1)
        horizontal = first...max(last, first + 1)
    }

    private static let (top, plotHeight) = (10.0, 200.0)
    /// More points than this are drawn smaller.
    private static let manyPoints = 40

    /// The chart as a figure of a page; the values of the grid lines stand in a drawing of their own beside the plot.
    package var html: HTML {
        let height = coordinate(Self.top + Self.plotHeight + 6)
        return """
            <figure>
            <figcaption>\(title)</figcaption>
            \(chartLegend(series.map(\.name), colours: colours, strokes: true))\
            <div class="plot">
            <svg aria-hidden="true" height="\(height)">
            \(labels)</svg>
            <svg role="img" aria-label="\(title)" height="\(height)">
            <desc>\(summary)</desc>
            \(grid)\(lines)\(points)</svg>
            <div class="ends"><span>\(xAxis.start)</span><span>\(xAxis.end)</span></div>
            </div>
            </figure>

            """
    }

    /// How far right, in per cent of the plot.
    private func x(_ value: Double) -> Double {
        100 * (value - horizontal.lowerBound) / (horizontal.upperBound - horizontal.lowerBound)
    }

    private func y(_ value: Double) -> Double { Self.top + Self.plotHeight * (1 - scale.position(of: value)) }

    private var grid: HTML {
        HTML(
            joining: scale.ticks.map { tick in
                let height = coordinate(y(tick))
                return "<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"\(height)\" y2=\"\(height)\"/>\n"
            })
    }

    /// A path takes no percentages, so the lines lie in a drawing of their own that is stretched over the plot.
    private var lines: HTML {
        let paths = series.enumerated().map { index, line in
            let steps = line.points.enumerated().map { step, point in
                "\(step == 0 ? "M" : "L")\(coordinate(x(point.x))) \(coordinate(y(point.y)))"
            }
            return """
                <path vector-effect="non-scaling-stroke" class="line-\(colours[index].rawValue)" \
                d="\(steps.joined())"/>

                """ as HTML
        }
        let height = coordinate(Self.top + Self.plotHeight)
        return """
            <svg width="100%" height="\(height)" viewBox="0 0 100 \(height)" preserveAspectRatio="none">
            \(HTML(joining: paths))</svg>

            """
    }

    private var points: HTML {
        let circles = series.enumerated().flatMap { index, line in
            let radius = line.points.count > Self.manyPoints ? "1.5" : "3"
            return line.points.map { point in
                """
                <circle cx="\(coordinate(x(point.x), "%"))" cy="\(coordinate(y(point.y)))" r="\(radius)" \
                class="fill-\(colours[index].rawValue)"><title>\(line.name), \(point.label): \(format(point.y))\
                </title></circle>

                """ as HTML
            }
        }
        return HTML(joining: circles)
    }

    private var labels: HTML {
        HTML(
            joining: scale.ticks.map { tick in
                "<text class=\"faint\" x=\"0\" y=\"\(coordinate(y(tick) + 4))\">\(tickLabel(format(tick)))</text>\n"
            })
    }

    private var summary: String {
        series.map { line in
            let values = line.points.map(\.y)
            guard let least = values.min(), let most = values.max() else { return "\(line.name): nothing" }
            return
                "\(line.name): \(values.count) points from \(format(least)) to \(format(most)), the last \(format(values[values.count - 1]))"
        }.joined(separator: "; ")
    }
}
