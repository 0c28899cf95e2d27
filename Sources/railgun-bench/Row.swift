/// The result of one codec on one corpus, or on all of them: what `--json` writes.
struct Row: Encodable {
    /// The corpus, or ``totalName``.
    var corpus: String
    /// The level of the delta engine, or the name of what it's compared with.
    var level: String
    var pairs: Int
    var targetBytes: Int
    var deltaBytes: Int
    var meanDeltaBytes: Double
    var medianDeltaBytes: Double
    /// Speeds are millions of bytes of the page a second.
    var encodeColdMBps: Double
    var encodeWarmMBps: Double
    var decodeMBps: Double
    /// The most that any of the pairs needed.
    var peakMemoryBytes: Int?

    /// What rows over all corpora are called.
    static let totalName = "total"

    private enum CodingKeys: CodingKey {
        case corpus, level, pairs, targetBytes, deltaBytes, meanDeltaBytes, medianDeltaBytes
        case encodeColdMBps, encodeWarmMBps, decodeMBps, peakMemoryBytes
    }

    init(corpus: String, level: String, _ measurements: [Measurement]) {
        precondition(!measurements.isEmpty, "a row needs a pair")
        let deltas = measurements.map { Double($0.deltaBytes) }
        let targetBytes = measurements.reduce(0) { $0 + $1.targetBytes }
        func speed(_ seconds: KeyPath<Measurement, Double>) -> Double {
            let total = measurements.reduce(0) { $0 + $1[keyPath: seconds] }
            return total > 0 ? Double(targetBytes) / total / 1e6 : 0
        }
        (self.corpus, self.level, self.targetBytes) = (corpus, level, targetBytes)
        pairs = measurements.count
        deltaBytes = measurements.reduce(0) { $0 + $1.deltaBytes }
        meanDeltaBytes = Double(deltaBytes) / Double(pairs)
        medianDeltaBytes = deltas.median
        encodeColdMBps = speed(\.coldSeconds)
        encodeWarmMBps = speed(\.warmSeconds)
        decodeMBps = speed(\.decodeSeconds)
        peakMemoryBytes = measurements.compactMap(\.peakMemoryBytes).max()
    }

    /// How much of the page goes over the line.
    var share: Double { Double(deltaBytes) / Double(max(targetBytes, 1)) }

    /// Every key is always there: what the system couldn't tell is `null`.
    func encode(to encoder: any Encoder) throws {
        func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(corpus, forKey: .corpus)
        try container.encode(level, forKey: .level)
        try container.encode(pairs, forKey: .pairs)
        try container.encode(targetBytes, forKey: .targetBytes)
        try container.encode(deltaBytes, forKey: .deltaBytes)
        try container.encode(tenths(meanDeltaBytes), forKey: .meanDeltaBytes)
        try container.encode(tenths(medianDeltaBytes), forKey: .medianDeltaBytes)
        try container.encode(tenths(encodeColdMBps), forKey: .encodeColdMBps)
        try container.encode(tenths(encodeWarmMBps), forKey: .encodeWarmMBps)
        try container.encode(tenths(decodeMBps), forKey: .decodeMBps)
        try container.encode(peakMemoryBytes, forKey: .peakMemoryBytes)
    }
}
