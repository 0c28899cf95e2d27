import Link
import Operations

extension [LaneReport] {
    /// What Prometheus is told: of each listener, all event loops together.
    var metrics: [Metric] {
        let byListener = Dictionary(grouping: self) { [$0.group, $0.listener] }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { (labels: [("group", $0.key[0]), ("listener", $0.key[1])], reports: $0.value) }
        return Metric.link(byListener.map { ($0.labels, $0.reports.map(\.lane)) }) + [
            .gauge(
                "railgun_listener_up", "1 while a connection to the listener is open.",
                byListener.map { labels, reports in
                    .init(labels, reports.contains { $0.lane.state == .open } ? 1 : 0)
                }),
            .gauge(
                "railgun_listener_share",
                "The share of its requests that the listener gets, 0 to 1: below 1 after failures.",
                byListener.map { labels, reports in .init(labels, reports.map(\.share).min() ?? 0) }),
        ]
    }
}
