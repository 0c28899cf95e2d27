import DeltaEngine
import Foundation
import Testing

/// The container of `docs/formats/`: what was written once is read for ever.
struct DeltaFormat {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")

    static func read(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: folder.appendingPathComponent(name)))
    }

    /// One file for each kind and coding that version 1 knows; their names end in the delta's first byte.
    ///
    /// Those of levels `balanced` and `small` are read with the tables of this build: until the first release, new tables
    /// come with new files.
    static let deltas = [
        "00", "01", "02", "03", "10", "11", "12", "14", "15", "16", "18", "19", "1a", "20", "21", "46", "57", "62",
        "76",
    ]

    /// What a delta makes, where it isn't `target.html`.
    static let targets = [
        "00": "base.html", "20": "long-news.html", "21": "counter.html", "62": "same-length.html",
        "76": "same-length.html",
    ]

    @Test(arguments: deltas)
    func aDeltaFileOfVersionOneIsDecodedForEver(kind: String) throws {
        let bytes = try Self.read("v1-\(kind).rgd")
        let file = try DeltaFile(parsing: bytes.span)
        #expect(file.delta.first == UInt8(kind, radix: 16))
        var decoder = DeltaDecoder()
        let base = try Self.read("base.html")
        let expected = try Self.read(Self.targets[kind] ?? "target.html")
        let page = try file.rebuild(from: base.span, with: &decoder)
        #expect(page == expected)
    }

    @Test func theExampleOfTheDocumentationIsWhatTheEncoderWrites() throws {
        let old = [UInt8]("<p>The time is 10:15.</p>".utf8)
        let new = [UInt8]("<p>The time is now 10:16.</p>".utf8)
        var encoder = try DeltaEncoder()
        let delta = try encoder.encode(new.span, against: DeltaBase(old), level: .fast)
        #expect(
            delta == [0x10, 0x08, 0x04, 0x01, 0x0f, 0x98, 0x0a] + Array("now 10:16".utf8))
        let later = [UInt8]("<p>The time is 10:16.</p>".utf8)
        for level in DeltaLevel.allCases where level != .stored {
            let delta = try encoder.encode(later.span, against: DeltaBase(old), level: level)
            #expect(delta == [0x21, 0x13, 0x36])
        }
    }
}
