/// A metric of Prometheus: a name, what it means, and its values.
package struct Metric: Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// Only grows, from 0 at the start of the process.
        case counter
        case gauge
        case histogram
    }

    /// A value, and what tells it apart from others of the same metric.
    package struct Sample: Sendable, Equatable {
        /// What follows the name: `_bucket`, `_sum` and `_count` of histograms.
        var suffix = ""
        var labels: [Label] = []
        var value: Double

        package init(_ labels: [(String, String)], _ value: Double, suffix: String = "") {
            self.labels = labels.map { Label(name: $0.0, value: $0.1) }
            (self.value, self.suffix) = (value, suffix)
        }

        package init(_ labels: [(String, String)], _ value: Int) { self.init(labels, Double(value)) }
    }

    struct Label: Sendable, Equatable {
        var name, value: String
    }

    let kind: Kind
    /// With its unit, as ``Kind`` asks for it: `railgun_link_bytes_total`, `railgun_request_seconds`.
    let name: String
    /// One sentence.
    let help: String
    /// May be empty: the metric is shown nevertheless, so that people find its name.
    let samples: [Sample]

    private init(_ kind: Kind, _ name: String, _ help: String, _ samples: [Sample]) {
        (self.kind, self.name, self.help, self.samples) = (kind, name, help, samples)
    }

    /// What only grows; its name ends with `_total`.
    package static func counter(_ name: String, _ help: String, _ samples: [Sample]) -> Metric {
        Metric(.counter, name, help, samples)
    }

    /// The same, with one value.
    package static func counter(_ name: String, _ help: String, _ value: Int) -> Metric {
        Metric(.counter, name, help, [Sample([], value)])
    }

    /// What goes up and down.
    package static func gauge(_ name: String, _ help: String, _ samples: [Sample]) -> Metric {
        Metric(.gauge, name, help, samples)
    }

    /// The same, with one value.
    package static func gauge(_ name: String, _ help: String, _ value: Int) -> Metric {
        Metric(.gauge, name, help, [Sample([], value)])
    }

    /// How long something took, in seconds.
    static func histogram(_ name: String, _ help: String, _ histogram: LatencyHistogram) -> Metric {
        let seconds = 1e-6
        var samples = histogram.cumulative.map { bound, count in
            Sample([("le", MetricsText.number(Double(bound) * seconds))], Double(count), suffix: "_bucket")
        }
        samples.append(Sample([("le", "+Inf")], Double(histogram.count), suffix: "_bucket"))
        samples.append(Sample([], Double(histogram.sum.nanoseconds / 1_000) * seconds, suffix: "_sum"))
        samples.append(Sample([], Double(histogram.count), suffix: "_count"))
        return Metric(.histogram, name, help, samples)
    }
}
