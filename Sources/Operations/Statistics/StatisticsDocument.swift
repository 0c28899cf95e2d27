import Foundation
import NIOCore

/// The statistics at one moment, and how they are written.
///
/// As JSON it is one object: the counters under their names, as the original had them, then `latencies` and the sections.
struct StatisticsDocument: Encodable, Sendable {
    let role: String
    let version: String
    let uptime: Duration
    let time: Date
    let counters: Counters
    let latencies: Latencies
    let price: Overview.Price?
    let residentBytes: Int?
    let sections: [String: Statistics.Section.Content]

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    private struct Summary: Encodable {
        let count: Int
        let mean_ms, p50_ms, p90_ms, p99_ms, max_ms: Double

        init(_ histogram: LatencyHistogram) {
            func milliseconds(_ time: TimeAmount) -> Double { Double(time.nanoseconds / 1_000) / 1_000 }
            count = histogram.count
            mean_ms = count == 0 ? 0 : (milliseconds(histogram.sum) / Double(count) * 1_000).rounded() / 1_000
            (p50_ms, p90_ms) = (milliseconds(histogram.percentile(0.5)), milliseconds(histogram.percentile(0.9)))
            (p99_ms, max_ms) = (milliseconds(histogram.percentile(0.99)), milliseconds(histogram.greatest))
        }
    }

    /// How much less crossed the link than the answers have: negative where nothing but pings did.
    private var savedBytes: Int {
        counters.answerBytes - (role == "rg-listener" ? counters.wanBytesSent : counters.wanBytesReceived)
    }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(role, forKey: Key("role"))
        try object.encode(version, forKey: Key("version"))
        try object.encode(Int(uptime.components.seconds), forKey: Key("uptime_seconds"))
        try object.encode(Int(time.timeIntervalSince1970), forKey: Key("time"))
        try object.encodeIfPresent(residentBytes, forKey: Key("memory_resident_bytes"))
        for (name, path) in Counters.all { try object.encode(counters[keyPath: path], forKey: Key(name)) }
        try object.encode(counters.connectionsOpened - counters.connectionsClosed, forKey: Key("connections_open"))
        // In hundredths of a per cent.
        try object.encodeIfPresent(counters.deltaCompressionRatio, forKey: Key("delta_compression_ratio"))
        var times = object.nestedContainer(keyedBy: Key.self, forKey: Key("latencies"))
        for (name, path) in Latencies.all { try times.encode(Summary(latencies[keyPath: path]), forKey: Key(name)) }
        if let price {
            try object.encode(price.perGB, forKey: Key("price_per_gb"))
            try object.encode(price.currency, forKey: Key("currency"))
            try object.encode((price.money(bytes: savedBytes) * 1e6).rounded() / 1e6, forKey: Key("saved_money"))
        }
        for (name, section) in sections { try section.value.encode(to: object.superEncoder(forKey: Key(name))) }
    }

    /// The JSON; on one line for logs.
    func json(isOneLine: Bool = false) -> [UInt8] {
        let encoder = JSONEncoder.statistics()
        if isOneLine { encoder.outputFormatting.remove(.prettyPrinted) }
        return encoder.bytes(of: self)
    }

    /// What Prometheus is told.
    var metrics: [Metric] {
        [
            .gauge(
                "railgun_build_info", "The program and its version.",
                [.init([("role", role), ("version", version)], 1)])
        ]
            + CounterMetrics.metrics(counters, role: role)
            + latencies.metrics(role: role)
            + sections.sorted { $0.key < $1.key }.flatMap(\.value.metrics)
            + [
                .gauge(
                    "railgun_price_per_gigabyte", "What 10^9 bytes cost, as stats.price says.",
                    price.map { [.init([("currency", $0.currency)], $0.perGB)] } ?? [])
            ] + ProcessMetrics.now()
    }

    /// The text form that Prometheus reads.
    func prometheus() -> [UInt8] { [UInt8](MetricsText(metrics).text.utf8) }

    /// The memory of this process, from Linux's `/proc`.
    static func currentResidentBytes() -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let fields = text.split(separator: " ")
        return fields.count > 1 ? Int(fields[1]).map { $0 * sysconf(Int32(_SC_PAGESIZE)) } : nil
    }
}
