import Foundation

/// What an end did lately: all that the dashboard shows.
///
/// A value, made when somebody asks; it holds nothing of a page but its address, without its query.
package struct Overview: Encodable, Sendable {
    /// The program: "rg-sender".
    package var role: String
    package var version: String
    package var uptimeSeconds: Int
    package var time: Date
    /// What a GB costs, where the user said so.
    package var price: Price?
    /// Since the start.
    package var total = Savings()
    package var lastMinute = Savings()
    package var lastHour = Savings()
    /// What each ``Step/seconds`` brought, oldest first, for up to an hour.
    package var steps: [Step] = []
    /// Since the start, by bytes that the pages have, most first; what had no room is the last row, with an empty name.
    package var sites: [SiteSavings] = []
    /// Of the last hour.
    package var latencies: [LatencySummary] = []
    package var links: [LinkState] = []
    package var store = StoreContents()
    /// Newest first.
    package var failures: [Failure] = []
    /// Newest first.
    package var pages: [RecentPage] = []

    /// What went out costs this much: `stats.price`.
    package struct Price: Hashable, Encodable, Sendable {
        package var perGB: Double
        /// As the user wrote it: "€", "USD".
        package var currency: String
    }

    /// How many bytes pages have, and how few of them crossed the link.
    package struct Savings: Hashable, Encodable, Sendable {
        package var requests = 0
        /// Bytes of the bodies as clients see them, before compression; of answers that crossed the link.
        package var pageBytes = 0
        /// Bytes that gzip would have sent for them: measured on one page in many, and scaled.
        package var gzipBytes = 0
        /// Bytes of these requests and answers on the link, as the access log counts them.
        package var linkBytes = 0
    }

    /// A point of the charts.
    package struct Step: Encodable, Sendable {
        package static let seconds = 5
        package var savings = Savings()
        /// Of all requests, in milliseconds; `nil` where there was none.
        package var medianMilliseconds, p95Milliseconds: Double?
        package var failures = 0
    }

    /// One site, and the classes of its paths.
    package struct SiteSavings: Encodable, Sendable {
        package var site: String
        package var savings = Savings()
        /// By the first part of the path: `/`, `/news/`, `/api/`; most bytes first.
        package var paths: [PathSavings] = []
    }

    package struct PathSavings: Encodable, Sendable {
        package var path: String
        package var savings = Savings()
        package var medianMilliseconds: Double?
    }

    /// What is timed, in milliseconds.
    package struct LatencySummary: Encodable, Sendable {
        /// As in the statistics: `request`, `first_byte`, `origin`, `link_round_trip`, `encode`, `decode`.
        package var name: String
        package var count: Int
        package var p50, p95, p99: Double
    }

    /// A lane of the link.
    package struct LinkState: Encodable, Sendable {
        /// The other end: name or address.
        package var peer: String
        /// A word for people: "open", "drains", "waits 8 s before it tries again".
        package var state: String
        package var isWell: Bool
        package var roundTripMilliseconds: Double?
        package var openStreams: Int
        package var bytesSent: Int
        package var bytesReceived: Int

        package init(
            peer: String, state: String, isWell: Bool, roundTripMilliseconds: Double? = nil, openStreams: Int,
            bytesSent: Int, bytesReceived: Int
        ) {
            (self.peer, self.state, self.isWell) = (peer, state, isWell)
            (self.roundTripMilliseconds, self.openStreams) = (roundTripMilliseconds, openStreams)
            (self.bytesSent, self.bytesReceived) = (bytesSent, bytesReceived)
        }
    }

    /// What the store holds.
    package struct StoreContents: Encodable, Sendable {
        package var pages = 0
        /// All memory that it takes, of ``limitBytes``; the bytes of ``sizes`` and ``ages`` are those of the pages alone.
        package var bytes = 0
        package var limitBytes = 0
        /// By a page's size: "up to 16 kB".
        package var sizes: [Share] = []
        /// By when it was last used: "in the last minute".
        package var ages: [Share] = []

        package init(
            pages: Int = 0, bytes: Int = 0, limitBytes: Int = 0, sizes: [Share] = [], ages: [Share] = []
        ) {
            (self.pages, self.bytes, self.limitBytes) = (pages, bytes, limitBytes)
            (self.sizes, self.ages) = (sizes, ages)
        }

        package struct Share: Encodable, Sendable {
            package var label: String
            package var pages: Int
            package var bytes: Int

            package init(label: String, pages: Int, bytes: Int) {
                (self.label, self.pages, self.bytes) = (label, pages, bytes)
            }
        }
    }

    /// Something that went wrong; the same thing again counts up.
    package struct Failure: Encodable, Sendable {
        package var time: Date
        package var count: Int
        /// The status that the client got; 0 where there was none.
        package var status: Int
        package var site: String
        package var path: String
        /// What happened, as the log says it.
        package var what: String
        /// What it means, and what to do, for somebody who runs websites.
        package var explanation: String
    }

    /// A page that crossed the link.
    package struct RecentPage: Encodable, Sendable {
        /// For ``PageChange``.
        package var id: Int
        package var time: Date
        package var site: String
        package var path: String
        package var pageBytes: Int
        package var linkBytes: Int
        /// "delta", "normal", "stream", "direct".
        package var crossing: String
        package var totalMilliseconds: Double
        /// Whether its source can be shown: it is common to all visitors, and still here.
        package var hasSource: Bool
    }

    /// A page's source, and that of the base that it was compared with.
    package struct PageChange: Sendable {
        package var page: RecentPage
        package var base: [UInt8]?
        package var bytes: [UInt8]
    }
}
