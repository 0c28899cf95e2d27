import Files
import Corpus
import DeltaEngine

/// What one codec did with one pair.
struct Measurement {
    let targetBytes: Int
    let deltaBytes: Int
    let coldSeconds: Double
    let warmSeconds: Double
    let decodeSeconds: Double
    /// Beside both pages; `nil` where the system can't tell.
    let peakMemoryBytes: Int?
}

/// What keeping bases costs, in sum.
struct KeptBase {
    var pageBytes = 0
    var memoryBytes = 0

    /// Memory over the bytes of the pages themselves.
    var factor: Double { Double(memoryBytes) / Double(max(pageBytes, 1)) }

    static func += (one: inout KeptBase, other: KeptBase) {
        one.pageBytes += other.pageBytes
        one.memoryBytes += other.memoryBytes
    }
}

/// All measurements of one corpus.
struct CorpusResult {
    let name: String
    /// For each codec, in the order of ``Bench/names``, the measurements of all pairs.
    var measurements: [[Measurement]]
    /// All bases together.
    var kept = KeptBase()
}

/// Runs codecs side by side over corpora.
struct Bench {
    private let make: [() throws -> any Codec]
    private let codecs: [any Codec]
    private let clock: ProcessorTime

    /// Prepares the delta engine at these levels, and what it's compared with.
    init(levels: [DeltaLevel], repeats: Int) throws {
        let deltas = levels.map { level in { try DeltaCodec(level: level) as any Codec } }
        make =
            deltas + [
                { try ZlibCodec(form: .gzip) }, { LZ4Codec() }, { try ZlibCodec(form: .dictionary) }, { CopyCodec() },
            ]
        codecs = try make.map { try $0() }
        clock = ProcessorTime(repeats: repeats)
    }

    /// What the codecs are called, in the order of the results.
    var names: [String] { codecs.map(\.name) }

    /// Measures pairs of one corpus.
    func measure(_ corpus: Corpus, pairLimit: Int, onPair: () -> Void) throws -> CorpusResult {
        var result = CorpusResult(name: corpus.name, measurements: codecs.map { _ in [] })
        for pair in corpus.pairs(limit: pairLimit) {
            let loaded = try LoadedPair(pair)
            do {
                for (index, measurement) in try measure(loaded).enumerated() {
                    result.measurements[index].append(measurement)
                }
                let base = try DeltaBase(loaded.base, version: loaded.baseVersion)
                result.kept += KeptBase(pageBytes: loaded.base.count, memoryBytes: base.memoryBytes)
            } catch let error as DeltaError {
                throw CommandFailure("\(pair.target.path): \(error)")
            }
            onPair()
        }
        return result
    }

    private func measure(_ pair: LoadedPair) throws -> [Measurement] {
        let memory = try make.map { try peakMemory(of: $0, on: pair) }
        var sizes: [Int] = []
        for codec in codecs {
            codec.load(pair)
            try codec.keepBase()
            try verify(codec, after: codec.encodeCold)
            let size = codec.deltaBytes
            try verify(codec, after: codec.encodeWarm)
            guard codec.deltaBytes == size else {
                throw CommandFailure("\(codec.name): made \(size) bytes cold, and \(codec.deltaBytes) warm")
            }
            sizes.append(size)
        }
        let times = try clock.seconds(codecs.flatMap { [$0.encodeCold, $0.encodeWarm, $0.decode] })
        return codecs.indices.map { index in
            // What keeps nothing of the base does the same work cold and warm: two samples of one time.
            let (cold, warm) = (times[3 * index], times[3 * index + 1])
            let both = codecs[index].keepsBase ? nil : (cold + warm) / 2
            return Measurement(
                targetBytes: pair.target.count, deltaBytes: sizes[index], coldSeconds: both ?? cold,
                warmSeconds: both ?? warm, decodeSeconds: times[3 * index + 2], peakMemoryBytes: memory[index])
        }
    }

    private func verify(_ codec: any Codec, after encode: () throws -> Void) throws {
        try encode()
        guard try codec.isRight() else {
            throw CommandFailure("\(codec.name): a decoded page differs from the original")
        }
    }

    /// What a fresh codec has in use at most while it keeps the base, encodes and decodes.
    private func peakMemory(of make: () throws -> any Codec, on pair: LoadedPair) throws -> Int? {
        var codec: (any Codec)?
        return try ResidentMemory.growth {
            codec = try make()
            codec?.load(pair)
            try codec?.keepBase()
            try codec?.encodeWarm()
            try codec?.decode()
        }
    }
}
