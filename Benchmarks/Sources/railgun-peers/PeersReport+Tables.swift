import Measuring

extension PeersReport {
    /// The tables, for a terminal.
    var text: String {
        """
        Mean delta in bytes, by corpus
        \(sizes)

        Encode speed by corpus, in MB (10⁶ bytes of target) per second of processor time
        \(encodeSpeeds)

        Decode speed by corpus, in MB per second
        \(decodeSpeeds)

        All corpora: geometric mean of the corpora's mean deltas, sum of all deltas; speeds over all bytes, and \
        of the median pair
        \(totals)

        \(remarks.joined(separator: "\n"))
        """
    }

    private var sizes: String {
        let names = [
            "fast warm", "deflate warm", "balanced warm", "small warm", "zstd-1 prefix", "zstd-3 prefix",
            "zstd-19 prefix", "zlib-6 dictionary",
            "LZ4 dictionary", "brotli-5 dictionary", "brotli-11 dictionary", "xdelta3 -9",
        ]
        .filter(codecs.contains)
        var table = TextTable(
            ["corpus", "page", "new %"] + names.map { $0.replacing(" warm", with: "") } + [
                "fast/zstd-3", "deflate/zstd-3", "balanced/brotli-5", "small/zstd-19", "small/brotli-11",
            ])
        for corpus in corpora {
            let deflate = corpus["deflate warm"].meanDeltaBytes
            let zstd3 = corpus["zstd-3 prefix"].meanDeltaBytes
            table.add(
                [corpus.corpus, corpus.meanTargetBytes.text(0), (100 * corpus.newShare).text(2)]
                    + names.map { corpus[$0].meanDeltaBytes.text(0) } + [
                        (corpus["fast warm"].meanDeltaBytes / zstd3).text(2), (deflate / zstd3).text(2),
                        corpus.ratio("balanced warm", "brotli-5 dictionary").text(2),
                        corpus.ratio("small warm", "zstd-19 prefix").text(2),
                        corpus.ratio("small warm", "brotli-11 dictionary").text(2),
                    ])
        }
        return table.text
    }

    private var encodeSpeeds: String {
        let names = codecs.filter { !$0.hasPrefix("xdelta3") }
        var table = TextTable(["corpus"] + names + ["fast warm/zstd-1", "fast cold/zstd-1"])
        for corpus in corpora {
            let zstd1 = corpus["zstd-1 prefix"].encodeMBps
            table.add(
                [corpus.corpus] + names.map { corpus[$0].encodeMBps.text(0) } + [
                    (corpus["fast warm"].encodeMBps / zstd1).text(2), (corpus["fast cold"].encodeMBps / zstd1).text(2),
                ])
        }
        return table.text
    }

    private var decodeSpeeds: String {
        let names = codecs.filter { !$0.hasPrefix("xdelta3") && !$0.hasSuffix("cold") }
        var table = TextTable(
            ["corpus"] + names.map { $0.replacing(" warm", with: "") } + ["fast/zstd-1", "fast/zstd-3"])
        for corpus in corpora {
            let fast = corpus["fast warm"].decodeMBps
            table.add(
                [corpus.corpus] + names.map { corpus[$0].decodeMBps.text(0) } + [
                    (fast / corpus["zstd-1 prefix"].decodeMBps).text(2),
                    (fast / corpus["zstd-3 prefix"].decodeMBps).text(2),
                ])
        }
        return table.text
    }

    private var totals: String {
        var table = TextTable([
            "codec", "geomean B", "total B", "encode MB/s", "decode MB/s", "encode, median", "decode, median",
        ])
        for name in codecs {
            let mean = corpora.map { $0[name].meanDeltaBytes }.geometricMean
            let total = total(name)
            table.add([
                name, mean.text(0), total.deltaBytes.grouped, total.encodeMBps.text(0), total.decodeMBps.text(0),
                total.medianEncodeMBps.text(0), total.medianDecodeMBps.text(0),
            ])
        }
        return table.text
    }
}
