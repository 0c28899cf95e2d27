import Foundation
package import NIOCore

/// One origin at one moment, for the statistics.
package struct OriginSummary: Hashable, Sendable, Codable {
    package enum State: String, Hashable, Sendable, Codable {
        case up
        /// Was down, and gets fewer requests than its weight says for a while.
        case starting
        case down
    }

    package var address: String
    /// The line of the NAT map that names it first.
    package var site: String
    /// How many lines name it.
    package var sites: Int
    package var state: State
    /// When it went down or came up, in seconds since 1970; at first when it became known.
    package var since: Int
    /// In the line that names it first.
    package var weight: Int
    package var backup: Bool
    package var requests: Int
    package var failures: Int
    /// How often it went down.
    package var downs: Int
    /// The last one's words; `nil` before the first.
    package var error: String?
}

extension OriginHealth {
    /// The origins that were asked or checked so far, ordered by address.
    package func summaries(now: NIODeadline = .now()) -> [OriginSummary] {
        state.withLockedValue { state in
            state.entries.compactMap { key, entry in
                guard entry.requests > 0 || entry.condition.wasChecked else { return nil }
                let share = entry.condition.share(now, state.settings)
                return OriginSummary(
                    address: key.description, site: entry.site, sites: entry.siteCount,
                    state: share == 0 ? .down : share < 100 ? .starting : .up,
                    since: Int(entry.since.timeIntervalSince1970), weight: entry.weight, backup: entry.isBackup,
                    requests: entry.requests, failures: entry.failures, downs: entry.downs, error: entry.lastError)
            }
        }
        .sorted { $0.address < $1.address }
    }
}
