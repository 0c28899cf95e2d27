/// Whether a daemon can serve now: for balancers, and for whoever starts and watches it.
package enum Readiness: Hashable, Sendable, Encodable {
    case ready
    /// Why it can't, in a line.
    case notReady(String)

    private enum Key: CodingKey { case ready, reason }

    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        switch self {
        case .ready: try object.encode(true, forKey: .ready)
        case .notReady(let reason):
            try object.encode(false, forKey: .ready)
            try object.encode(reason, forKey: .reason)
        }
    }

    /// What Prometheus is told.
    var metrics: [Metric] {
        [.gauge("railgun_ready", "1 while the daemon can serve, as /readyz says.", self == .ready ? 1 : 0)]
    }

    /// The answer of `/readyz`.
    private var answer: (status: Int, type: String, bytes: [UInt8]) {
        switch self {
        case .ready: (200, "text/plain", [UInt8]("ready\n".utf8))
        case .notReady(let reason): (503, "text/plain", [UInt8]("\(reason)\n".utf8))
        }
    }

    /// `/healthz`, which only says that the process answers, and `/readyz`.
    package static func pages(_ now: @escaping @Sendable () async -> Readiness) -> [String: StatisticsPage] {
        [
            "/healthz": { (200, "text/plain", [UInt8]("ok\n".utf8)) },
            "/readyz": { await now().answer },
        ]
    }
}

extension Statistics.Section {
    /// Whether the daemon can serve.
    package static func readiness(_ now: @escaping @Sendable () async -> Readiness) -> Self {
        Self("readiness", make: now) { $0.metrics }
    }
}
