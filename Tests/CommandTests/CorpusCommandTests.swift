import DeltaEngine
import Foundation
import TestSupport
import Testing

struct CorpusCommandTests {
    private let folder = TemporaryFolder()

    /// Two folders with names that a report must not trust, of 4 and 3 versions.
    init() throws {
        for (name, versions) in [("a \"page\", <b>news", 4), ("home", 3)] {
            for version in 0..<versions {
                let lines = (0..<200).map { "<p>\($0 == version * 7 ? "new \(version)" : "row \($0)")</p>\n" }
                try folder.write(lines.joined(), to: "site/\(name)/\(version).html")
            }
        }
        try folder.write("a note", to: "site/record.jsonl")
        try folder.write("hidden", to: "site/home/.hidden")
    }

    private func run(_ arguments: String...) throws -> Command {
        try Command("railgun-diff", ["corpus", "site"] + arguments, in: folder.url)
    }

    private struct Row: Codable {
        var folder, base, target, level: String
        var targetBytes, gzipBytes, deltaBytes: Int
        var ratio, gzipMicroseconds, indexMicroseconds, encodeMicroseconds, decodeMicroseconds: Double
    }

    @Test func aRowForEachPairAndLevel() throws {
        let outcome = try run("--json", "-")
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        let rows = try JSONDecoder().decode([Row].self, from: Data(outcome.outputBytes))
        #expect(rows.count == 5 * (DeltaLevel.allCases.count - 1))
        #expect(Set(rows.map(\.folder)) == ["a \"page\", <b>news", "home"])
        #expect(rows.allSatisfy { $0.deltaBytes > 0 && $0.deltaBytes < $0.gzipBytes && $0.gzipBytes < $0.targetBytes })
        #expect(rows.allSatisfy { $0.ratio == Double($0.deltaBytes) / Double($0.targetBytes) })
        #expect(rows.last?.base == "1.html" && rows.last?.target == "2.html")
    }

    @Test func csvHasTheSameColumnsAndQuotesWhatItMust() throws {
        let outcome = try run("--csv", "-", "--level", "fast")
        let lines = outcome.output.split(separator: "\r\n")
        #expect(lines.count == 6)
        #expect(
            lines[0] == """
                folder,base,target,targetBytes,gzipBytes,gzipMicroseconds,level,deltaBytes,ratio,indexMicroseconds,\
                encodeMicroseconds,decodeMicroseconds
                """)
        #expect(lines[1].hasPrefix(#""a ""page"", <b>news",0.html,1.html,"#))
    }

    @Test func theTableEndsInTotalsAndAVerdict() throws {
        let outcome = try run("--level", "deflate")
        #expect(outcome.output.contains("\ntotal") && outcome.output.contains("Of "))
        #expect(outcome.output.contains("% less than gzip (level deflate)."))
        #expect(!outcome.output.contains("\u{1b}") && outcome.errors.isEmpty)
    }

    @Test func theWebPageEscapesNamesOfFolders() throws {
        #expect(try run("--html", "out.html").exitCode == 0)
        let html = try folder.text(of: "out.html")
        #expect(!html.contains("<b>news") && html.contains("a &quot;page&quot;, &lt;b&gt;news"))
        #expect(!html.contains("nan") && !html.contains("inf,"))
    }

    @Test func aFolderWithoutVersionsIsNoCorpus() throws {
        try folder.write("one", to: "lonely/one.html")
        let outcome = try Command("railgun-diff", ["corpus", "lonely"], in: folder.url)
        #expect(outcome.exitCode == 1 && outcome.errors.contains("two or more versions"))
    }

    @Test func emptyVersionsAreCountedToo() throws {
        try folder.write("", to: "empty/1")
        try folder.write("", to: "empty/2")
        try folder.write("x", to: "empty/3")
        let outcome = try Command(
            "railgun-diff", ["corpus", "empty", "--json", "e.json", "--csv", "e.csv", "--html", "e.html"],
            in: folder.url)
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
    }
}
