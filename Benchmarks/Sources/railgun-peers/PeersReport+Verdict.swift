import Measuring

extension PeersReport {
    /// The engine's figures, each beside its bar, from what was measured.
    func judged() -> PeersReport {
        var report = self
        report.figures = speedFigures + sizeFigures + decodeFigures + [memoryFigure]
        return report
    }

    private var speedFigures: [Figure] {
        let still = corpora.filter { $0.newShare < 0.02 }
        func speedup(_ codec: String, _ corpus: CorpusResult) -> Double {
            corpus[codec].encodeMBps / corpus["zstd-1 prefix"].encodeMBps
        }
        func overall(_ codec: String, _ corpora: [CorpusResult]) -> String {
            let report = PeersReport(corpora: corpora, remarks: [])
            let ratio = report.total(codec).encodeMBps / report.total("zstd-1 prefix").encodeMBps
            return "\(ratio.text(2)) over all bytes"
        }
        var figures: [Figure] = []
        for (codec, bar, aim) in [("fast warm", 4.0, 10.0), ("fast cold", 1.2, 1.5)] {
            guard let (corpus, ratio) = extreme(still, min, { speedup(codec, $0) }) else { continue }
            figures.append(
                Figure(
                    "\(codec) encode, times zstd -1 prefix, least of \(still.count) corpora with < 2 % new",
                    ratio, .atLeast, bar: bar, aim: aim, note: "\(corpus); \(overall(codec, still))"))
        }
        for codec in ["fast warm", "fast cold"] {
            guard let (corpus, ratio) = extreme(corpora, min, { speedup(codec, $0) }) else { continue }
            figures.append(
                Figure(
                    "\(codec) encode, times zstd -1 prefix, least of all corpora", ratio, .atLeast, bar: 0.7, aim: 1,
                    note: "\(corpus); \(overall(codec, corpora))"))
        }
        return figures
    }

    private var sizeFigures: [Figure] {
        let total = Double(total("deflate warm").deltaBytes) / Double(total("zstd-3 prefix").deltaBytes)
        let worst = extreme(corpora, max) { $0["deflate warm"].meanDeltaBytes / $0["zstd-3 prefix"].meanDeltaBytes }
        return [
            Figure("deflate size over zstd -3 prefix, all bytes", total, .atMost, bar: 1),
            Figure(
                "deflate size over zstd -3 prefix, most of all corpora", worst?.value ?? .nan, .atMost, bar: 1.15,
                aim: 0.95, note: worst?.corpus ?? ""),
        ]
    }

    private var decodeFigures: [Figure] {
        ["zstd-1 prefix", "zstd-3 prefix"].compactMap { peer in
            func speedup(_ codec: String) -> (corpus: String, value: Double)? {
                extreme(corpora, min) { $0[codec].decodeMBps / $0[peer].decodeMBps }
            }
            guard let fast = speedup("fast warm"), let deflate = speedup("deflate warm") else { return nil }
            return Figure(
                "fast decode, times that of \(peer), least of all corpora", fast.value, .atLeast, bar: 2,
                note: "\(fast.corpus); deflate: \(deflate.value.text(2)) on \(deflate.corpus)")
        }
    }

    private var memoryFigure: Figure {
        let worst = extreme(corpora, max, \.baseMemoryRatio)
        return Figure(
            "memory of a kept base, over its page, most of all pages", worst?.value ?? .nan, .atMost, bar: 2.2,
            aim: 1.6, note: worst?.corpus ?? "")
    }

    /// The corpus that decides, and its value.
    private func extreme(
        _ corpora: [CorpusResult], _ choose: (Double, Double) -> Double, _ value: (CorpusResult) -> Double
    ) -> (corpus: String, value: Double)? {
        let values = corpora.map { (corpus: $0.corpus, value: value($0)) }
        guard let first = values.first else { return nil }
        let decisive = values.dropFirst().reduce(first.value) { choose($0, $1.value) }
        return values.first { $0.value == decisive }
    }
}
