import Measuring

/// What one codec did on one corpus, summed over its pairs; or on all corpora.
struct Measurement: Codable {
    var codec: String
    var pairs = 0
    var targetBytes = 0
    var deltaBytes = 0
    /// The processor time of all pairs, each taken at its best; `nil` where only sizes are measured.
    var encodeSeconds: Double?
    var decodeSeconds: Double?
    /// The speeds of the pairs one by one, in MB (10⁶ bytes of target) per second.
    private(set) var pairEncodeMBps: [Double] = []
    private(set) var pairDecodeMBps: [Double] = []

    var meanDeltaBytes: Double { Double(deltaBytes) / Double(max(1, pairs)) }
    var encodeMBps: Double { speed(encodeSeconds) }
    var decodeMBps: Double { speed(decodeSeconds) }
    var medianEncodeMBps: Double { pairEncodeMBps.median }
    var medianDecodeMBps: Double { pairDecodeMBps.median }

    private func speed(_ seconds: Double?) -> Double { seconds.map { Double(targetBytes) / $0 / 1e6 } ?? .nan }

    /// Sets the times of a single pair.
    mutating func setSeconds(encode: Double, decode: Double) {
        (encodeSeconds, decodeSeconds) = (encode, decode)
        (pairEncodeMBps, pairDecodeMBps) = ([encodeMBps], [decodeMBps])
    }

    mutating func add(_ other: Measurement) {
        pairs += other.pairs
        targetBytes += other.targetBytes
        deltaBytes += other.deltaBytes
        encodeSeconds = sum(encodeSeconds, other.encodeSeconds)
        decodeSeconds = sum(decodeSeconds, other.decodeSeconds)
        pairEncodeMBps += other.pairEncodeMBps
        pairDecodeMBps += other.pairDecodeMBps
    }

    private func sum(_ one: Double?, _ other: Double?) -> Double? {
        one == nil && other == nil ? nil : (one ?? 0) + (other ?? 0)
    }
}

/// What all codecs did on one corpus.
struct CorpusResult: Codable {
    var corpus: String
    var pairs: Int
    var meanTargetBytes: Double
    /// How much of the pages was new, from 0 to 1, as our matcher sees it.
    var newShare: Double
    /// How many bytes of each pair's page were new, as our matcher sees it.
    var pairNewBytes: [Int]
    /// How many bytes of all pages level `small` predicted one by one, instead of copying them.
    var predictedBytes: Int
    /// The most memory that a kept base took, as a multiple of its page.
    var baseMemoryRatio: Double
    var measurements: [Measurement]

    /// How large one codec's deltas are beside another's.
    func ratio(_ codec: String, _ peer: String) -> Double { self[codec].meanDeltaBytes / self[peer].meanDeltaBytes }

    /// What the named codec did.
    subscript(codec: String) -> Measurement {
        measurements.first { $0.codec == codec } ?? Measurement(codec: codec)
    }
}

/// All that a run found out.
struct PeersReport: Codable {
    var corpora: [CorpusResult]
    var figures: [Figure] = []
    /// What was left out, and why.
    var remarks: [String]

    /// Every codec, in the order of the tables.
    var codecs: [String] { corpora.first?.measurements.map(\.codec) ?? [] }

    /// What the named codec did on all corpora together.
    func total(_ codec: String) -> Measurement {
        corpora.reduce(into: Measurement(codec: codec)) { $0.add($1[codec]) }
    }
}
