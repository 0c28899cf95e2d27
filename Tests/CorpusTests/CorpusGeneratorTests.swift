import Corpus
import Foundation
import Testing

struct CorpusGeneratorTests {
    /// FNV-1a: enough to notice that bytes changed.
    private static func checksum(_ pages: some Sequence<[UInt8]>) -> UInt64 {
        pages.joined().reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// Figures from one machine can be compared with those from another only where the pages are the same.
    @Test(arguments: [
        (CorpusGenerator.Kind.forumThread, 0x640d_265b_7322_936f as UInt64), (.newsHome, 0x5026_d435_35e1_f290),
        (.jsonAPI, 0x4887_de9a_6c3d_7df3), (.rssFeed, 0x57f2_9c8c_372e_e856), (.shopList, 0x38f7_28e9_cf35_5de5),
        (.siblingProducts, 0xbf10_9349_8d8e_c22f),
    ])
    func seedOneMakesTheseBytesOnEveryMachine(kind: CorpusGenerator.Kind, checksum: UInt64) {
        let actual = Self.checksum(CorpusGenerator(seed: 1).versions(of: kind).prefix(4))
        #expect(actual == checksum, "\(kind): 0x\(String(actual, radix: 16))")
    }

    @Test(arguments: CorpusGenerator.Kind.allCases)
    func anotherSeedMakesOtherPages(kind: CorpusGenerator.Kind) {
        var (one, other) = (CorpusGenerator(seed: 1).versions(of: kind), CorpusGenerator(seed: 2).versions(of: kind))
        #expect(one.next() != other.next())
    }

    @Test(arguments: CorpusGenerator.Kind.allCases)
    func everyVersionIsTextThatDiffersFromTheOneBefore(kind: CorpusGenerator.Kind) throws {
        var last: [UInt8] = []
        for page in CorpusGenerator(seed: 3).versions(of: kind).prefix(5) {
            #expect(page != last)
            let text = try #require(String(validating: page, as: UTF8.self))
            if kind == .jsonAPI { _ = try JSONSerialization.jsonObject(with: Data(page)) }
            if kind.fileExtension == "html" {
                #expect(text.hasPrefix("<!DOCTYPE html>") && text.hasSuffix("</html>\n"))
            }
            last = page
        }
    }

    @Test func aRedesignChangesMoreThanAnHourDoes() {
        let pages = Array(CorpusGenerator(seed: 1).versions(of: .shopList).prefix(8))
        let lines = pages.map { Set($0.split(separator: UInt8(ascii: "\n"))) }
        let kept = zip(lines, lines.dropFirst()).map { Double($0.intersection($1).count) / Double($1.count) }
        #expect(kept[5] < 0.9 * kept[4] && kept[5] < 0.9 * kept[6])
    }

    @Test func writingMakesAFolderForEachKindThatReadsAsACorpus() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "railgun-tests-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var sizes: [Int] = []
        try CorpusGenerator(seed: 5).write(to: folder, versionCount: 2) { sizes.append($1) }
        let corpora = try Corpus.all(in: folder)
        #expect(corpora.map(\.name) == CorpusGenerator.Kind.allCases.map(\.rawValue).sorted())
        #expect(sizes.count == 2 * corpora.count)
        let (base, target) = try corpora[0].pairs[0].read()
        #expect([base, target] == Array(CorpusGenerator(seed: 5).versions(of: .forumThread).prefix(2)))
    }
}
