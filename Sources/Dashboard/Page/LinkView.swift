import Operations
import Reports

/// How the lanes of the link are.
struct LinkView {
    private static let lanesShown = 32

    private let lanes: [Overview.LinkState]

    init(_ lanes: [Overview.LinkState]) { self.lanes = lanes }

    var html: HTML {
        guard !lanes.isEmpty else { return "<p class=\"nothing bad\">There is no link.</p>\n" }
        let bad = lanes.filter { !$0.isWell }
        // What isn't well is what a reader looks for.
        let shown = (bad + lanes.filter(\.isWell)).prefix(Self.lanesShown)
        let well: HTML =
            bad.isEmpty
            ? "<p class=\"verdict good\"><span aria-hidden=\"true\">✓</span> \(lanes.count == 1 ? "One lane, and it is well" : "\(lanes.count) lanes, all well")</p>\n"
            : "<p class=\"verdict bad\"><span aria-hidden=\"true\">✕</span> \(bad.count) of \(lanes.count) lanes not well</p>\n"
        var table = Table([
            .text("to"), .text("state"), .number("round trip"), .number("requests now"), .number("sent"),
            .number("received"),
        ])
        for lane in shown {
            table.append(
                [
                    Words.line(lane.peer, limit: 80), (lane.isWell ? "" : "✕ ") + Words.line(lane.state, limit: 80),
                    Words.milliseconds(lane.roundTripMilliseconds), Quantity.count(lane.openStreams),
                    Words.bytes(lane.bytesSent), Words.bytes(lane.bytesReceived),
                ], emphasis: lane.isWell ? .normal : .strong)
        }
        if lanes.count > shown.count { table.append(["\(lanes.count - shown.count) more", "", "", "", "", ""]) }
        return well + table.html(caption: "Lanes of the link, since they were opened")
    }
}
