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
    let residentBytes: Int?
    let sections: [String: any Encodable & Sendable]

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
        for (name, section) in sections { try section.encode(to: object.superEncoder(forKey: Key(name))) }
    }

    /// The JSON; on one line for logs.
    func json(isOneLine: Bool = false) -> [UInt8] {
        let encoder = JSONEncoder.statistics()
        if isOneLine { encoder.outputFormatting.remove(.prettyPrinted) }
        return encoder.bytes(of: self)
    }

    /// The text form that Prometheus reads (version 0.0.4); without the sections.
    func prometheus() -> [UInt8] {
        var text = "railgun_build_info{role=\"\(role)\",version=\"\(version)\"} 1\n"
        text += "# TYPE railgun_uptime_seconds gauge\nrailgun_uptime_seconds \(uptime.components.seconds)\n"
        if let residentBytes {
            text += "# TYPE railgun_memory_resident_bytes gauge\nrailgun_memory_resident_bytes \(residentBytes)\n"
        }
        for (name, path) in Counters.all {
            text += "# TYPE railgun_\(name)_total counter\nrailgun_\(name)_total \(counters[keyPath: path])\n"
        }
        for (name, path) in Latencies.all {
            let (histogram, full) = (latencies[keyPath: path], "railgun_\(name)_seconds")
            func seconds(_ time: TimeAmount) -> Double { Double(time.nanoseconds) / 1e9 }
            text += "# TYPE \(full) summary\n"
            for share in [0.5, 0.9, 0.99] {
                text += "\(full){quantile=\"\(share)\"} \(seconds(histogram.percentile(share)))\n"
            }
            text += "\(full)_sum \(seconds(histogram.sum))\n\(full)_count \(histogram.count)\n"
        }
        return [UInt8](text.utf8)
    }

    /// The memory of this process, from Linux's `/proc`.
    static func currentResidentBytes() -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let fields = text.split(separator: " ")
        return fields.count > 1 ? Int(fields[1]).map { $0 * sysconf(Int32(_SC_PAGESIZE)) } : nil
    }
}
