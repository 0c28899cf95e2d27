import Files
import Corpus
import DeltaEngine
import Foundation

/// What one version of a page costs against the one before it: a row of the tool's JSON and CSV for each level.
struct PairResult: Codable, Hashable {
    /// The name of the sub-folder.
    var folder: String
    /// The file names of both versions.
    var base: String
    var target: String
    /// The new version's length, and what `gzip -6` makes of it.
    var targetBytes: Int
    var gzipBytes: Int
    var gzipMicroseconds: Double
    var level: String
    /// The delta's length, and its part of the page; no part of an empty page.
    var deltaBytes: Int
    var ratio: Double?
    /// The base's index, made once for each version that is kept.
    var indexMicroseconds: Double
    /// The delta, with the index at hand; without the versions' SHA-256, as for the next.
    var encodeMicroseconds: Double
    var decodeMicroseconds: Double
}

/// Measures pairs of versions, one level after the other, and checks each delta by decoding it.
struct PairMeter: ~Copyable {
    private var encoder: DeltaEncoder
    private var decoder = DeltaDecoder(outputLimit: DeltaLimits.pageBytes)
    private var rebuilt: [UInt8] = []

    /// Times are the shortest of so many runs: what a machine's other work adds is not the engine's.
    private static let runs = 3

    init() throws { encoder = try DeltaEncoder() }

    /// Measures a pair at each of the levels.
    mutating func measure(_ pair: PagePair, in folder: String, levels: [DeltaLevel]) throws -> [PairResult] {
        let (old, new) = (try FileAccess.read(pair.base.path), try FileAccess.read(pair.target.path))
        do {
            let version = PageVersion(of: new.span)
            var base = try DeltaBase(old)
            let index = try Self.shortest { base = try DeltaBase(old, version: base.version) }
            var gzipBytes = 0
            let gzip = try Self.shortest { gzipBytes = try Gzip.compressedBytes(of: new) }
            var results: [PairResult] = []
            for level in levels {
                var delta: [UInt8] = []
                let encode = try Self.shortest {
                    delta = try encoder.encode(new.span, against: base, level: level)
                }
                let decode = try Self.shortest {
                    try decoder.decode(delta.span, base: old.span, expecting: nil, into: &rebuilt)
                }
                guard rebuilt == new else {
                    let got = PageVersion(of: rebuilt.span)
                    throw DeltaError.wrongTarget(expected: version, actual: got)
                }
                results.append(
                    PairResult(
                        folder: folder, base: pair.base.lastPathComponent, target: pair.target.lastPathComponent,
                        targetBytes: new.count, gzipBytes: gzipBytes, gzipMicroseconds: gzip,
                        level: level.rawValue, deltaBytes: delta.count,
                        ratio: new.isEmpty ? nil : Double(delta.count) / Double(new.count),
                        indexMicroseconds: index, encodeMicroseconds: encode, decodeMicroseconds: decode))
            }
            return results
        } catch let error as DeltaError {
            throw CommandFailure(error, at: pair.target.path)
        }
    }

    /// The shortest time of some runs, in microseconds.
    private static func shortest(_ work: () throws -> Void) rethrows -> Double {
        var least = Duration.seconds(Int64.max)
        for _ in 0..<runs { least = min(least, try ContinuousClock().measure(work)) }
        return (least / .microseconds(1) * 100).rounded() / 100
    }
}
