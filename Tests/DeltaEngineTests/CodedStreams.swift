import CDelta
import Corpus
import DeltaEngine
import Testing

/// Levels `balanced` and `small`: what their streams promise beyond coming back.
struct CodedStreams {
    static let levels: [DeltaLevel] = [.balanced, .small]

    @Test(arguments: CorpusGenerator.Kind.allCases)
    func eachLevelIsSmallerThanTheOneBefore(kind: CorpusGenerator.Kind) throws {
        let versions = Array(CorpusGenerator(seed: 11).versions(of: kind).prefix(4))
        var encoder = try DeltaEncoder()
        var sums: [DeltaLevel: Int] = [:]
        for (base, target) in zip(versions, versions.dropFirst()) {
            let kept = try DeltaBase(base)
            for level in [DeltaLevel.deflate, .balanced, .small] {
                sums[level, default: 0] += try encoder.encode(target.span, against: kept, level: level).count
            }
        }
        #expect(sums[.balanced]! < sums[.deflate]!)
        #expect(sums[.small]! < sums[.balanced]!)
    }

    @Test(arguments: UInt64(0)..<60)
    func everyInstructionSetWritesTheSameStream(seed: UInt64) throws {
        let pair =
            seed < 50
            ? SeededPair(seed: seed)
            : {
                let versions = Array(CorpusGenerator(seed: seed).versions(of: .allCases[Int(seed) % 6]).prefix(2))
                return SeededPair(base: versions[0], target: versions[1])
            }()
        for depth in [cdelta_depth.CDELTA_DEPTH_BALANCED, .CDELTA_DEPTH_SMALL] {
            let portable = Self.stream(pair, depth, isa: .CDELTA_ISA_PORTABLE)
            let best = Self.stream(pair, depth, isa: cdelta_isa_best())
            #expect(portable == best)
            #expect(!best.isEmpty)
        }
    }

    @Test(arguments: levels)
    func aStreamOfMoreSymbolsThanTheLimitIsRefusedBeforeAnyWork(level: DeltaLevel) throws {
        let versions = Array(CorpusGenerator(seed: 3).versions(of: .newsHome).prefix(2))
        let (old, new) = (versions[0], versions[1])
        var encoder = try DeltaEncoder()
        let delta = try encoder.encode(new.span, against: DeltaBase(old), level: level)
        let count = 16 << Int(delta[0] & 15)
        var exact = DeltaDecoder(symbolLimit: count)
        let page = try exact.decode(delta.span, base: old.span, expecting: nil)
        #expect(page == new)
        var short = DeltaDecoder(symbolLimit: count - 1)
        let error = thrown { () throws(DeltaError) in
            try short.decode(delta.span, base: old.span, expecting: nil)
        }
        #expect(error == .tooManySymbols(count: count, limit: count - 1))
    }

    @Test func aStreamThatAsksForMoreThanItsClassAllowsEndsAsCorrupt() throws {
        // Two pages without anything in common, and a kind that allows 16 literals.
        var random = SeededGenerator(seed: 5)
        let (base, target) = (random.bytes(3000, in: 0...255), random.bytes(2000, in: 97...102))
        var encoder = try DeltaEncoder()
        var delta = try encoder.encode(target.span, against: DeltaBase(base), level: .small)
        #expect(delta[0] & 0xf0 == 0x50)
        delta[0] = 0x50
        var decoder = DeltaDecoder()
        let error = thrown { () throws(DeltaError) in try decoder.decode(delta.span, base: base.span, expecting: nil) }
        #expect(error == .corrupt(.invalid(.stream)))
    }

    @Test(arguments: levels)
    func bytesBehindAStreamAreRefused(level: DeltaLevel) throws {
        let old = [UInt8]("<ul><li>first item of the list</li><li>second item of the list</li></ul>".utf8)
        let new = [UInt8]("<ul><li>news: first item of the list</li><li>another item</li></ul>".utf8)
        var encoder = try DeltaEncoder()
        var decoder = DeltaDecoder()
        let delta = try encoder.encode(new.span, against: DeltaBase(old), level: level) + [UInt8](1...20)
        let error = thrown { () throws(DeltaError) in try decoder.decode(delta.span, base: old.span, expecting: nil) }
        #expect(error == .corrupt(.invalid(.stream)))
    }

    /// Longer than what the coder indexes at a time, with changes everywhere.
    @Test(arguments: levels)
    func aPageLongerThanTheWindowSurvives(level: DeltaLevel) throws {
        let versions = Array(CorpusGenerator(seed: 4).versions(of: .siblingProducts).prefix(8))
        let base = versions.flatMap(\.self) + versions.flatMap(\.self)
        let target = (versions.reversed() + versions).flatMap(\.self)
        #expect(base.count > 300_000)
        var encoder = try DeltaEncoder()
        var decoder = DeltaDecoder()
        let delta = try encoder.encode(target.span, against: DeltaBase(base), level: level)
        let page = try decoder.decode(delta.span, base: base.span, expecting: nil)
        #expect(page == target)
    }

    @Test(arguments: levels)
    func moreNewContentThanAStreamMayHaveIsDeflated(level: DeltaLevel) throws {
        var random = SeededGenerator(seed: 8)
        let target = random.bytes(DeltaLimits.symbolCount + 10_000, in: 97...104)
        var encoder = try DeltaEncoder()
        let base = Array(target[..<100])
        let delta = try encoder.encode(target.span, against: DeltaBase(base), level: level)
        #expect(delta[0] == 0x03)
        var decoder = DeltaDecoder()
        let page = try decoder.decode(delta.span, base: base.span, expecting: nil)
        #expect(page == target)
    }

    @Test(arguments: levels)
    func theBitsOfItsPartsAddUpToTheStream(level: DeltaLevel) throws {
        let versions = Array(CorpusGenerator(seed: 6).versions(of: .forumThread).prefix(2))
        let (old, new) = (versions[0], versions[1])
        var encoder = try DeltaEncoder()
        var decoder = DeltaDecoder()
        let delta = try encoder.encode(new.span, against: DeltaBase(old), level: level)
        let description = try decoder.describe(delta.span, base: old.span)
        #expect(description.kind == .coded(level))
        let bits = description.codedBits
        let streamBits = Double(8 * (delta.count - description.headerBytes))
        #expect(abs(bits.copies + bits.literals - streamBits) < 0.01 * streamBits + 16)
    }

    @Test func aCoderTakesLessThanFourMegabytes() {
        #expect(cdelta_coder_memory() <= 4_000_000)
    }

    /// One stream, by the C core itself.
    private static func stream(_ pair: SeededPair, _ depth: cdelta_depth, isa: cdelta_isa) -> [UInt8] {
        var (coder, matcher, index): (OpaquePointer?, OpaquePointer?, OpaquePointer?) = (nil, nil, nil)
        guard cdelta_coder_create(isa, &coder) == .CDELTA_OK, cdelta_matcher_create(isa, &matcher) == .CDELTA_OK,
            cdelta_index_create(pair.base, pair.base.count, &index) == .CDELTA_OK
        else { return [] }
        defer {
            cdelta_coder_free(coder)
            cdelta_matcher_free(matcher)
            cdelta_index_free(index)
        }
        var (copies, count, length, sizeClass): (UnsafePointer<cdelta_copy>?, Int, Int, UInt32) = (nil, 0, 0, 0)
        cdelta_match(
            matcher!, index!, pair.base, pair.base.count, pair.target, pair.target.count, .CDELTA_EFFORT_THOROUGH,
            .max, &copies, &count)
        var out = [UInt8](repeating: 0, count: 2 * pair.target.count + 64)
        let status = cdelta_coder_encode(
            coder!, depth, pair.base, pair.base.count, pair.target, pair.target.count, copies, count, &out, out.count,
            &length, &sizeClass)
        guard status == .CDELTA_OK, length <= out.count else { return [] }
        return [UInt8(sizeClass)] + out[..<length]
    }
}
