/// The counters as metrics: what is a part of the same thing has one name, and a label.
enum CounterMetrics {
    /// Which daemon counts it.
    private enum End: String {
        case sender = "rg-sender"
        case listener = "rg-listener"
    }

    typealias Path = KeyPath<Counters, Int> & Sendable

    private struct Row: Sendable {
        let name: String
        let help: String
        /// `nil` where both daemons count it.
        let end: End?
        let label: String
        let parts: [(value: String, path: Path)]

        init(_ name: String, _ help: String, at end: End? = nil, _ path: Path) {
            (self.name, self.help, self.end, label, parts) = (name, help, end, "", [("", path)])
        }

        init(_ name: String, _ help: String, at end: End? = nil, by label: String, _ parts: [(String, Path)]) {
            (self.name, self.help, self.end, self.label) = (name, help, end, label)
            self.parts = parts.map { (value: $0.0, path: $0.1) }
        }

        func metric(_ counters: Counters) -> Metric {
            .counter(
                "railgun_\(name)_total", help,
                parts.map { value, path in
                    label.isEmpty
                        ? .init([], counters[keyPath: path]) : .init([(label, value)], counters[keyPath: path])
                })
        }
    }

    private static let rows: [Row] = [
        Row("requests_started", "Requests that came.", \.requestsStarted),
        Row(
            "requests", "Requests that are over: answered, or given up by who asked.", by: "outcome",
            [("completed", \.requestsCompleted), ("cancelled", \.requestsCancelled)]),
        Row("requests_refused", "Requests that break HTTP's rules.", \.requestsRefused),
        Row("requests_shed", "Requests that found no room.", \.requestsShed),
        Row("requests_queued", "Requests that waited for their turn.", at: .sender, \.requestsQueued),
        Row(
            "responses", "Answers by the class of their status, interim ones among them.", by: "class",
            [
                ("1xx", \.responses1xx), ("2xx", \.responses2xx), ("3xx", \.responses3xx), ("4xx", \.responses4xx),
                ("5xx", \.responses5xx),
            ]),
        Row(
            "bodies_refused", "Bodies of requests that were too large (413) or too slow (408).", at: .sender,
            by: "reason", [("too_large", \.bodiesTooLarge), ("too_slow", \.bodiesTooSlow)]),
        Row(
            "readers_too_slow", "Answers that were cut, because the visitor took nothing of them.", at: .sender,
            \.readersTooSlow),
        Row("connections_opened", "Connections of visitors.", at: .sender, \.connectionsOpened),
        Row("connections_closed", "Connections of visitors that are over.", at: .sender, \.connectionsClosed),
        Row(
            "connections_paused", "How often no connection was accepted for a moment.", \.connectionsPaused),
        Row(
            "connections_refused", "Connections without a right header of the PROXY protocol.", \.connectionsRefused),
        Row("tunnels_opened", "WebSockets and other tunnels.", at: .sender, \.tunnelsOpened),
        Row(
            "client_bytes", "Bytes of bodies from and to visitors.", at: .sender, by: "direction",
            [("received", \.clientBytesReceived), ("sent", \.clientBytesSent)]),

        Row(
            "pages", "Answers by how they crossed the link.", by: "crossing",
            [
                ("delta", \.pagesDelta), ("identical", \.pagesIdentical), ("normal", \.pagesWhole),
                ("stream", \.pagesStreamed), ("direct", \.pagesDirect),
            ]),
        Row(
            "answer_bytes", "Bytes of the bodies that crossed the link, before they are made smaller for it.",
            \.answerBytes),
        Row("delta_page_bytes", "Bytes of the pages that crossed the link as deltas.", \.deltaPageBytes),
        Row("delta_bytes", "Bytes of those deltas.", \.deltaBytes),
        Row(
            "hash_failures", "Pages that did not pass their check: asked for again, or broken off.", at: .sender,
            \.hashFailures),
        Row(
            "bases_missing", "Pages whose base the sender has and the listener has not.", at: .listener,
            \.basesMissing),
        Row(
            "pages_encoded", "Pages by the work that their deltas were allowed to be.", at: .listener, by: "effort",
            [("thorough", \.pagesThorough), ("moderate", \.pagesModerate), ("fast", \.pagesFast)]),
        Row("pages_slow", "Pages that took too much processor time.", at: .listener, \.pagesSlow),
        Row("pages_uncompared", "Pages that passed without being compared.", at: .listener, \.pagesUncompared),

        Row(
            "store_shared_lookups", "Look-ups in memcached; skipped ones were not made.", at: .listener, by: "result",
            [
                ("hit", \.storeSharedHits), ("miss", \.storeSharedMisses), ("damaged", \.storeSharedDamaged),
                ("error", \.storeSharedErrors), ("skipped", \.storeSharedSkipped),
            ]),

        Row("link_starts", "Connections of the link that were opened.", \.wanStarts),
        Row("link_stops", "Connections of the link that were lost, or could not be opened.", \.wanStops),
        Row(
            "link_bytes", "Bytes of the link, TLS included.", by: "direction",
            [("sent", \.wanBytesSent), ("received", \.wanBytesReceived)]),
        Row("link_errors", "Requests that failed because of the link, or a full one.", at: .sender, \.linkErrors),
        Row("link_retries", "Requests that were sent again.", at: .sender, \.linkRetries),
        Row(
            "link_retries_elsewhere", "Requests that were sent again, to another listener.", at: .sender,
            \.linkRetriesElsewhere),

        Row("origin_requests", "Requests to origins.", \.originRequests),
        Row("origin_connections", "Connections to origins that were opened.", \.originConnections),
        Row("origin_retries", "Requests that an origin was asked again.", \.originRetries),
        Row(
            "origin_failovers", "Requests that went to another origin of their site.", at: .listener,
            \.originFailovers),
        Row("origin_downs", "How often an origin was found to be down.", at: .listener, \.originDowns),
        Row(
            "origin_errors", "Requests that failed because of an origin (502), or its slowness (504).", by: "reason",
            [("failure", \.originErrors), ("timeout", \.originTimeouts)]),
        Row(
            "origin_bytes", "Bytes of bodies to and from origins.", by: "direction",
            [("sent", \.originBytesSent), ("received", \.originBytesReceived)]),
    ]

    /// What one daemon counts.
    static func metrics(_ counters: Counters, role: String) -> [Metric] {
        rows.filter { $0.end.map { $0.rawValue == role } ?? true }.map { $0.metric(counters) }
    }

    /// All counters that are shown so; for tests.
    static var paths: [Path] { rows.flatMap { $0.parts.map(\.path) } }
}
