import DeltaEngine
import Foundation

/// What a run found, ready to be shown.
struct BenchReport {
    /// One corpus, or all of them: a row for each codec.
    struct Group {
        let name: String
        let kept: KeptBase
        let rows: [Row]

        var pairs: Int { rows[0].pairs }
        var targetBytes: Int { rows[0].targetBytes }
    }

    /// The corpora, and then the total.
    let groups: [Group]
    /// The codecs' names, in order of the rows.
    let names: [String]
    /// How many of them are levels of the delta engine; the others are what it's compared with.
    let levelCount: Int
    /// All deltas of each codec, in bytes, in ascending order.
    let deltaBytes: [[Int]]
    /// How fast pages are hashed, in bytes per second.
    let hashSpeed: Double
    let circumstances: Circumstances

    init(results: [CorpusResult], names: [String], levelCount: Int, hashSpeed: Double, circumstances: Circumstances) {
        var total = CorpusResult(name: Row.totalName, measurements: names.map { _ in [] })
        for result in results {
            for index in names.indices { total.measurements[index] += result.measurements[index] }
            total.kept += result.kept
        }
        groups = (results + [total]).map { result in
            Group(
                name: result.name, kept: result.kept,
                rows: zip(names, result.measurements).map { Row(corpus: result.name, level: $0, $1) })
        }
        deltaBytes = total.measurements.map { $0.map(\.deltaBytes).sorted() }
        (self.names, self.levelCount, self.hashSpeed) = (names, levelCount, hashSpeed)
        self.circumstances = circumstances
    }

    var corpora: ArraySlice<Group> { groups.dropLast() }
    var total: Group { groups.last! }

    /// The levels whose results are smaller than the pages, or else all of them.
    var deltaLevels: [Int] {
        let levels = (0..<levelCount).filter { total.rows[$0].share < 1 }
        return levels.isEmpty ? Array(0..<levelCount) : levels
    }

    /// The index of the level that the headlines are about: the library's default, or else that of the smallest deltas.
    ///
    /// The sizes of one level and the speeds of another would promise too much.
    var headline: Int {
        names[..<levelCount].firstIndex(of: "balanced")
            ?? (0..<levelCount).min { total.rows[$0].deltaBytes < total.rows[$1].deltaBytes }!
    }

    /// The rows as `--json` writes them.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(groups.flatMap(\.rows)) + Data("\n".utf8)
    }
}

/// When, where and how a run was made.
struct Circumstances {
    let command = CommandLine.arguments.joined(separator: " ")
    let date = Date.now.formatted(.iso8601)
    let machine: String
    let repeats: Int

    init(repeats: Int) {
        self.repeats = repeats
        let processor = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
            .split(separator: "\n").first { $0.hasPrefix("model name") }?
            .split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
        var names = utsname()
        unsafe uname(&names)
        let architecture = unsafe withUnsafeBytes(of: names.machine) {
            unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        #if DEBUG
        let build = ", built without optimisation: the speeds mean nothing"
        #else
        let build = ""
        #endif
        machine =
            "\(processor ?? "unknown processor") (\(architecture), \(ProcessInfo.processInfo.activeProcessorCount) cores), "
            + ProcessInfo.processInfo.operatingSystemVersionString + build
    }

    /// How figures were come by, in sentences.
    var method: [String] {
        [
            "Each pair is a version of a page and the one before it, which is the base that the receiver has. Pairs are "
                + "spread evenly over a corpus. Every result was decoded with its SHA-256 checked, and compared with the "
                + "page, before anything was timed.",
            "Speeds are bytes of the page by the processor time of one thread, working memory and data warm. Codecs took "
                + "turns on each pair, \(repeats) times over, each time for 0.2 ms or more; the median of the turns counts, "
                + "and a corpus's speed is all its bytes by the sum of those times.",
            "Cold encoding indexes the base first; warm encoding has it from the last visit. Hashing isn't part of either, "
                + "nor of decoding: it's stated on its own. What uses no base, or keeps nothing of it, has one time for both.",
            "Memory is what a fresh codec has in use beside both pages, its results included, while it keeps the base, "
                + "encodes and decodes: the growth of the process's resident pages, 4 kB exact; the worst pair counts.",
            "gzip -6 and lz4 know no base; zlib-dict is zlib at level 6 with the last 32 kB of the base as preset "
                + "dictionary; memcpy is the limit: no delta, and nothing but a copy.",
        ]
    }
}
