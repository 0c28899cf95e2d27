import NIOCore

/// One lane at one moment, for the statistics.
package struct LaneSummary: Hashable, Sendable, Codable {
    package enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// Takes requests.
        case open
        /// Is being opened, or waits for the next attempt.
        case opening
        /// Finishes what is under way.
        case draining
    }

    /// The other end's address.
    package var address: String
    package var state: State
    /// The lane's name, as the `Railgun` header shows it; `nil` while it isn't open.
    package var connection: String?
    /// The smoothed round trip in milliseconds; `nil` until it was measured.
    package var roundTripMs: Double?
    /// The requests under way.
    package var streams: Int
    /// Bytes since the lane was opened, TLS included.
    package var bytesSent: Int
    package var bytesReceived: Int
    /// Why the last attempt failed; `nil` where it didn't.
    package var error: String?

    /// - Parameters:
    ///   - address: The other end's.
    ///   - lane: `nil` where there is none.
    ///   - error: Why there is none.
    package init(address: String, lane: Lane?, error: LinkError? = nil) {
        self.address = address
        state = lane.map { $0.isOpen ? .open : .draining } ?? .opening
        connection = lane.map { lane in
            let digits = String(lane.laneID, radix: 16)
            return String(repeating: "0", count: max(0, 10 - digits.utf8.count)) + digits
        }
        roundTripMs = lane?.roundTrip.map { Double($0.nanoseconds / 1_000) / 1_000 }
        streams = lane?.streamCount ?? 0
        bytesSent = lane?.wireBytes.sent ?? 0
        bytesReceived = lane?.wireBytes.received ?? 0
        self.error = error?.message
    }
}
