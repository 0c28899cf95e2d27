import ArgumentParser
import Foundation
import Measuring

extension PageCorpus.Half: ExpressibleByArgument {}

@main
struct RailgunPeers: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "railgun-peers",
        abstract: "Measure the delta engine beside zstd, brotli, zlib, LZ4 and xdelta3, on the same pages in one run.",
        discussion: """
            Times are processor times of one thread with contexts and buffers reused, the best of several samples that
            all codecs take in turn; every result is decoded and compared. What counts are the ratios between codecs.
            """)

    @Option(help: "A folder of corpora: each sub-folder holds the versions of one page, in order of name.")
    var corpus = "../shared/corpora"

    @Option(
        help: """
            Take only the earlier or the later half of each corpus's files, by name. Levels balanced and small learned \
            from the later half of ../shared/corpora; what they make of the earlier half they have not seen.
            """)
    var half: PageCorpus.Half?

    @Option(help: "The most pairs to take from each corpus.")
    var pairs = 6

    @Option(help: "The samples per codec and pair; the best counts.")
    var rounds = 7

    @Option(
        help: ArgumentHelp(
            """
            brotli's library, as one file with encoder and decoder, version 1.1 or later. (default: the system's, or \
            else \(unsafe BrotliLibrary.ownBuild))
            """, valueName: "file"))
    var brotli: String?

    @Option(help: ArgumentHelp("Write all results to this file, as JSON.", valueName: "file"))
    var json: String?

    @Flag(help: "Exit with status 1 where a figure misses its bar.")
    var check = false

    func validate() throws {
        guard pairs >= 1 else { throw ValidationError("--pairs \(pairs): use 1 or more") }
        guard rounds >= 1 else { throw ValidationError("--rounds \(rounds): use 1 or more") }
    }

    func run() throws {
        var corpora = try PageCorpus.all(in: corpus)
        if let half { corpora = corpora.compactMap { $0.half(half) } }
        let scratchFolder = FileManager.default.temporaryDirectory.appending(path: "railgun-peers-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratchFolder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratchFolder) }

        let peers = try PeersRun(rounds: rounds, brotliPath: brotli, scratchFolder: scratchFolder)
        let results = try corpora.map {
            printProgress("measuring \($0.name)")
            return try peers.measure($0, pairLimit: pairs)
        }
        let report = PeersReport(corpora: results, remarks: peers.remarks).judged()
        print(report.text)
        print()
        try Figure.conclude(report.figures, report: report, json: json, check: check)
    }
}
