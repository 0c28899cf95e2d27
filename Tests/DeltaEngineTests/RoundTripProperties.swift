import Corpus
import DeltaEngine
import Testing

struct RoundTripProperties {
    @Test(arguments: UInt64(0)..<300)
    func everyLevelRebuildsTheTargetByteForByte(seed: UInt64) throws {
        let pair = SeededPair(seed: seed)
        try expectRoundTrip(pair.target, base: pair.base)
    }

    @Test(arguments: [0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257])
    func lengthsAroundTheBlockSizesSurvive(length: Int) throws {
        var random = SeededGenerator(seed: UInt64(length))
        let page = random.bytes(length, in: 0...255)
        for other in [[], page, Array(page.dropLast()), page + [1], [9] + page, Array(page.reversed())] {
            try expectRoundTrip(page, base: other)
            try expectRoundTrip(other, base: page)
        }
    }

    @Test func aPageOverTheBoundaryOfShortBlockNumbersSurvives() throws {
        var random = SeededGenerator(seed: 1)
        var page = random.bytes(530_000, in: 32...126)
        let base = page
        page.insert(contentsOf: random.bytes(50, in: 32...126), at: 300_000)
        page.swapAt(10, 529_990)
        try expectRoundTrip(page, base: base)
        var encoder = try DeltaEncoder()
        let delta = try encoder.encode(page.span, against: DeltaBase(base), level: .deflate)
        #expect(delta.count < 100)
    }

    /// Longer than what one operation copies, and so long that the index takes a block only every 32 bytes.
    @Test func aPageOfSeventyMegabytesSurvives() throws {
        var random = SeededGenerator(seed: 9)
        let part = random.bytes(1 << 16, in: 0...255)
        let moved = random.bytes(200, in: 0...255)
        var base: [UInt8] = []
        base.reserveCapacity(1 << 27)
        for _ in 0..<1060 { base += part }
        base += moved + random.bytes(200, in: 0...255)
        var target = moved + base
        target[40_000_000] ^= 1
        var encoder = try DeltaEncoder()
        var decoder = DeltaDecoder()
        let delta = try encoder.encode(target.span, against: DeltaBase(base), level: .fast)
        // The version says whether each byte is right.
        let page = try decoder.decode(delta.span, base: base.span, expecting: PageVersion(of: target.span))
        #expect(page.count == target.count)
        #expect(delta.count < 40)
    }

    @Test func theSameInputGivesTheSameDeltaWhateverCameBefore() throws {
        var used = try DeltaEncoder()
        for seed in UInt64(0)..<40 {
            let pair = SeededPair(seed: seed)
            let base = try DeltaBase(pair.base)
            for level in DeltaLevel.allCases {
                var fresh = try DeltaEncoder()
                let expected = try fresh.encode(pair.target.span, against: base, level: level)
                let actual = try used.encode(pair.target.span, against: base, level: level)
                #expect(actual == expected)
            }
        }
    }

    @Test func aGeneratedSiteSurvivesVersionAfterVersion() throws {
        for kind in CorpusGenerator.Kind.allCases {
            let versions = Array(CorpusGenerator(seed: 7).versions(of: kind).prefix(3))
            for (base, target) in zip(versions, versions.dropFirst()) { try expectRoundTrip(target, base: base) }
        }
    }

    private func expectRoundTrip(_ target: [UInt8], base: [UInt8]) throws {
        var encoder = try DeltaEncoder()
        var decoder = DeltaDecoder()
        let kept = try DeltaBase(base)
        let version = PageVersion(of: target.span)
        for level in DeltaLevel.allCases {
            let delta = try encoder.encode(target.span, against: kept, level: level)
            #expect(delta.count <= target.count + 1)
            let rebuilt = try decoder.decode(delta.span, base: base.span, expecting: version)
            #expect(rebuilt == target)
            let alone = try encoder.encode(target.span, against: nil, level: level)
            #expect(alone.count <= target.count + 1)
            let rebuiltAlone = try decoder.decode(alone.span, base: nil, expecting: version)
            #expect(rebuiltAlone == target)

            let description = try decoder.describe(delta.span, base: base.span)
            #expect(description.pageBytes == target.count)
            #expect(description.segments.first?.range.lowerBound ?? 0 == 0)
            #expect(description.segments.last?.range.upperBound ?? 0 == target.count)
            for (one, next) in zip(description.segments, description.segments.dropFirst()) {
                #expect(one.range.upperBound == next.range.lowerBound)
            }
            for segment in description.segments {
                if case .base(let offset) = segment.origin {
                    #expect(base[offset..<offset + segment.range.count] == target[segment.range])
                }
            }
        }
    }
}
