import Foundation
import Operations
import Reports

/// What came minute by minute, as filled lines: for each minute a value of each series.
struct HourChart {
    struct Series {
        var name: String
        /// The class of the line's colour.
        var kind: HTML
        /// One value a minute, the newest last; `nil` where there was nothing.
        var values: [Double?]
    }

    let title: String
    let series: [Series]
    /// In which minutes something is to be marked: how many times.
    var marks: [Int] = []
    let format: (Double) -> String

    static let minutes = 60
    private static let (top, plotHeight) = (16.0, 150.0)

    private var scale: ChartScale { ChartScale(.linear, covering: series.flatMap { $0.values.compactMap(\.self) }) }

    var html: HTML {
        let scale = scale
        let legend = series.map {
            "<li><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect width=\"10\" height=\"10\" rx=\"2\" class=\"\($0.kind)\"/></svg>\($0.name)</li>\n"
                as HTML
        }
        let failures: HTML =
            marks.contains { $0 > 0 }
            ? "<li><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><circle cx=\"5\" cy=\"5\" r=\"4\" class=\"failed\"/></svg>errors</li>\n"
            : ""
        let height = Self.top + Self.plotHeight
        let lines = scale.ticks.dropFirst().map { tick in
            """
            <line class="grid" x1="0" x2="100%" y1="\(y(tick, scale))" y2="\(y(tick, scale))"/>\
            <text class="faint halo" x="2" y="\(y(tick, scale, -4))">\(format(tick))</text>

            """ as HTML
        }
        return """
            <figure class="hour">
            <figcaption>\(title)</figcaption>
            <ul class="legend">
            \(HTML(joining: legend))\(failures)</ul>
            <svg role="img" aria-label="\(title). \(summary)" height="\(number(height + 20))">
            <svg width="100%" height="\(number(height))" viewBox="0 0 \(Self.minutes) \(number(height))" \
            preserveAspectRatio="none">
            \(HTML(joining: series.map { area($0, scale) }))</svg>
            \(HTML(joining: lines))<line class="axis" x1="0" x2="100%" y1="\(number(height))" y2="\(number(height))"/>
            \(markers)\(columns)<text class="faint" x="0" y="\(number(height + 16))">an hour ago</text>
            <text class="faint" x="50%" y="\(number(height + 16))" text-anchor="middle">30 min ago</text>
            <text class="faint" x="100%" y="\(number(height + 16))" text-anchor="end">now</text>
            </svg>
            </figure>

            """
    }

    private func y(_ value: Double, _ scale: ChartScale, _ offset: Double = 0) -> String {
        number(Self.top + Self.plotHeight * (1 - scale.position(of: value)) + offset)
    }

    private func number(_ value: Double) -> String {
        let text = String(format: "%.1f", value)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Each stretch without a gap is one shape.
    private func area(_ line: Series, _ scale: ChartScale) -> HTML {
        let first = Self.minutes - line.values.count
        let bottom = number(Self.top + Self.plotHeight)
        var (shape, stroke) = ("", "")
        var stretch: [(x: Int, y: String)] = []
        func end() {
            guard let start = stretch.first else { return }
            // A minute is as wide as its value holds, so that also a single one is to be seen.
            let points = stretch.map { "L\($0.x) \($0.y)H\($0.x + 1)" }.joined().dropFirst()
            shape += "M\(start.x) \(bottom)L\(points)V\(bottom)Z"
            stroke += "M\(points)"
            stretch = []
        }
        for (index, value) in line.values.enumerated() {
            if let value { stretch.append((first + index, y(value, scale))) } else { end() }
        }
        end()
        return """
            <path class="area \(line.kind)" d="\(shape)"/>\
            <path class="line \(line.kind)" vector-effect="non-scaling-stroke" d="\(stroke)"/>

            """
    }

    private var markers: HTML {
        let first = Self.minutes - marks.count
        return HTML(
            joining: marks.enumerated().filter { $0.element > 0 }.map { index, _ in
                """
                <circle class="failed" cx="\(percent(Double(first + index) + 0.5))" cy="\(number(Self.top + Self.plotHeight - 6))" \
                r="4"/>

                """
            })
    }

    /// What the mouse rests on.
    private var columns: HTML {
        let count = series.map(\.values.count).max() ?? 0
        return HTML(
            joining: (0..<count).map { index in
                let values = series.compactMap { line in
                    line.values.indices.contains(index) ? line.values[index].map { "\(line.name) \(format($0))" } : nil
                }
                let failed = marks.indices.contains(index) && marks[index] > 0 ? ["errors: \(marks[index])"] : []
                let minute = count - 1 - index
                let text = (values + failed).joined(separator: ", ")
                return """
                    <rect x="\(percent(Double(Self.minutes - count + index)))" width="1.67%" height="100%"><title>\
                    \(minute == 0 ? "now" : "\(minute) min ago"): \(text.isEmpty ? "nothing" : text)</title></rect>

                    """
            })
    }

    private func percent(_ minute: Double) -> String {
        number(minute / Double(Self.minutes) * 100) + "%"
    }

    private var summary: String {
        series.map { line in
            let values = line.values.compactMap(\.self)
            guard let least = values.min(), let most = values.max() else { return "\(line.name): nothing" }
            return "\(line.name): from \(format(least)) to \(format(most)) a minute"
        }.joined(separator: "; ")
    }
}
