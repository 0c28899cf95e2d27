import ArgumentParser
import DeltaEngine
import Foundation
import Measuring

@main
struct RailgunMicro: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "railgun-micro",
        abstract: "Measure how the engine's cost grows with a page's length, and what hostile pages cost.",
        discussion: "Times are processor times of one thread, the best of several samples; every result is decoded.")

    @Option(help: "A folder of corpora, whose pages hostile ones are compared with.")
    var corpus = "../shared/corpora"

    @Option(help: "The most pairs to take from each corpus.")
    var pairs = 6

    @Option(help: "The longest page of the size curve, in bytes.")
    var largest = 100_000_000

    @Option(help: "The number of hostile pairs; 0 leaves them out.")
    var hostile = 1000

    @Option(help: "What hostile pairs are drawn from.")
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Write all results to this file, as JSON.", valueName: "file"))
    var json: String?

    @Flag(help: "Exit with status 1 where a figure misses its bar.")
    var check = false

    func validate() throws {
        guard pairs >= 1 else { throw ValidationError("--pairs \(pairs): use 1 or more") }
        guard (1000...1_000_000_000).contains(largest) else {
            throw ValidationError("--largest \(largest): use 1000...1000000000")
        }
        guard hostile >= 0 else { throw ValidationError("--hostile \(hostile): use 0 or more") }
    }

    func run() throws {
        let corpora = hostile > 0 ? try PageCorpus.all(in: corpus) : []
        var report = MicroReport(curve: try SizeCurve(largest: largest))
        print("Nanoseconds of processor time for each byte of the page, by its length\n\(report.curve.text)\n")
        if hostile > 0 {
            for level in [DeltaLevel.fast, .deflate, .balanced, .small] {
                // What every byte is predicted for takes its time: a tenth of the pairs has all kinds too.
                let isPredicted = level == .balanced || level == .small
                let run = try HostileRun(
                    level: level, corpora: corpora, realPairs: isPredicted ? 1 : pairs,
                    pairCount: isPredicted ? (hostile + 9) / 10 : hostile, seed: seed)
                print("Encoding hostile pages with \(level.rawValue), the costliest first\n\(run.text)\n")
                report.hostile.append(run)
            }
            for way in BudgetRun.Way.allCases {
                let run = try BudgetRun(way, corpora: corpora, realPairs: pairs, pairCount: hostile, seed: seed)
                print("What a listener does with hostile pages, \(way.rawValue), the costliest first\n\(run.text)\n")
                report.budgets.append(run)
            }
        }
        report.figures =
            (report.curve.figure.map { [$0] } ?? []) + report.hostile.flatMap(\.figures)
            + report.budgets.flatMap(\.figures)
        try Figure.conclude(report.figures, report: report, json: json, check: check)
    }
}

/// All that a run found out.
struct MicroReport: Codable {
    var curve: SizeCurve
    var hostile: [HostileRun] = []
    var budgets: [BudgetRun] = []
    var figures: [Figure] = []
}
