import Foundation

/// Where values lie along the axis of a chart, and which values are marked there.
package struct ChartScale: Sendable {
    /// How distance and value go together.
    package enum Kind: Hashable, Sendable {
        /// Twice as far is twice as much, from zero on.
        case linear
        /// Each step is ten times as much; for values that span orders of magnitude.
        case logarithmic
    }

    private let kind: Kind
    private let bounds: ClosedRange<Double>
    /// The values that are marked, in ascending order; the first and the last are the ends of the axis.
    package let ticks: [Double]

    /// Creates a scale on which all values have a place.
    ///
    /// - Parameters:
    ///   - kind: Linear or logarithmic; on a logarithmic scale, zero and less lie at the start.
    ///   - values: What is to be shown; may be empty.
    package init(_ kind: Kind, covering values: [Double]) {
        let shown = values.filter { $0.isFinite && $0 > 0 }
        let most = shown.max() ?? 1
        self.kind = kind
        switch kind {
        case .linear:
            let step = Self.niceStep(most / 4)
            let last = max(1, (most / step).rounded(.up))
            ticks = (0...Int(last)).map { Double($0) * step }
            bounds = 0...last * step
        case .logarithmic:
            let first = log10(shown.min() ?? 1).rounded(.down)
            let last = max(first + 1, log10(most).rounded(.up))
            ticks = stride(from: first, through: last, by: 1).map { pow(10, $0) }
            bounds = first...last
        }
    }

    /// Where a value lies, from 0 at the start to 1 at the end.
    package func position(of value: Double) -> Double {
        guard value.isFinite, value > 0 else { return 0 }
        let place = kind == .linear ? value : log10(value)
        return min(1, max(0, (place - bounds.lowerBound) / (bounds.upperBound - bounds.lowerBound)))
    }

    /// 1, 2 or 5 times a power of ten, not less than `value`.
    private static func niceStep(_ value: Double) -> Double {
        let power = pow(10, log10(value).rounded(.down))
        return [1, 2, 5].map { $0 * power }.first { $0 >= value } ?? 10 * power
    }
}

/// A place in an SVG drawing as text; percentages make charts as wide as their window with text of one size.
func coordinate(_ value: Double, _ unit: String = "") -> String {
    let text = String(format: "%.2f", value)
    return (text.hasSuffix(".00") ? String(text.dropLast(3)) : text) + unit
}

/// A value beside the axis: round, so without the zeros that tell how exact others are.
func tickLabel(_ text: String) -> String { text.replacing(#/\.0+(?![0-9])/#, with: "") }

/// Which colour belongs to which series, under a chart's title: squares for bars, strokes for lines.
func chartLegend(_ series: [String], colours: [SeriesColour], strokes: Bool = false) -> HTML {
    guard series.count > 1 else { return "" }
    let items = zip(series, colours).map { name, colour in
        let key: HTML =
            strokes
            ? """
            <svg class="stroke" viewBox="0 0 24 10" aria-hidden="true">\
            <line x1="0" x2="24" y1="5" y2="5" class="line-\(colour.rawValue)"/></svg>
            """
            : """
            <svg viewBox="0 0 10 10" aria-hidden="true">\
            <rect width="10" height="10" rx="2" class="fill-\(colour.rawValue)"/></svg>
            """
        return "<li>\(key)\(name)</li>\n" as HTML
    }
    return "<ul class=\"legend\">\n\(HTML(joining: items))</ul>\n"
}
