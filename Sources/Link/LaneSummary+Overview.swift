package import Operations

extension LaneSummary {
    /// The lane as the dashboard shows it.
    package var linkState: Overview.LinkState {
        let words =
            switch state {
            case .open: "open"
            case .draining: "finishes what is under way"
            case .opening: error.map { "not connected, and tried again: \($0)" } ?? "is being opened"
            }
        return Overview.LinkState(
            peer: address, state: words, isWell: state != .opening, roundTripMilliseconds: roundTripMs,
            openStreams: streams, bytesSent: bytesSent, bytesReceived: bytesReceived)
    }
}
