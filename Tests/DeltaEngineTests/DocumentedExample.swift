import DeltaEngine
import Foundation
import Testing

/// The example in the documents, compiled and run.
struct DocumentedExample {
    @Test func theExampleRebuildsThePage() throws {
        // example: start
        let yesterday = [UInt8]("<p>It is 10:15, and 24 °C in Lisbon.</p>".utf8)
        let today = [UInt8]("<p>It is 10:16, and 24 °C in Lisbon.</p>".utf8)

        let base = try DeltaBase(yesterday)
        var encoder = try DeltaEncoder()
        let delta = try encoder.encode(today.span, against: base, level: .balanced)

        var decoder = DeltaDecoder(outputLimit: 10_000_000)
        let page = try decoder.decode(delta.span, base: yesterday.span, expecting: PageVersion(of: today.span))
        // example: end
        #expect(page == today)
        #expect(delta.count <= 12)
    }

    @Test(arguments: ["README.md", "Sources/DeltaEngine/DeltaEngine.docc/DeltaEngine.md"])
    func theDocumentsShowThisVeryExample(path: String) throws {
        let project = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let document = try String(contentsOf: project.appending(path: path), encoding: .utf8)
        let source = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
        let example = source.split(separator: "\n", omittingEmptySubsequences: false)
            .drop { !$0.hasSuffix("// example: start") }.dropFirst()
            .prefix { !$0.hasSuffix("// example: end") }
            .map { $0.drop { $0 == " " } }
        #expect(example.count > 5)
        #expect(document.contains("```swift\nimport DeltaEngine\n\n" + example.joined(separator: "\n") + "\n```"))
    }
}
