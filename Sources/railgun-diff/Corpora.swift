import Explanations
import Files
import ArgumentParser
import Corpus
import DeltaEngine
import Foundation
import Reports

struct Corpora: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "corpus",
        abstract: "Measure what deltas save on recorded versions of pages.",
        discussion: """
            DIR holds one folder for each page, and in it the page's versions: their order by name is their order in \
            time. Each version is encoded against the one before it and checked by decoding. 'railgun-diff record' \
            makes such folders from a live site.

              railgun-diff corpus site
              railgun-diff corpus site --level deflate --html report.html
              railgun-diff corpus site --csv - > rows.csv

            JSON and CSV have a row for each pair and level: folder, base, target (file names), targetBytes, \
            gzipBytes and gzipMicroseconds (gzip -6 of the page), level, deltaBytes, ratio (deltaBytes/targetBytes), \
            indexMicroseconds (once a base), encodeMicroseconds (index at hand), decodeMicroseconds. \
            An empty page has no ratio.
            """)

    @Argument(help: "The folder of folders.", completion: .directory) var dir: String
    @Option(help: "A level to measure; may be given several times. (default: all but stored)")
    var level: [DeltaLevel] = []
    @Option(
        help: ArgumentHelp("Write the rows as a JSON array; - is standard output.", valueName: "file"),
        completion: .file()) var json: String?
    @Option(
        help: ArgumentHelp("Write the rows as CSV; - is standard output.", valueName: "file"),
        completion: .file()) var csv: String?
    @Option(
        help: ArgumentHelp("Write a web page with charts.", valueName: "file"), completion: .file()) var html: String?

    func validate() throws {
        if json == "-", csv == "-" {
            throw ValidationError("--json - and --csv -: one of them can have standard output")
        }
    }

    func run() throws {
        let corpora: [Corpus]
        do { corpora = try Corpus.all(in: URL(fileURLWithPath: dir)) } catch { throw CommandFailure("\(error)") }
        let total = corpora.reduce(0) { $0 + $1.files.count - 1 }
        let levels =
            level.isEmpty ? DeltaLevel.allCases.filter { $0 != .stored } : DeltaLevel.allCases.filter(level.contains)
        var progress = ProgressBar("corpus", total: total, unit: "pairs")
        var meter = try PairMeter()
        var rows: [PairResult] = []
        for corpus in corpora {
            for pair in corpus.pairs {
                rows += try meter.measure(pair, in: corpus.name, levels: levels)
                progress.advance(note: VisibleText.line(corpus.name))
            }
        }
        progress.finish()
        let results = CorpusResults(levels: levels, rows: rows)
        if let json { try FileAccess.write(results.json(), to: json) }
        if let csv { try FileAccess.write(results.csv.utf8, to: csv) }
        if let html {
            let name = VisibleText.line(URL(fileURLWithPath: dir).lastPathComponent)
            try FileAccess.write(results.htmlPage(folder: name).source.utf8, to: html)
        }
        if [json, csv, html].contains("-") { return }
        let terminal = Terminal.standardOutput
        let columns = terminal.isInteractive ? terminal.columns : nil
        terminal.write(results.sizeTable.text(style: terminal.style, columns: columns) + "\n")
        terminal.write(results.timeTable.text(style: terminal.style) + "\n")
        terminal.write(terminal.style.apply(.bold, to: results.verdict) + "\n")
        terminal.write(terminal.style.apply(.dim, to: CorpusResults.method) + "\n")
    }
}
