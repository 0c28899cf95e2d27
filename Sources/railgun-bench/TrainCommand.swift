import ArgumentParser
import Corpus
import DeltaEngine
import Files
import Foundation
import Reports

extension Corpus.Half: ExpressibleByArgument {}

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find the constants that levels balanced and small start from.",
        discussion: """
            Every delta of these levels starts from tables that were learned from pages of many sites. This command \
            learns them anew, from one half of the files of each corpus, so that the other half can be measured without \
            its pages having been seen. It takes some seconds, and the same pages give the same tables on every machine.

            It is for those who work on the engine: other tables make deltas that other builds can't read.

              railgun-bench train --corpus pages --out Sources/CDelta
              railgun-bench train --corpus pages --out Sources/CDelta --check
            """)

    @Option(help: ArgumentHelp("The folder with the pages.", valueName: "folder"), completion: .directory)
    var corpus: String
    @Option(help: ArgumentHelp("Where to write the tables.", valueName: "folder"), completion: .directory)
    var out: String
    @Option(help: "The half of each corpus's files to learn from: earlier or later, by name.")
    var half = Corpus.Half.later
    @Flag(help: "Write nothing; fail where the tables there are others.")
    var check = false

    func run() throws {
        let corpora = try Corpus.all(in: URL(fileURLWithPath: corpus)).compactMap { $0.half(half) }
        let pairs = Self.inTurn(corpora.map { $0.pairs(limit: Self.pairsEach) })
        let levels: [DeltaLevel] = [.balanced, .small]
        var progress = ProgressBar(
            "Learning", total: levels.count * ModelTraining.rounds * pairs.count, unit: "pairs")
        var different: [String] = []
        for level in levels {
            let table = try learn(level, pairs) { progress.advance(note: level.rawValue) }
            let file = URL(fileURLWithPath: out).appendingPathComponent("constants_\(level.rawValue).inc").path
            if check {
                if try FileAccess.read(file) != Array(table.utf8) { different.append(file) }
            } else {
                try FileAccess.write(table.utf8, to: file)
            }
        }
        progress.finish()
        guard different.isEmpty else {
            throw CommandFailure(
                "\(different.joined(separator: ", ")): other tables than these pages give; run without --check")
        }
        Terminal.standardError.write("\(out): \(check ? "the same tables" : "tables written")\n")
    }

    private func learn(_ level: DeltaLevel, _ pairs: [PagePair], _ advance: () -> Void) throws -> String {
        let training = try ModelTraining(level)
        for round in 0..<ModelTraining.rounds {
            training.begin(round: round)
            for number in pairs.indices {
                let (base, target) = try pairs[number].read()
                let kept = try DeltaBase(base)
                _ = try training.learn(base: kept, target: target.span)
                if number.isMultiple(of: Self.digitEvery) {
                    let counted = Self.changingADigit(of: base, number: number)
                    _ = try training.learn(base: kept, target: counted.span)
                }
                advance()
            }
            try training.end()
        }
        return training.source()
    }

    /// The most pairs to learn from a corpus, so that none outweighs the others.
    private static let pairsEach = 20

    /// The first of each list, then the second of each, and so on: what is learned last counts most, and no site's
    /// pages should all come last.
    private static func inTurn(_ lists: [[PagePair]]) -> [PagePair] {
        let most = lists.map(\.count).max() ?? 0
        return (0..<most).flatMap { number in lists.compactMap { number < $0.count ? $0[number] : nil } }
    }

    /// Pages of which hardly anything changed are what the smallest deltas are for, and rare among those recorded.
    private static let digitEvery = 8

    /// The page with one of its digits, or else of its bytes, another.
    private static func changingADigit(of page: [UInt8], number: Int) -> [UInt8] {
        guard !page.isEmpty else { return page }
        var page = page
        let start = number * 7919 % page.count
        let isDigit = { (byte: UInt8) in (48...57).contains(byte) }
        let place = page[start...].firstIndex(where: isDigit) ?? page.firstIndex(where: isDigit) ?? start
        page[place] = page[place] == 57 ? 48 : page[place] &+ 1
        return page
    }
}
