import DeltaEngine
import Foundation
import TestSupport
import Testing

struct DiffCommandTests {
    private let folder = TemporaryFolder()
    private let old = "<html>\n" + String(repeating: "<p>This does not change.</p>\n", count: 40) + "<p>10:15</p>\n"
    private let new = "<html>\n" + String(repeating: "<p>This does not change.</p>\n", count: 40) + "<p>10:16</p>\n"

    init() throws {
        try folder.write(old, to: "old.html")
        try folder.write(new, to: "new.html")
    }

    private func run(_ arguments: String...) throws -> Command {
        try Command("railgun-diff", arguments, in: folder.url)
    }

    @Test(arguments: DeltaLevel.allCases)
    func aPageComesBackAtEachLevel(level: DeltaLevel) throws {
        let diff = try run("diff", "old.html", "new.html", "-o", "d", "--level", level.rawValue)
        #expect(diff.exitCode == 0 && diff.outputBytes.isEmpty)
        let apply = try run("apply", "old.html", "d", "-o", "back.html")
        #expect(apply.exitCode == 0, "\(apply.errors)")
        #expect(try folder.text(of: "back.html") == new)
    }

    @Test func oneLineTellsWhatWasSaved() throws {
        let diff = try run("diff", "old.html", "new.html")
        let line = try Regex(
            #"new\.html\.rgd: \d+ B for a page of 1\.2 kB \(\d+(\.\d)? %\), level small \(auto: the smallest\), in .*s\n"#
        )
        #expect(try line.wholeMatch(in: diff.errors) != nil, "\(diff.errors)")
    }

    @Test func namesThatNobodyChoseOverwriteNothing() throws {
        #expect(try run("diff", "old.html", "new.html").exitCode == 0)
        let again = try run("diff", "old.html", "new.html")
        #expect(again.exitCode == 1)
        #expect(
            again.errors == "railgun-diff: new.html.rgd: exists already; to overwrite it, say -o new.html.rgd\n")
        let apply = try run("apply", "old.html", "new.html.rgd")
        #expect(apply.exitCode == 1)
        #expect(apply.errors == "railgun-diff: new.html: exists already; to overwrite it, say -o new.html\n")
        try FileManager.default.removeItem(at: folder.url("new.html"))
        #expect(try run("apply", "old.html", "new.html.rgd").exitCode == 0)
        #expect(try folder.text(of: "new.html") == new)
    }

    @Test func standardOutputCarriesTheSameBytes() throws {
        let piped = try run("diff", "old.html", "new.html", "-o", "-")
        #expect(try run("diff", "old.html", "new.html").exitCode == 0)
        #expect(try piped.outputBytes == folder.bytes(of: "new.html.rgd"))
        #expect(try run("apply", "old.html", "new.html.rgd", "-o", "-").output == new)
    }

    @Test func aWrongBaseIsToldByBothVersions() throws {
        #expect(try run("diff", "old.html", "new.html").exitCode == 0)
        try folder.write("another page", to: "other.html")
        let apply = try run("apply", "other.html", "new.html.rgd", "-o", "back.html")
        let (expected, actual) = (
            PageVersion(of: Array(old.utf8).span), PageVersion(of: Array("another page".utf8).span)
        )
        #expect(apply.exitCode == 1)
        #expect(
            apply.errors == """
                railgun-diff: other.html: wrong base: the delta was made against \(expected), this is \(actual)

                """)
        #expect(try folder.names == ["new.html", "new.html.rgd", "old.html", "other.html"])
    }

    @Test func aDeltaThatWasCutShortIsRefusedAtEachLength() throws {
        #expect(try run("diff", "old.html", "new.html").exitCode == 0)
        let whole = try folder.bytes(of: "new.html.rgd")
        for length in [0, 1, 3, 4, 5, 20, 37, 50, 68, 69, 70] + Array(71..<whole.count) {
            try folder.write(whole[..<length], to: "cut.rgd")
            let apply = try run("apply", "old.html", "cut.rgd", "-o", "back.html")
            #expect(apply.exitCode == 1, "length \(length)")
            #expect(apply.errors.hasPrefix("railgun-diff: cut.rgd: the "), "length \(length): \(apply.errors)")
            #expect(apply.errors.split(separator: "\n").count == 1)
        }
        #expect(try folder.names == ["cut.rgd", "new.html", "new.html.rgd", "old.html"])
    }

    @Test func aDamagedDeltaLeavesTheOldOutputAlone() throws {
        #expect(try run("diff", "old.html", "new.html").exitCode == 0)
        var damaged = try folder.bytes(of: "new.html.rgd")
        damaged[damaged.count - 1] ^= 0xff
        try folder.write(damaged, to: "damaged.rgd")
        try folder.write("mine", to: "back.html")
        #expect(try run("apply", "old.html", "damaged.rgd", "-o", "back.html").exitCode == 1)
        #expect(try folder.text(of: "back.html") == "mine")
    }

    @Test func emptyAndBinaryPagesComeBack() throws {
        try folder.write("", to: "empty")
        try folder.write((0..<5000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) }, to: "binary")
        for (base, target) in [("empty", "binary"), ("binary", "empty"), ("empty", "empty"), ("binary", "binary")] {
            #expect(try run("diff", base, target, "-o", "d").exitCode == 0)
            #expect(try run("apply", base, "d", "-o", "back").exitCode == 0)
            #expect(try folder.bytes(of: "back") == folder.bytes(of: target))
            #expect(try run("explain", base, "d").exitCode == 0)
        }
    }

    @Test(arguments: [
        (["diff", "none.html", "new.html"], "none.html: No such file or directory"),
        (["diff", ".", "new.html"], ".: is a folder, not a file"),
        (["diff", "old.html", "new.html", "-o", "."], ".: is a folder, not a file"),
        (["diff", "old.html", "new.html", "-o", "none/d"], "none/d: No such file or directory"),
        (
            ["apply", "old.html", "new.html", "-o", "x"],
            "new.html: is not a delta file, or one of a newer railgun-diff"
        ),
        (["apply", "old.html", "new.html"], "new.html: doesn't end in .rgd, so say with -o FILE how to call the page"),
        (["explain", "old.html", "none"], "none: No such file or directory"),
        (["corpus", "none"], "none: no such file or folder"),
        (["corpus", "old.html"], "old.html: is a file, not a folder"),
    ])
    func mistakesAreToldInOneLine(arguments: [String], message: String) throws {
        let outcome = try Command("railgun-diff", arguments, in: folder.url)
        #expect(outcome.exitCode == 1)
        #expect(outcome.errors.hasPrefix("railgun-diff: ") && outcome.errors.hasSuffix(message + "\n"))
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(try folder.names == ["new.html", "old.html"])
    }

    @Test func aPageOverTheLimitIsNotMade() throws {
        #expect(try run("diff", "old.html", "new.html").exitCode == 0)
        let apply = try run("apply", "old.html", "new.html.rgd", "-o", "back", "--limit", "1kB")
        #expect(apply.exitCode == 1)
        #expect(apply.errors.contains("the delta makes a page of 1180 bytes; the limit is 1000; --limit raises it"))
    }

    @Test func wrongUsageIsNotAFailureOfTheData() throws {
        let level = try run("diff", "old.html", "new.html", "--level", "best")
        #expect(level.exitCode == 64)
        #expect(level.errors.contains("'best' is invalid") && level.errors.contains("deflate"))
        #expect(try run("apply", "a", "b", "--limit", "many").exitCode == 64)
        #expect(try run("nothing").exitCode == 64)
    }

    @Test func helpAndVersionGoToStandardOutput() throws {
        #expect(try run("--version").output == "0.1.0\n")
        for command in ["diff", "apply", "explain", "corpus", "record"] {
            let help = try run("help", command)
            #expect(help.exitCode == 0 && help.output.contains("railgun-diff \(command)"))
        }
    }
}
