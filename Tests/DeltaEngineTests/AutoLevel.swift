import Corpus
import DeltaEngine
import Foundation
import Testing

/// Level `auto`: what it chooses, and that it says so.
struct AutoLevel {
    @Test func moreTimeNeverMakesALargerDelta() throws {
        for kind in CorpusGenerator.Kind.allCases {
            let versions = Array(CorpusGenerator(seed: 5).versions(of: kind).prefix(2))
            let (old, new) = (versions[0], versions[1])
            let base = try DeltaBase(old)
            var encoder = try DeltaEncoder()
            var last = Int.max
            for microseconds in [0, 100, 1_000, 5_000, 1_000_000] {
                let delta = try encoder.encode(
                    new.span, against: base, level: .auto, microseconds: microseconds)
                #expect(delta.count <= last)
                last = delta.count
            }
            let small = try encoder.encode(new.span, against: base, level: .small)
            #expect(last == small.count)
        }
    }

    @Test func itSaysWhatItChoseAndWhy() throws {
        let versions = Array(CorpusGenerator(seed: 5).versions(of: .newsHome).prefix(2))
        let (old, new) = (versions[0], versions[1])
        let base = try DeltaBase(old)
        var encoder = try DeltaEncoder()
        #expect(encoder.choice == nil)
        _ = try encoder.encode(new.span, against: base, level: .auto, microseconds: 1_000_000)
        #expect(encoder.choice?.level == .small)
        #expect(encoder.choice?.reason == .smallest)
        _ = try encoder.encode(new.span, against: base, level: .auto, microseconds: 0)
        #expect(encoder.choice?.level == .fast)
        #expect(encoder.choice?.reason == .timeLimit(microseconds: 0))
        _ = try encoder.encode(old.span, against: base, level: .auto)
        #expect(encoder.choice?.reason == .nothingNew)
        _ = try encoder.encode(old.span, against: nil, level: .auto)
        #expect(encoder.choice?.reason == .noBase)
        _ = try encoder.encode(old.span, against: base, level: .small)
        #expect(encoder.choice == nil)
    }

    @Test func longNewContentIsCompressedOnItsOwnAndTheRestPredicted() throws {
        var random = SeededGenerator(seed: 6)
        let versions = Array(CorpusGenerator(seed: 5).versions(of: .newsHome).prefix(2))
        let (old, new) = (versions[0], versions[1])
        let words = (0..<300).map { _ in random.bytes(random.integer(in: 2...9), in: 97...122) + [32] }
        let text = (0..<20_000).flatMap { _ in random.pick(words) }
        let middle = new.count / 2
        let target = new[..<middle] + text + new[middle...]
        let base = try DeltaBase(old)
        var encoder = try DeltaEncoder()
        let page = Array(target)
        let delta = try encoder.encode(page.span, against: base, level: .auto, microseconds: 15_000)
        guard case .zones = encoder.choice?.reason else {
            Issue.record("chose \(String(describing: encoder.choice))")
            return
        }
        let deflated = try encoder.encode(page.span, against: base, level: .deflate)
        #expect(delta.count < deflated.count)

        var decoder = DeltaDecoder()
        let rebuilt = try decoder.decode(delta.span, base: old.span, expecting: PageVersion(of: page.span))
        #expect(rebuilt == page)
        let description = try decoder.describe(delta.span, base: old.span)
        #expect(description.kind == .zones)
        #expect(description.zones.count == 3)
        #expect(description.zones.map(\.range.count).reduce(0, +) == page.count)
    }

    @Test(arguments: 0..<12)
    func withoutABaseItIsAsSmallAsGzipNineAndLZ4(seed: Int) throws {
        let page = Self.page(UInt64(seed))
        var encoder = try DeltaEncoder()
        let auto = try encoder.encode(page.span, against: nil, level: .auto).count
        let lz4 = try encoder.encode(page.span, against: nil, level: .fast).count
        #expect(auto <= lz4 + 16)
        #expect(auto <= (try Self.gzip(page, level: 9)) + 16)
    }

    @Test func withoutABaseAndWithLittleTimeItIsAsSmallAsGzipSix() throws {
        let page = Self.page(7)
        var encoder = try DeltaEncoder()
        let quick = try encoder.encode(page.span, against: nil, level: .auto, microseconds: 100)
        let choice = encoder.choice
        let estimate = try #require(choice).estimatedMicroseconds
        let thorough = try encoder.encode(page.span, against: nil, level: .auto, microseconds: 100_000)
        let longer = encoder.choice
        #expect(try #require(longer).estimatedMicroseconds > estimate && thorough.count < quick.count)
        #expect(quick.count <= (try Self.gzip(page, level: 6)))
    }

    private static func page(_ seed: UInt64) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        switch seed {
        case 0: return []
        case 1: return random.bytes(100_000, in: 0...255)
        case 2: return [UInt8](repeating: 32, count: 300_000)
        case 3:  // what repeats further away than deflate looks
            let block = random.bytes(45_000, in: 0...255)
            return block + block + block
        case 4, 5: return random.bytes(Int(seed) * 10, in: 97...122)
        default:
            let kinds = CorpusGenerator.Kind.allCases
            return Array(CorpusGenerator(seed: seed).versions(of: kinds[Int(seed) % kinds.count]).prefix(1))[0]
        }
    }

    private static func gzip(_ page: [UInt8], level: Int) throws -> Int {
        let gzip = Process()
        let (input, output) = (Pipe(), Pipe())
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/gzip")
        gzip.arguments = ["-\(level)nc"]
        (gzip.standardInput, gzip.standardOutput) = (input, output)
        try gzip.run()
        let writer = Thread {
            try? input.fileHandleForWriting.write(contentsOf: page)
            try? input.fileHandleForWriting.close()
        }
        writer.start()
        let compressed = try output.fileHandleForReading.readToEnd() ?? Data()
        gzip.waitUntilExit()
        return compressed.count
    }
}
