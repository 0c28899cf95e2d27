package import Operations

extension [OriginSummary] {
    /// What Prometheus is told.
    package var metrics: [Metric] {
        [
            .gauge(
                "railgun_origin_up", "1 for an origin that answers; 0 for one that gets no requests because it fails.",
                map { .init([("origin", $0.address), ("site", $0.site)], $0.state == .down ? 0 : 1) }),
            .counter(
                "railgun_origin_failures_total", "Requests and checks that an origin failed.",
                map { .init([("origin", $0.address), ("site", $0.site)], $0.failures) }),
        ]
    }
}
