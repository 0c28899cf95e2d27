import Measuring

extension PeersReport {
    /// The engine's figures, each beside its bar, from what was measured.
    func judged() -> PeersReport {
        var report = self
        report.figures =
            speedFigures + sizeFigures + smallFigures + balancedFigures + decodeFigures + [memoryFigure]
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

    private var smallFigures: [Figure] {
        let small = "small warm", zstd = "zstd-19 prefix", brotli = "brotli-11 dictionary"
        var figures = [
            Figure(
                "small size over zstd -19 prefix, geometric mean of corpora", mean(small, zstd), .atMost, bar: 0.66,
                aim: 0.6),
            Figure("small size over zstd -19 prefix, all bytes", totalRatio(small, zstd), .atMost, bar: 0.72),
        ]
        if let worst = extreme(corpora, max, { $0.ratio(small, zstd) }) {
            figures.append(
                Figure(
                    "small size over zstd -19 prefix, most of all corpora", worst.value, .atMost, bar: 0.9,
                    note: worst.corpus))
        }
        if codecs.contains(brotli) {
            figures.append(
                Figure(
                    "small size over brotli -11 dictionary, geometric mean of corpora", mean(small, brotli), .atMost,
                    bar: 0.7, aim: 0.63))
        }
        let predicted = corpora.reduce(0) { $0 + $1.predictedBytes }
        let speeds = total(small).pairEncodeMBps
        figures.append(
            Figure(
                "small encode, µs for each byte that is predicted",
                1e6 * (total(small).encodeSeconds ?? .nan) / Double(predicted), .atMost, bar: 1.5))
        figures.append(
            Figure(
                "small encode of the median pair, times zstd -19 prefix",
                total(small).medianEncodeMBps / total(zstd).medianEncodeMBps, .atLeast, bar: 1))
        let still = zip(speeds, corpora.flatMap(\.pairNewBytes)).filter { $0.1 < 100 }.map(\.0)
        if let least = still.min() {
            figures.append(
                Figure(
                    "small encode, MB/s, least of \(still.count) pages with under 100 new bytes", least, .atLeast,
                    bar: 100, note: "median \(still.median.text(0))"))
        }
        return figures
    }

    private var balancedFigures: [Figure] {
        let balanced = "balanced warm", brotli = "brotli-5 prepared"
        var figures: [Figure] = []
        if let worst = extreme(corpora, max, { $0.ratio(balanced, "deflate warm") }) {
            figures.append(
                Figure(
                    "balanced size over deflate, most of all corpora", worst.value, .atMost, bar: 0.9999,
                    note: worst.corpus))
        }
        guard codecs.contains(brotli) else { return figures }
        figures += [
            Figure(
                "balanced size over brotli -5 prepared, geometric mean of corpora", mean(balanced, brotli), .atMost,
                bar: 0.85, aim: 0.75),
            Figure(
                "balanced encode of the median pair, times brotli -5 prepared",
                total(balanced).medianEncodeMBps / total(brotli).medianEncodeMBps, .atLeast, bar: 1),
            Figure(
                "balanced encode of all bytes, times brotli -5 prepared",
                total(balanced).encodeMBps / total(brotli).encodeMBps, .atLeast, bar: 0.5),
        ]
        return figures
    }

    /// How large one codec's deltas are beside another's: the geometric mean of the corpora, and of all deltas.
    private func mean(_ codec: String, _ peer: String) -> Double { corpora.map { $0.ratio(codec, peer) }.geometricMean }
    private func totalRatio(_ codec: String, _ peer: String) -> Double {
        Double(total(codec).deltaBytes) / Double(total(peer).deltaBytes)
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
