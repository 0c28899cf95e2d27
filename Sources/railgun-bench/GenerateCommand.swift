import Files
import ArgumentParser
import Corpus
import Foundation
import Reports

struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make up versions of dynamic pages, to measure without any data at hand.",
        discussion: """
            A news home page, a forum thread, a list in a shop, a JSON interface, an RSS feed, and product pages that \
            share a template. They change as those of real sites do: headlines rotate, counters count, tokens are new in \
            each response. The same seed makes the same files everywhere. Real pages of your own say more: \
            'railgun-diff record' captures them.

              railgun-bench generate --out pages
              railgun-bench generate --out more --versions 60 --seed 7
            """)

    @Option(
        help: ArgumentHelp("The folder to write; made where it's missing.", valueName: "folder"), completion: .directory
    )
    var out: String
    @Option(help: "What the pages are made from.")
    var seed: UInt64 = 1
    @Option(help: "How many versions of each page to make.")
    var versions = 13
    @Flag(help: "Write even into a folder that isn't empty; files of the same names are replaced.")
    var force = false

    func validate() throws {
        if !(2...10_000).contains(versions) { throw ValidationError("--versions \(versions): use 2...10000") }
    }

    func run() throws {
        let folder = URL(fileURLWithPath: out)
        try checkEmpty(folder)
        var byteCounts: [CorpusGenerator.Kind: Int] = [:]
        var progress = ProgressBar("Writing", total: CorpusGenerator.Kind.allCases.count * versions, unit: "pages")
        try CorpusGenerator(seed: seed).write(to: folder, versionCount: versions) { kind, byteCount in
            byteCounts[kind, default: 0] += byteCount
            progress.advance(note: kind.rawValue)
        }
        progress.finish()
        show(byteCounts)
    }

    private func checkEmpty(_ folder: URL) throws {
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder) else { return }
        guard isFolder.boolValue else { throw CommandFailure("\(out): is a file, not a folder") }
        guard !force else { return }
        do {
            guard try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty else {
                throw CommandFailure("\(out): is not empty; name another folder, or say --force to write into it")
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("\(out): can't be read: \(error.systemReason)")
        }
    }

    private func show(_ byteCounts: [CorpusGenerator.Kind: Int]) {
        var table = Table([.text("corpus"), .number("versions"), .number("mean page"), .number("all")])
        for kind in CorpusGenerator.Kind.allCases {
            let bytes = byteCounts[kind, default: 0]
            table.append([
                kind.rawValue, Quantity.count(versions), Quantity.bytes(bytes / versions), Quantity.bytes(bytes),
            ])
        }
        let total = byteCounts.values.reduce(0, +)
        let terminal = Terminal.standardError
        terminal.write(table.text(style: terminal.style))
        terminal.write("\n\(out): \(Quantity.bytes(total)) written. Next: railgun-bench run --corpus \(out)\n")
    }
}
