package import Operations

extension OriginCounts {
    /// Hands what the pool of an event loop has counted so far to the statistics of that loop.
    package func show(in statistics: LoopStatistics) {
        statistics.counters.originRequests = requests
        statistics.counters.originConnections = connections
        statistics.counters.originRetries = retries
        statistics.counters.originFailovers = failovers
        statistics.counters.originDowns = downs
        statistics.counters.originBytesSent = bodyBytesSent
        statistics.counters.originBytesReceived = bodyBytesReceived
    }
}
