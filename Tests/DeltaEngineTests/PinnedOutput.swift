import Corpus
import DeltaEngine
import Testing

/// What the encoder writes for generated pages, by hash.
///
/// The format leaves it free, so a change here is no error, but none should pass unnoticed. Where one is meant, the sizes
/// of real pages say whether it is a good one.
struct PinnedOutput {
    static let segments: [(CorpusGenerator.Kind, DeltaLevel, String)] = [
        (.forumThread, .fast, "fd20aa85779e"), (.forumThread, .deflate, "fe6387534407"),
        (.newsHome, .fast, "f1162ff10922"), (.newsHome, .deflate, "9e4104e86ecc"),
        (.jsonAPI, .fast, "88a8ce9c524e"), (.jsonAPI, .deflate, "c2d519a7e72c"),
        (.rssFeed, .fast, "ec2a43e2a217"), (.rssFeed, .deflate, "f4717ffe865b"),
        (.shopList, .fast, "7f886e2ec38b"), (.shopList, .deflate, "7e62f0133379"),
        (.siblingProducts, .fast, "01222eac4ed1"), (.siblingProducts, .deflate, "187518ce41b1"),
    ]

    /// Where each byte comes from; not the bytes of a delta, which come from zlib or LZ4 and change with their versions.
    @Test(arguments: segments)
    func eachPageIsDividedAsBefore(kind: CorpusGenerator.Kind, level: DeltaLevel, hash: String) throws {
        var encoder = try DeltaEncoder()
        var decoder = DeltaDecoder()
        var text = ""
        let versions = Array(CorpusGenerator(seed: 7).versions(of: kind).prefix(4))
        for (base, target) in zip(versions, versions.dropFirst()) {
            let delta = try encoder.encode(target.span, against: DeltaBase(base), level: level)
            for segment in try decoder.describe(delta.span, base: base.span).segments {
                switch segment.origin {
                case .new: text += "new"
                case .base(let offset): text += "base \(offset)"
                case .page(let offset): text += "page \(offset)"
                }
                text += " \(segment.range)\n"
            }
        }
        let bytes = [UInt8](text.utf8)
        #expect(PageVersion(of: bytes.span).shortDescription == hash)
    }

    @Test func aDeltaWithoutACompressorIsWrittenAsBefore() throws {
        var encoder = try DeltaEncoder()
        let versions = Array(CorpusGenerator(seed: 7).versions(of: .newsHome).prefix(2))
        let (base, target) = (versions[0], versions[1])
        let delta = try encoder.encode(target.span, against: DeltaBase(base), level: .fast)
        #expect(delta.first == 0x10)
        #expect(PageVersion(of: delta.span).shortDescription == "2b9b4fb3c0ce")
    }
}
