import Foundation
import Testing

/// The benchmarks, started as a person would, on pages that are small enough to take no time.
struct CommandTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "benchmarks-\(UUID().uuidString)")
        for corpus in ["news", "shop"] {
            let pages = folder.appending(path: "corpora/\(corpus)")
            try FileManager.default.createDirectory(at: pages, withIntermediateDirectories: true)
            for version in 1...3 {
                let lines = (0..<300).map { "<p>\(corpus) \($0): \($0 * 7919 % 1000) visits</p>\n" }.joined()
                let page = "<h1>Version \(version)</h1>\n\(lines)<footer>\(version * version)</footer>\n"
                try Data(page.utf8).write(to: pages.appending(path: "\(version).html"))
            }
        }
    }

    private var corpora: String { folder.appending(path: "corpora").path }

    @Test func peersComparesAllCodecsAndJudgesTheEngine() throws {
        let json = folder.appending(path: "peers.json")
        let result = try run("railgun-peers", "--corpus", corpora, "--rounds", "1", "--json", json.path)
        #expect(result.status == 0, "\(result.errors)")
        for expected in ["news", "shop", "zstd-19 prefix", "fast warm", "Verdict", "memory of a kept base"] {
            #expect(result.output.contains(expected))
        }
        let report = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: json)) as? [String: Any])
        let corpora = try #require(report["corpora"] as? [[String: Any]])
        #expect(corpora.map { $0["corpus"] as? String } == ["news", "shop"])
        #expect(corpora.allSatisfy { $0["pairs"] as? Int == 2 })
        // Four more where there is a brotli to compare with.
        #expect([16, 20].contains((report["figures"] as? [Any])?.count))
    }

    /// Where `scripts/setup --dev` builds brotli; it doesn't where the system's takes dictionaries.
    private static let brotli = URL(filePath: #filePath).appending(path: "../../../../.tools/brotli/libbrotli.so")
        .standardized.path

    @Test(.enabled(if: FileManager.default.fileExists(atPath: brotli), "scripts/setup --dev builds brotli"))
    func peersMeasuresBrotliWithTheBaseAsItsDictionary() throws {
        let json = folder.appending(path: "peers.json")
        let result = try run(
            "railgun-peers", "--corpus", corpora, "--rounds", "1", "--brotli", Self.brotli, "--json", json.path)
        #expect(result.status == 0, "\(result.errors)")
        let report = try JSONDecoder().decode(Report.self, from: Data(contentsOf: json))
        for corpus in report.corpora {
            let codecs = Dictionary(uniqueKeysWithValues: corpus.measurements.map { ($0.codec, $0) })
            let cold = try #require(codecs["brotli-5 dictionary"])
            let prepared = try #require(codecs["brotli-5 prepared"])
            let best = try #require(codecs["brotli-11 dictionary"])
            #expect(cold.deltaBytes == prepared.deltaBytes)
            #expect(best.deltaBytes <= cold.deltaBytes)
            #expect(cold.deltaBytes < 200, "each page is 10 kB, of which a few digits are new")
            #expect(cold.pairEncodeMBps.count == 2 && cold.pairDecodeMBps.count == 2)
        }
    }

    private struct Report: Decodable {
        struct Corpus: Decodable { var measurements: [Measurement] }
        struct Measurement: Decodable {
            var codec: String
            var deltaBytes: Int
            var pairEncodeMBps: [Double]
            var pairDecodeMBps: [Double]
        }
        var corpora: [Corpus]
    }

    @Test func aFileThatIsNoBrotliIsRefused() throws {
        let page = folder.appending(path: "corpora/news/1.html").path
        let result = try run("railgun-peers", "--corpus", corpora, "--brotli", page)
        #expect(result.status == 1)
        #expect(result.errors == "Error: \(page): not a library of brotli 1.1 or later\n")
    }

    @Test func microMeasuresTheCurveAndHostilePairs() throws {
        let result = try run("railgun-micro", "--corpus", corpora, "--largest", "10000", "--hostile", "17")
        #expect(result.status == 0, "\(result.errors)")
        for expected in ["10,000", "decode deflate", "real pages", "17 hostile pairs"] {
            #expect(result.output.contains(expected))
        }
    }

    @Test(arguments: ["railgun-peers", "railgun-micro"])
    func aFolderThatIsNotThereIsNamed(command: String) throws {
        let result = try run(command, "--corpus", "/nonexistent/pages")
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
        #expect(result.errors == "Error: /nonexistent/pages: no such folder\n")
    }

    @Test func checkFailsWhereAFigureMissesItsBar() throws {
        // A base of five bytes costs more than 2.2 times its size to keep.
        let pages = folder.appending(path: "tiny")
        try FileManager.default.createDirectory(at: pages, withIntermediateDirectories: true)
        for version in 1...2 { try Data("page\(version)".utf8).write(to: pages.appending(path: "\(version)")) }
        let result = try run("railgun-peers", "--corpus", pages.path, "--rounds", "1", "--check")
        #expect(result.status == 1)
        #expect(result.errors.contains("miss their bar"))
    }

    private func run(
        _ command: String, _ arguments: String...
    ) throws -> (status: Int32, output: String, errors: String) {
        let process = Process()
        process.executableURL = try Self.folderOfExecutables.appending(path: command)
        process.arguments = arguments
        let (output, errors) = (folder.appending(path: "output"), folder.appending(path: "errors"))
        for file in [output, errors] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        process.waitUntilExit()
        return (
            process.terminationStatus, try String(contentsOf: output, encoding: .utf8),
            try String(contentsOf: errors, encoding: .utf8)
        )
    }

    /// SwiftPM puts the executables beside the test bundle, whose path the test process was started with.
    private static var folderOfExecutables: URL {
        get throws {
            let bundle = try #require(
                CommandLine.arguments.lazy.map { URL(filePath: $0) }.first {
                    $0.pathExtension == "xctest" || $0.deletingLastPathComponent().pathExtension == "xctest"
                })
            return bundle.deletingLastPathComponent()
        }
    }
}
