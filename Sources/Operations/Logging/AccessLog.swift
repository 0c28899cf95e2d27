import HTTPRules
import NIOCore

/// What the log says of one request.
package struct AccessLine: Sendable {
    /// How the page crossed the link.
    package enum Crossing: Sendable {
        /// As a difference of this many bytes to a page of this many.
        case delta(bytes: Int, pageBytes: Int)
        /// As a page without a base.
        case normal
        /// As the origin sent it, piece by piece.
        case stream
        /// Not over the link.
        case direct
        /// Not at all: nothing was asked of the origin.
        case none

        /// As the `Railgun` header says it.
        var word: StaticString {
            switch self {
            case .delta: "delta"
            case .normal: "normal"
            case .stream: "stream"
            case .direct: "direct"
            case .none: "-"
            }
        }
    }

    /// The client's address, without port.
    package var client: String
    /// The request's method.
    package var method: String
    /// The host that was asked for.
    package var host: String
    /// The target, as the client wrote it.
    package var target: String
    /// The status that the client got; 0 when it was gone before.
    package var status: Int
    /// Bytes of the body that went to the client.
    package var clientBytes: Int
    /// Bytes that crossed the link for this answer.
    package var linkBytes: Int
    /// How it crossed the link.
    package var crossing: Crossing
    /// How long the origin took up to the head of its answer; `nil` when it was not asked, or is not known.
    package var originTime: TimeAmount?
    /// From the first byte of the request to the last of the answer.
    package var totalTime: TimeAmount
    /// The connection's number in the `Railgun` header.
    package var connection: String
    /// The trace that the request belongs to.
    package var trace: TraceContext?

    /// Puts everything together.
    package init(
        client: String, method: String, host: String, target: String, status: Int, clientBytes: Int, linkBytes: Int,
        crossing: Crossing, originTime: TimeAmount?, totalTime: TimeAmount, connection: String,
        trace: TraceContext? = nil
    ) {
        (self.client, self.method, self.host, self.target) = (client, method, host, target)
        (self.status, self.clientBytes, self.linkBytes) = (status, clientBytes, linkBytes)
        (self.crossing, self.originTime, self.totalTime) = (crossing, originTime, totalTime)
        (self.connection, self.trace) = (connection, trace)
    }
}

/// Writes one line for each request.
///
/// Each event loop has one of its own, for it uses its memory again and again.
package final class AccessLog {
    private let output: LogOutput
    private var writer: LineWriter
    private let requests: LoggedRequest

    /// Makes a log that writes to `output`, in its format; `nil` where requests are not logged.
    package convenience init?(to output: LogOutput) {
        let settings = output.settings
        guard settings.level >= .information else { return nil }
        self.init(to: output, format: settings.format, requests: settings.requests)
    }

    init(
        to output: LogOutput, format: LogSettings.Format, requests: LoggedRequest = LoggedRequest(showsQuery: false)
    ) {
        (self.output, writer, self.requests) = (output, LineWriter(format: format), requests)
    }

    /// Writes a line; no allocation, but where a query is left out, and for the number of a trace.
    package func write(_ line: AccessLine) {
        format(line)
        output.append(writer.bytes)
    }

    func format(_ line: AccessLine) {
        writer.start(level: "info")
        writer.field("status", line.status, isBare: true, width: 3)
        writer.field("method", line.method, isBare: true, width: 4)
        writer.field("client", line.client, width: 12)
        writer.field("sent", json: "sent_bytes", line.clientBytes, width: 7)
        writer.field("link", json: "link_bytes", line.linkBytes, width: 6)
        switch line.crossing {
        case .delta(let bytes, let pageBytes):
            let hundredths = pageBytes == 0 ? 0 : bytes * 10_000 / pageBytes
            writer.field("delta", json: "delta_percent", hundredths: hundredths, width: 6)
        case .normal, .stream, .direct, .none:
            writer.field("delta", json: "crossing", "\(line.crossing.word)", width: 6)
        }
        writer.field("origin", json: "origin_ms", nanoseconds: line.originTime?.nanoseconds, width: 9)
        writer.field("total", json: "total_ms", nanoseconds: line.totalTime.nanoseconds, width: 9)
        writer.field("connection", line.connection)
        writer.field("host", requests.host(line.host))
        writer.field("target", requests.target(line.target))
        if let trace = line.trace { writer.field("trace", trace.traceID) }
        writer.end()
    }

    /// The line that was written last; for tests.
    var last: String { String(decoding: writer.bytes, as: UTF8.self) }
}
