import Corpus
import Foundation
import Testing

struct CorpusTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "railgun-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func write(_ names: String...) throws {
        for name in names {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(name.utf8).write(to: file)
        }
    }

    private func removeFolder() { try? FileManager.default.removeItem(at: folder) }

    @Test func everySubFolderWithTwoVersionsIsACorpus() throws {
        defer { removeFolder() }
        try write(
            "b/2.html", "b/1.html", "b/.hidden", "b/assets/x.css", "a/1.xml", "a/2.xml", "a/3.xml", "c/only.html",
            "README")
        let corpora = try Corpus.all(in: folder)
        #expect(corpora.map(\.name) == ["a", "b"])
        #expect(corpora[1].files.map(\.lastPathComponent) == ["1.html", "2.html"])
        #expect(corpora[0].pairs.map(\.target.lastPathComponent) == ["2.xml", "3.xml"])
    }

    @Test func aFolderOfVersionsIsACorpusItself() throws {
        defer { removeFolder() }
        try write("1.html", "2.html")
        #expect(try Corpus.all(in: folder).map(\.name) == [folder.lastPathComponent])
    }

    @Test func aLinkToAFolderIsFollowed() throws {
        defer { removeFolder() }
        try write("pages/1.html", "pages/2.html")
        let link = folder.appending(path: "link")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: folder.appending(path: "pages"))
        #expect(try Corpus.all(in: link).map(\.files.count) == [2])
    }

    @Test(arguments: [(1, [0]), (3, [0, 3, 6]), (9, Array(0..<9)), (50, Array(0..<9))])
    func fewerPairsAreSpreadOverAllVersions(limit: Int, expected: [Int]) throws {
        defer { removeFolder() }
        for index in 0..<10 { try write("\(index).html") }
        let pairs = try Corpus(folder: folder).pairs(limit: limit)
        #expect(pairs.map(\.base.lastPathComponent) == expected.map { "\($0).html" })
        #expect(pairs.map(\.target.lastPathComponent) == expected.map { "\($0 + 1).html" })
    }

    @Test func errorsNameThePath() throws {
        defer { removeFolder() }
        try write("page.html")
        let (missing, file) = (folder.appending(path: "missing"), folder.appending(path: "page.html"))
        #expect(throws: CorpusError.missing(path: missing.path)) { try Corpus.all(in: missing) }
        #expect(throws: CorpusError.notAFolder(path: file.path)) { try Corpus.all(in: file) }
        #expect(throws: CorpusError.noVersions(path: folder.path)) { try Corpus.all(in: folder) }
        let written = #expect(throws: CorpusError.self) {
            try CorpusGenerator(seed: 1).write(to: file, versionCount: 2) { _, _ in }
        }
        #expect(written?.description.hasPrefix("\(file.path)/") == true)
    }

    @Test func aVersionThatHasGoneIsNamed() throws {
        defer { removeFolder() }
        try write("1.html", "2.html")
        let pair = try Corpus(folder: folder).pairs[0]
        try FileManager.default.removeItem(at: pair.target)
        #expect(throws: CorpusError.missing(path: pair.target.path)) { try pair.read() }
    }
}
