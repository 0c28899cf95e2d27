import Exchange

/// What a daemon has room for, and how much of that is taken.
package struct Capacity: Sendable, Encodable {
    private let memoryLimitBytes: Int
    private let isShortOfMemory: Bool
    private let requestsOpen: Int
    private let requestsLimit: Int
    private let requestsWaiting: Int?
    private let connectionsOpen: Int?
    private let connectionsLimit: Int?

    /// Looks at what counts now.
    ///
    /// - Parameters:
    ///   - memory: `memory.limit`.
    ///   - requests: Places of those under way.
    ///   - waiting: Places of those that wait for the former, where they do.
    ///   - connections: Places of visitors, where there are some.
    package init(memory: MemoryCeiling, requests: Places, waiting: Places? = nil, connections: Places? = nil) {
        (memoryLimitBytes, isShortOfMemory) = (memory.limitBytes, memory.isShort)
        (requestsOpen, requestsLimit, requestsWaiting) = (requests.taken, requests.most, waiting?.taken)
        (connectionsOpen, connectionsLimit) = (connections?.taken, connections?.most)
    }

    private var metrics: [Metric] {
        var metrics: [Metric] = [
            .gauge("railgun_memory_limit_bytes", "What memory.limit says; 0 for any.", memoryLimitBytes),
            .gauge("railgun_memory_short", "1 while the process is above memory.limit.", isShortOfMemory ? 1 : 0),
            .gauge("railgun_requests_open", "Requests under way.", requestsOpen),
            .gauge("railgun_requests_limit", "As many requests may be under way.", requestsLimit),
        ]
        if let requestsWaiting {
            metrics.append(.gauge("railgun_requests_waiting", "Requests that wait for their turn.", requestsWaiting))
        }
        if let connectionsOpen, let connectionsLimit {
            metrics += [
                .gauge("railgun_connections_open", "Connections of visitors that are open.", connectionsOpen),
                .gauge("railgun_connections_limit", "As many visitors may be connected.", connectionsLimit),
            ]
        }
        return metrics
    }

    /// The part of the statistics.
    package static func section(_ now: @escaping @Sendable () -> Capacity) -> Statistics.Section {
        Statistics.Section("capacity", make: now) { $0.metrics }
    }
}
