import ArgumentParser
import Corpus
import DeltaEngine
import Foundation
import Reports

extension DeltaLevel: ExpressibleByArgument {}

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Encode and decode versions of pages, and report sizes, speeds and memory.",
        discussion: """
            The folder holds a sub-folder for each page; its files, in order of name, are the versions. Each version is \
            encoded against the one before it, decoded, compared, and only then timed, side by side with gzip, LZ4, zlib \
            with a dictionary, and a plain copy as the limit.

              railgun-bench run --corpus pages
              railgun-bench run --corpus pages --level fast --level deflate --pairs 20
              railgun-bench run --corpus pages --json results.json --html report.html
              railgun-bench run --corpus pages --json - | jq '.[0]'
            """)

    @Option(help: ArgumentHelp("The folder with the pages.", valueName: "folder"), completion: .directory)
    var corpus: String
    @Option(name: .customLong("level"), help: "A level to measure; repeat the option for more. (default: all)")
    var levels: [DeltaLevel] = []
    @Option(help: "The most pairs to take from a corpus, spread evenly over it.")
    var pairs = 6
    @Option(
        help: """
            Take only the earlier or the later half of each corpus's files, by name: what 'railgun-bench train' has not \
            learned from.
            """)
    var half: Corpus.Half?
    @Option(help: "How often each time is taken; the median counts.")
    var repeats = 5
    @Option(
        help: ArgumentHelp("Write all figures as JSON; - is standard output.", valueName: "file"), completion: .file())
    var json: String?
    @Option(
        help: ArgumentHelp("Write a page with charts; - is standard output.", valueName: "file"), completion: .file())
    var html: String?

    func validate() throws {
        if pairs < 1 { throw ValidationError("--pairs \(pairs): use 1 or more") }
        if !(1...1000).contains(repeats) { throw ValidationError("--repeats \(repeats): use 1...1000") }
        if json == "-", html == "-" { throw ValidationError("--json - and --html -: only one can be standard output") }
    }

    func run() throws {
        var corpora = try Corpus.all(in: URL(fileURLWithPath: corpus))
        if let half { corpora = corpora.compactMap { $0.half(half) } }
        // Hours of measuring are not lost to a typing error.
        let outputs = try [json, html].map { try $0.map(OutputFile.init) }
        #if DEBUG
        Terminal.standardError.write("built without optimisation: the speeds mean nothing (swift build -c release)\n")
        #endif
        let report = try measure(corpora)
        try outputs[0]?.write(report.json())
        try outputs[1]?.write(Data(report.page.source.utf8))
        // Standard output is for one thing only.
        let terminal = json == "-" || html == "-" ? Terminal.standardError : .standardOutput
        terminal.write(report.text(style: terminal.style))
    }

    private func measure(_ corpora: [Corpus]) throws -> BenchReport {
        ResidentMemory.prepare()
        let levels = DeltaLevel.allCases.filter { self.levels.isEmpty || self.levels.contains($0) }
        let bench = try Bench(levels: levels, repeats: repeats)
        let count = corpora.reduce(0) { $0 + min(pairs, $1.files.count - 1) }
        var progress = ProgressBar("Measuring", total: count, unit: "pairs")
        var results: [CorpusResult] = []
        for corpus in corpora {
            results.append(
                try bench.measure(corpus, pairLimit: pairs) { progress.advance(note: corpus.name) })
        }
        let hashSpeed = try hashSpeed()
        progress.finish()
        return BenchReport(
            results: results, names: bench.names, levelCount: levels.count, hashSpeed: hashSpeed,
            circumstances: Circumstances(repeats: repeats))
    }

    private func hashSpeed() throws -> Double {
        let page = [UInt8](repeating: 0, count: 200_000)
        let seconds = try ProcessorTime(repeats: repeats).seconds([{ _ = PageVersion(of: page.span) }])
        return Double(page.count) / seconds[0]
    }
}
