import DeltaEngine
import Foundation
import Testing

let project = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
let catalog = project.appending(path: "Sources/DeltaEngine/DeltaEngine.docc")

/// Versions of a page: rows, of which one differs in each.
func samplePage(_ version: Int) -> [UInt8] {
    Array((0..<300).map { "<p>\($0 == 7 * version ? "new \(version)" : "row \($0)")</p>\n" }.joined().utf8)
}

struct ArticleTests {
    private let old = samplePage(1)
    private let new = samplePage(2)

    /// Without indentation, so that blocks may stand within functions.
    private func lines(of text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.drop { $0 == " " } }
    }

    @Test func everyCodeBlockIsPartOfAFileThatIsCompiled() throws {
        let compiled = try ["DocumentationTests/Snippets.swift", "DeltaEngineTests/DocumentedExample.swift"].map {
            lines(of: try String(contentsOf: project.appending(path: "Tests/\($0)"), encoding: .utf8))
        }
        var blocks = 0
        for name in ["DeltaEngine.md"]
            + (try FileManager.default.contentsOfDirectory(atPath: catalog.path + "/Articles"))
            .map({ "Articles/\($0)" })
        {
            let text = try String(contentsOf: catalog.appending(path: name), encoding: .utf8)
            for part in text.components(separatedBy: "```swift\n").dropFirst() {
                let block = part.components(separatedBy: "\n```")[0].replacing("import DeltaEngine\n\n", with: "")
                #expect(compiled.contains { $0.contains(lines(of: block)) }, "\(name):\n\(block)")
                blocks += 1
            }
        }
        #expect(blocks == 7)
    }

    @Test func theBlocksDoWhatTheArticlesSay() async throws {
        let base = try DeltaBase(old)
        var encoder = try DeltaEncoder()
        var decoder = DeltaDecoder()
        let (delta, quick) = try Snippets.levels(new, against: base, with: &encoder)
        #expect(encoder.choice?.level == .balanced)
        let version = PageVersion(of: new.span)
        for delta in [delta, quick] {
            #expect(try Snippets.page(from: delta, base: old, version: version, with: &decoder) == new)
            #expect(try Snippets.narrow(delta, old) == new)
        }
        #expect(try Snippets.page(from: [0xff], base: old, version: version, with: &decoder) == nil)
        var short = DeltaDecoder(outputLimit: 100)
        #expect(throws: DeltaError.outputTooLarge(byteCount: new.count, limit: 100)) {
            try Snippets.page(from: delta, base: old, version: version, with: &short)
        }
        #expect(try await Snippets.shared(old, [[new], [new, old]]).count == 3)
        var usedBytes = 0
        try Snippets.keep(old, usedBytes: &usedBytes)
        #expect(Double(usedBytes) > 1.2 * Double(old.count) && Double(usedBytes) < 2 * Double(old.count))
    }
}
