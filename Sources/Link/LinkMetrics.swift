package import Operations

extension Metric {
    /// The connections of the link.
    ///
    /// - Parameter peers: Those to one peer, with what names it. What isn't bounded names none: a sender's port is another one
    ///   with each connection.
    /// - Returns: What Prometheus is told.
    package static func link(_ peers: [(labels: [(String, String)], lanes: [LaneSummary])]) -> [Metric] {
        [
            .gauge(
                "railgun_link_connections", "Connections of the link by what they do.",
                peers.flatMap { labels, lanes in
                    LaneSummary.State.allCases.map { state in
                        .init(labels + [("state", state.rawValue)], lanes.count { $0.state == state })
                    }
                }),
            .gauge(
                "railgun_link_streams", "Requests under way on the link.",
                peers.map { labels, lanes in .init(labels, lanes.reduce(0) { $0 + $1.streams }) }),
        ]
    }
}

extension [CertificateExpiry] {
    /// What Prometheus is told.
    package var metrics: [Metric] {
        [
            .gauge(
                "railgun_certificate_expiry_timestamp_seconds",
                "When the first certificate of a file ends, in seconds since 1970.",
                map { .init([("setting", $0.setting)], $0.expires) })
        ]
    }
}
