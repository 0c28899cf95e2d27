/// What is counted, from the start of the process on.
///
/// Plain integers: each event loop counts in its own.
package struct Counters: Hashable, Sendable {
    // Requests, as clients see them.
    package var requestsStarted = 0
    package var requestsCompleted = 0
    package var requestsRefused = 0
    package var requestsCancelled = 0
    package var requestsQueued = 0
    package var requestsShed = 0
    package var bodiesTooLarge = 0
    package var bodiesTooSlow = 0
    package var readersTooSlow = 0
    package var responses1xx = 0
    package var responses2xx = 0
    package var responses3xx = 0
    package var responses4xx = 0
    package var responses5xx = 0
    package var connectionsOpened = 0
    package var connectionsClosed = 0
    package var connectionsPaused = 0
    package var connectionsRefused = 0
    package var tunnelsOpened = 0
    package var clientBytesReceived = 0
    package var clientBytesSent = 0

    // Pages: how each answer crossed the link.
    package var pagesDelta = 0
    package var pagesIdentical = 0
    package var pagesWhole = 0
    package var pagesStreamed = 0
    package var pagesDirect = 0
    package var pageBytes = 0
    package var answerBytes = 0
    package var deltaPageBytes = 0
    package var deltaBytes = 0
    package var basesMissing = 0
    package var pagesUncompared = 0
    package var pagesThorough = 0
    package var pagesModerate = 0
    package var pagesFast = 0
    package var pagesSlow = 0
    package var hashFailures = 0

    // The shared store.
    package var storeSharedHits = 0
    package var storeSharedMisses = 0
    package var storeSharedDamaged = 0
    package var storeSharedErrors = 0
    package var storeSharedSkipped = 0

    // The link.
    package var wanStarts = 0
    package var wanStops = 0
    package var wanBytesSent = 0
    package var wanBytesReceived = 0
    package var linkErrors = 0
    package var linkRetries = 0
    package var linkRetriesElsewhere = 0

    // Origins.
    package var originRequests = 0
    package var originConnections = 0
    package var originRetries = 0
    package var originFailovers = 0
    package var originDowns = 0
    package var originErrors = 0
    package var originTimeouts = 0
    package var originBytesSent = 0
    package var originBytesReceived = 0

    /// Starts at zero.
    package init() {}

    /// The counters with their names in documents.
    ///
    /// Names of the original are kept where it had the same thing.
    static let all: [(name: String, path: WritableKeyPath<Counters, Int> & Sendable)] = [
        ("requests_started", \.requestsStarted), ("requests_completed", \.requestsCompleted),
        ("requests_refused", \.requestsRefused), ("requests_cancelled", \.requestsCancelled),
        ("requests_queued", \.requestsQueued), ("requests_shed", \.requestsShed),
        ("bodies_too_large", \.bodiesTooLarge), ("bodies_too_slow", \.bodiesTooSlow),
        ("readers_too_slow", \.readersTooSlow), ("connections_paused", \.connectionsPaused),
        ("connections_refused", \.connectionsRefused),
        ("responses_1xx", \.responses1xx), ("responses_2xx", \.responses2xx), ("responses_3xx", \.responses3xx),
        ("responses_4xx", \.responses4xx), ("responses_5xx", \.responses5xx),
        ("connections_opened", \.connectionsOpened), ("connections_closed", \.connectionsClosed),
        ("tunnels_opened", \.tunnelsOpened),
        ("client_bytes_received", \.clientBytesReceived), ("client_bytes_sent", \.clientBytesSent),
        ("pages_delta", \.pagesDelta), ("pages_identical", \.pagesIdentical), ("pages_whole", \.pagesWhole),
        ("pages_streamed", \.pagesStreamed), ("pages_direct", \.pagesDirect), ("page_bytes", \.pageBytes),
        ("answer_bytes", \.answerBytes),
        ("delta_page_bytes", \.deltaPageBytes), ("delta_bytes", \.deltaBytes), ("bases_missing", \.basesMissing),
        ("pages_uncompared", \.pagesUncompared), ("pages_thorough", \.pagesThorough),
        ("pages_moderate", \.pagesModerate), ("pages_fast", \.pagesFast),
        ("pages_slow", \.pagesSlow),
        ("hash_failures", \.hashFailures),
        ("store_shared_hits", \.storeSharedHits), ("store_shared_misses", \.storeSharedMisses),
        ("store_shared_damaged", \.storeSharedDamaged), ("store_shared_errors", \.storeSharedErrors),
        ("store_shared_skipped", \.storeSharedSkipped),
        ("wan_starts", \.wanStarts), ("wan_stops", \.wanStops), ("wan_bytes_sent", \.wanBytesSent),
        ("wan_bytes_received", \.wanBytesReceived), ("link_errors", \.linkErrors), ("link_retries", \.linkRetries),
        ("link_retries_elsewhere", \.linkRetriesElsewhere),
        ("origin_requests", \.originRequests), ("origin_connections", \.originConnections),
        ("origin_retries", \.originRetries), ("origin_failovers", \.originFailovers),
        ("origin_downs", \.originDowns), ("origin_errors", \.originErrors),
        ("origin_timeouts", \.originTimeouts), ("origin_bytes_sent", \.originBytesSent),
        ("origin_bytes_received", \.originBytesReceived),
    ]

    /// Counts an answer by the class of its status.
    package mutating func countResponse(status: Int) {
        switch status {
        case ..<100: break  // the client left before there was an answer
        case 100..<200: responses1xx += 1
        case 200..<300: responses2xx += 1
        case 300..<400: responses3xx += 1
        case 400..<500: responses4xx += 1
        default: responses5xx += 1
        }
    }

    /// Counts how an answer crossed the link.
    package mutating func count(_ crossing: AccessLine.Crossing) {
        switch crossing {
        case .delta(let bytes, let ofPageBytes):
            if bytes == 1 { pagesIdentical += 1 } else { pagesDelta += 1 }
            pageBytes += ofPageBytes
            deltaPageBytes += ofPageBytes
            deltaBytes += bytes
        case .normal: pagesWhole += 1
        case .stream: pagesStreamed += 1
        case .direct: pagesDirect += 1
        case .none: break
        }
    }

    static func += (sum: inout Counters, other: Counters) {
        for (_, path) in all { sum[keyPath: path] += other[keyPath: path] }
    }

    /// Bytes of deltas for 10,000 bytes of the pages made from them; `nil` before the first delta.
    ///
    /// 29 is 0.29 %.
    var deltaCompressionRatio: Int? { deltaPageBytes == 0 ? nil : deltaBytes * 10_000 / deltaPageBytes }
}
