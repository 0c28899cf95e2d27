package import Operations

extension SharedStoreSummary {
    /// What Prometheus is told.
    package var metrics: [Metric] {
        [
            .gauge(
                "railgun_store_shared_up", "1 while a server of memcached is asked; 0 while it is left alone.",
                servers.map { .init([("server", $0.address)], $0.state == "asked" ? 1 : 0) }),
            .counter(
                "railgun_store_shared_written_total", "Pages that a server of memcached took.",
                servers.map { .init([("server", $0.address)], $0.written) }),
            .counter(
                "railgun_store_shared_not_written_total", "Pages that a server of memcached did not take.",
                servers.map { .init([("server", $0.address)], $0.notWritten) }),
        ]
    }
}
