import Corpus
import DeltaEngine
import Foundation
import TestSupport
import Testing

struct BenchCommandTests {
    /// A row as `--json` writes it.
    private struct Row: Decodable {
        let corpus: String
        let level: String
        let pairs: Int
        let targetBytes: Int
        let deltaBytes: Int
        let meanDeltaBytes: Double
        let medianDeltaBytes: Double
        let encodeColdMBps: Double
        let encodeWarmMBps: Double
        let decodeMBps: Double
        let peakMemoryBytes: Int?

        var share: Double { Double(deltaBytes) / Double(targetBytes) }
    }

    private static let compared = ["gzip -6", "lz4", "zlib-dict", "memcpy"]
    private static let kinds = CorpusGenerator.Kind.allCases.map(\.rawValue)

    /// Gives a test a folder, and the path of one in it that `generate` filled.
    private func withPages(versions: Int, seed: Int = 1, _ body: (_ folder: URL, _ pages: String) throws -> Void) throws
    {
        try withTemporaryFolder { folder in
            let pages = folder.appending(path: "pages").path
            let made = try Command(
                "railgun-bench", ["generate", "--out", pages, "--versions", "\(versions)", "--seed", "\(seed)"])
            try #require(made.exitCode == 0, "\(made.errors)")
            try body(folder, pages)
        }
    }

    /// The rows of a run that writes them to standard output, where nothing else may be.
    private func rows(_ pages: String, _ arguments: String...) throws -> (rows: [Row], json: Data) {
        let run = try Command(
            "railgun-bench", ["run", "--corpus", pages, "--repeats", "1", "--json", "-"] + arguments)
        try #require(run.exitCode == 0, "\(run.errors)")
        let json = Data(run.output.utf8)
        return (try JSONDecoder().decode([Row].self, from: json), json)
    }

    @Test func everyCorpusAndLevelHasARowWithTheDocumentedKeys() throws {
        try withPages(versions: 3) { _, pages in
            let (rows, json) = try rows(pages, "--pairs", "2")
            let objects = try #require(try JSONSerialization.jsonObject(with: json) as? [[String: Any]])
            let keys: Set = [
                "corpus", "level", "pairs", "targetBytes", "deltaBytes", "meanDeltaBytes", "medianDeltaBytes",
                "encodeColdMBps", "encodeWarmMBps", "decodeMBps", "peakMemoryBytes",
            ]
            for object in objects { #expect(Set(object.keys) == keys) }

            let levels = DeltaLevel.allCases.map(\.rawValue) + Self.compared
            let expected = (Self.kinds.sorted() + ["total"]).flatMap { corpus in levels.map { "\(corpus) \($0)" } }
            #expect(rows.map { "\($0.corpus) \($0.level)" } == expected)
            for row in rows {
                #expect(row.encodeColdMBps > 0 && row.encodeWarmMBps > 0 && row.decodeMBps > 0)
                #expect(abs(row.meanDeltaBytes - Double(row.deltaBytes) / Double(row.pairs)) < 0.1)
                #expect(try #require(row.peakMemoryBytes) > 0)
            }
            for level in levels {
                let parts = rows.filter { $0.level == level && $0.corpus != "total" }
                let total = try #require(rows.first { $0.level == level && $0.corpus == "total" })
                #expect(total.pairs == 2 * Self.kinds.count)
                #expect(total.targetBytes == parts.reduce(0) { $0 + $1.targetBytes })
                #expect(total.deltaBytes == parts.reduce(0) { $0 + $1.deltaBytes })
                #expect(total.peakMemoryBytes == parts.compactMap(\.peakMemoryBytes).max())
            }
        }
    }

    /// Shares of real pages: gzip leaves 12 to 25 % of most, a delta 0.1 to 5 %, and more between siblings.
    @Test(arguments: [1, 2, 3])
    func generatedPagesCompressAndChangeAsRealOnesDo(seed: Int) throws {
        try withPages(versions: 7, seed: seed) { _, pages in
            for row in try rows(pages, "--level", "deflate").rows where row.corpus != "total" {
                let mean = row.targetBytes / row.pairs
                #expect((10_000...500_000).contains(mean), "\(row.corpus): \(mean) bytes")
                let range = row.corpus.hasPrefix("siblings") ? 0.02...0.15 : 0.001...0.05
                if row.level == "gzip -6" { #expect((0.12...0.26).contains(row.share), "\(row.corpus): \(row.share)") }
                if row.level == "deflate" { #expect(range.contains(row.share), "\(row.corpus): \(row.share)") }
            }
        }
    }

    @Test func theTableAndThePageShowEveryCorpus() throws {
        try withPages(versions: 2) { folder, pages in
            let page = folder.appending(path: "report.html")
            let run = try Command("railgun-bench", ["run", "--corpus", pages, "--repeats", "1", "--html", page.path])
            try #require(run.exitCode == 0, "\(run.errors)")
            let html = try String(contentsOf: page, encoding: .utf8)
            for name in Self.kinds + Self.compared + DeltaLevel.allCases.map(\.rawValue) + ["total"] {
                #expect(run.output.contains(name))
                #expect(html.contains(name))
            }
            #expect(!run.output.contains("\u{1b}"), "colour belongs on terminals")
            #expect(try WellFormed.check(html))
            for outside in ["<script", "<link", "<img", " src=", " href=", "@import", "url("] {
                #expect(!html.contains(outside), "\(outside): the page is to stand alone")
            }
        }
    }

    @Test func aLevelThatIsChosenIsMeasuredAlone() throws {
        try withPages(versions: 2) { _, pages in
            let rows = try rows(pages, "--level", "fast").rows
            #expect(Set(rows.map(\.level)) == Set(["fast"] + Self.compared))
        }
    }

    @Test func generatingTwiceMakesTheSameFilesAndRefusesToMixThem() throws {
        try withPages(versions: 2) { folder, pages in
            let again = try Command("railgun-bench", ["generate", "--out", pages, "--versions", "2"])
            #expect(again.exitCode == 1)
            let hint = "is not empty; name another folder, or say --force to write into it"
            #expect(again.errors == "railgun-bench: \(pages): \(hint)\n")
            let other = folder.appending(path: "other").path
            for arguments in [["--out", other], ["--out", pages, "--force"]] {
                let made = try Command("railgun-bench", ["generate", "--versions", "2"] + arguments)
                #expect(made.exitCode == 0 && made.output.isEmpty)
            }
            for kind in CorpusGenerator.Kind.allCases {
                let path = "\(kind.rawValue)/0001.\(kind.fileExtension)"
                let (one, two) = (
                    URL(filePath: pages).appending(path: path), URL(filePath: other).appending(path: path)
                )
                #expect(try Data(contentsOf: one) == Data(contentsOf: two))
            }
        }
    }

    @Test func failuresNameThePathInOneLine() throws {
        try withTemporaryFolder { folder in
            let (file, empty) = (folder.appending(path: "page.html").path, folder.path)
            try Data("<p>".utf8).write(to: URL(filePath: file))
            let cases: [([String], String)] = [
                (["run", "--corpus", "/nowhere"], "/nowhere: no such file or folder"),
                (["run", "--corpus", file], "\(file): is a file, not a folder"),
                (["run", "--corpus", empty], "\(empty): no corpus here"),
                (["generate", "--out", file], "\(file): is a file, not a folder"),
                (["generate", "--out", "\(file)/pages"], "can't be written: "),
            ]
            for (arguments, message) in cases {
                let run = try Command("railgun-bench", arguments)
                #expect(run.exitCode == 1 && run.output.isEmpty)
                #expect(run.errors.hasPrefix("railgun-bench: ") && run.errors.contains(message), "\(run.errors)")
                #expect(run.errors.count { $0.isNewline } == 1)
            }
        }
    }

    @Test func anOutputThatCannotBeWrittenIsRefusedBeforeMeasuring() throws {
        try withPages(versions: 2) { folder, pages in
            for path in ["/nowhere/report", folder.path] {
                for option in ["--json", "--html"] {
                    let run = try Command("railgun-bench", ["run", "--corpus", pages, option, path])
                    #expect(run.exitCode == 1 && run.output.isEmpty)
                    #expect(run.errors.hasPrefix("railgun-bench: \(path): "), "\(run.errors)")
                }
            }
        }
    }

    @Test func wrongUsageSaysWhatIsRight() throws {
        let cases: [([String], String)] = [
            (["run", "--corpus", ".", "--pairs", "0"], "--pairs 0: use 1 or more"),
            (["run", "--corpus", ".", "--repeats", "0"], "--repeats 0: use 1...1000"),
            (["run", "--corpus", ".", "--level", "tiny"], DeltaLevel.allCases[0].rawValue),
            (["run", "--corpus", ".", "--json", "-", "--html", "-"], "only one can be standard output"),
            (["run"], "--corpus"),
            (["generate", "--out", "pages", "--versions", "1"], "--versions 1: use 2...10000"),
        ]
        for (arguments, message) in cases {
            let run = try Command("railgun-bench", arguments)
            #expect(run.exitCode == 64 && run.output.isEmpty)
            #expect(run.errors.contains(message), "\(run.errors)")
        }
    }
}

/// Checks that a page's elements are closed in order; names those that aren't.
private enum WellFormed {
    static func check(_ html: String) throws -> Bool {
        let voids: Set = ["meta", "br", "hr", "!doctype"]
        var open: [String] = []
        for match in html.matches(of: /<(\/?)([!a-zA-Z0-9]+)[^<>]*?(\/?)>/) {
            let name = match.2.lowercased()
            if voids.contains(name) || !match.3.isEmpty { continue }
            if match.1.isEmpty {
                open.append(name)
            } else {
                try #require(open.popLast() == name, "</\(name)>")
            }
        }
        return open.isEmpty
    }
}
