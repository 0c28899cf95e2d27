import Foundation
import Measuring

/// Our engine and its peers on the same pairs, in one run.
struct PeersRun {
    private let engine: [EngineCodec]
    private let codecs: [any Codec]
    private let xdelta3: XDelta3?
    private let contest: Contest
    private let scratchFolder: URL
    private(set) var remarks: [String] = []

    init(rounds: Int, brotliPath: String?, scratchFolder: URL) throws {
        engine = [
            try EngineCodec(.fast, .warm), try EngineCodec(.fast, .cold),
            try EngineCodec(.deflate, .warm), try EngineCodec(.deflate, .cold),
            try EngineCodec(.balanced, .warm), try EngineCodec(.balanced, .cold), try EngineCodec(.small, .warm),
        ]
        var codecs: [any Codec] = engine
        codecs += [
            ZstdCodec(level: 1, .prefix), ZstdCodec(level: 3, .prefix), ZstdCodec(level: 19, .prefix),
            ZstdCodec(level: 1, .prepared), ZstdCodec(level: 3, .prepared), try ZlibCodec(), LZ4Codec(),
        ]
        let brotli = try unsafe BrotliLibrary.load(brotliPath)
        if let library = unsafe brotli.library {
            codecs += [
                unsafe BrotliCodec(quality: 5, .dictionary, library: library),
                unsafe BrotliCodec(quality: 5, .prepared, library: library),
                unsafe BrotliCodec(quality: 11, .dictionary, library: library),
            ]
        }
        self.codecs = codecs
        contest = Contest(rounds: rounds)
        self.scratchFolder = scratchFolder
        remarks.append(
            "zstd \(ZstdCodec.version): windows over base and target, frames without magic, size and checksum")
        xdelta3 = XDelta3(folder: scratchFolder)
        if xdelta3 == nil { remarks.append("xdelta3: not installed; skipped") }
        unsafe remarks.append(brotli.remark)
    }

    /// Measures a corpus on up to `pairLimit` of its pairs.
    func measure(_ corpus: PageCorpus, pairLimit: Int) throws -> CorpusResult {
        let pairs = try corpus.pairs(limit: pairLimit)
        var measurements = codecs.map { Measurement(codec: $0.name) }
        var program = xdelta3.map { Measurement(codec: $0.name) }
        var (newBytes, predictedBytes, memoryRatio) = ([Int](), 0, 0.0)
        for pair in pairs {
            let results = try measure(pair)
            for index in measurements.indices { measurements[index].add(results[index]) }
            if let xdelta3 {
                let bytes = try xdelta3.deltaBytes(pair)
                program?.add(
                    Measurement(codec: xdelta3.name, pairs: 1, targetBytes: pair.target.count, deltaBytes: bytes))
            }
            newBytes.append(try engine[0].newBytes())
            predictedBytes += try engine[engine.count - 1].newBytes()
            memoryRatio = max(memoryRatio, Double(engine[0].baseMemoryBytes) / Double(max(1, pair.base.count)))
        }
        let targetBytes = pairs.reduce(0) { $0 + $1.target.count }
        return CorpusResult(
            corpus: corpus.name, pairs: pairs.count, meanTargetBytes: Double(targetBytes) / Double(pairs.count),
            newShare: Double(newBytes.reduce(0, +)) / Double(max(1, targetBytes)), pairNewBytes: newBytes,
            predictedBytes: predictedBytes, baseMemoryRatio: memoryRatio,
            measurements: measurements + (program.map { [$0] } ?? []))
    }

    private func measure(_ pair: PagePair) throws -> [Measurement] {
        var results: [Measurement] = []
        for codec in codecs {
            try codec.open(pair)
            var result = Measurement(codec: codec.name, pairs: 1, targetBytes: pair.target.count)
            result.deltaBytes = try codec.encode()
            try codec.decode()
            guard codec.decodedTarget() else { throw CodecFailure(codec.name, "decoded something else") }
            results.append(result)
        }
        let seconds = try contest.run(codecs.flatMap { codec in [{ _ = try codec.encode() }, { try codec.decode() }] })
        for index in codecs.indices {
            guard codecs[index].decodedTarget() else {
                throw CodecFailure(codecs[index].name, "decoded something else")
            }
            results[index].setSeconds(encode: seconds[2 * index], decode: seconds[2 * index + 1])
        }
        return results
    }
}
