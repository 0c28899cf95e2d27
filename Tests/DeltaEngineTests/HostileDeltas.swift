import Corpus
import DeltaEngine
import Testing

private let nothing: [UInt8] = []

/// Whatever bytes arrive: an error or the right page, never a crash and never wrong bytes unnoticed.
struct HostileDeltas {
    @Test(arguments: UInt64(0)..<150)
    func aDamagedDeltaIsRefusedOrStillMakesTheRightPage(seed: UInt64) throws {
        let pair = SeededPair(seed: seed, maxBytes: 800)
        var random = SeededGenerator(seed: seed, stream: "damage")
        var encoder = try DeltaEncoder()
        var decoder = DeltaDecoder(outputLimit: 100_000)
        let version = PageVersion(of: pair.target.span)
        let base = try DeltaBase(pair.base)
        for level in DeltaLevel.allCases {
            let delta = try encoder.encode(pair.target.span, against: base, level: level)
            for _ in 0..<40 {
                var damaged = delta
                for _ in 0..<random.integer(in: 1...3) {
                    let place = random.integer(in: 0...damaged.count - 1)
                    switch random.integer(in: 0...3) {
                    case 0: damaged[place] ^= 1 << UInt8(random.integer(in: 0...7))
                    case 1: damaged[place] = UInt8(random.integer(in: 0...255))
                    case 2: damaged.removeSubrange(place...)
                    default: damaged.insert(UInt8(random.integer(in: 0...255)), at: place)
                    }
                    if damaged.isEmpty { break }
                }
                do throws(DeltaError) {
                    let page = try decoder.decode(damaged.span, base: pair.base.span, expecting: version)
                    #expect(page == pair.target)
                } catch {
                    #expect(!error.description.isEmpty)
                }
                // Without a version the bytes may be wrong, but reading stays within its bounds.
                _ = try? decoder.decode(damaged.span, base: pair.base.span, expecting: nil)
                _ = try? decoder.decode(damaged.span, base: nil, expecting: nil)
                _ = try? decoder.describe(damaged.span, base: pair.base.span)
            }
        }
    }

    @Test(arguments: UInt64(0)..<300)
    func bytesThatNoEncoderMadeAreRefusedOrDecodedWithinTheLimit(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let base = random.bytes(500, in: 0...255)
        var decoder = DeltaDecoder(outputLimit: 4096)
        for first in Array(0...0x1f) + Array(0x20...0x7f) as [UInt8] {
            let delta = [first] + random.bytes(random.integer(in: 0...60), in: 0...(seed.isMultiple(of: 2) ? 40 : 255))
            if let page = try? decoder.decode(delta.span, base: base.span, expecting: nil) {
                #expect(page.count <= 4096)
            }
        }
    }

    @Test func everyTruncationOfADeltaIsAnError() throws {
        let old = [UInt8]("<ul><li>first item of the list</li><li>second item of the list</li></ul>".utf8)
        let new = [UInt8]("<ul><li>news: first item of the list</li><li>another item</li></ul>".utf8)
        var encoder = try DeltaEncoder()
        var decoder = DeltaDecoder()
        let base = try DeltaBase(old)
        for level in [DeltaLevel.fast, .deflate] {
            let delta = try encoder.encode(new.span, against: base, level: level)
            for length in 0..<delta.count {
                let cut = Array(delta[..<length])
                let error = thrown { () throws(DeltaError) in
                    try decoder.decode(cut.span, base: old.span, expecting: PageVersion(of: new.span))
                }
                #expect(error != nil)
            }
        }
    }

    @Test func anAnnouncedSizeOverTheLimitIsRefusedBeforeAnyMemoryIsSetAside() {
        // Kind 3 (deflate without a base), then a page of 2 GiB less a byte as a varint.
        let delta: [UInt8] = [0x03, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00]
        var decoder = DeltaDecoder(outputLimit: 1_000_000)
        let error = thrown { () throws(DeltaError) in try decoder.decode(delta.span, base: nil, expecting: nil) }
        #expect(error == DeltaError.outputTooLarge(byteCount: 0x7fff_ffff, limit: 1_000_000))
    }

    @Test func announcedOperationsBeyondWhatAnEncoderNeedsAreRefused() {
        // Kind 18 (deflated operations), a page of 1,000 bytes, 2,065 bytes of operations in 1 byte.
        let delta: [UInt8] = [0x18, 0xd0, 0x0f, 0x91, 0x10, 0x01, 0x00]
        var decoder = DeltaDecoder()
        let error = thrown { () throws(DeltaError) in
            try decoder.decode(delta.span, base: nothing.span, expecting: nil)
        }
        #expect(error == .corrupt(.invalid(.header)))
    }

    @Test func aNumberOfMoreThan32BitsIsRefusedWhereverItStands() {
        let tooMuch: [UInt8] = [0x80, 0x80, 0x80, 0x80, 0x10]  // 2³²
        let operations: [UInt8] = [0x09] + tooMuch + [0x01]  // one byte, from the base position + 2³² as a zigzag
        let deltas: [([UInt8], DeltaError.Part)] = [
            ([0x02] + tooMuch + [0x00], .header), ([0x10] + tooMuch + [0x00], .header),
            ([0x10, 0x00] + tooMuch, .header), ([0x18, 0x00, 0x01] + tooMuch, .header),
            ([0x10, 0x00, UInt8(operations.count)] + operations, .operations),
        ]
        var decoder = DeltaDecoder()
        for (delta, part) in deltas {
            let base: [UInt8] = [0x61]
            let error = thrown { () throws(DeltaError) in
                try decoder.decode(delta.span, base: base.span, expecting: nil)
            }
            #expect(error == .corrupt(.invalid(part)))
        }
    }

    @Test func aNumberInMoreBytesThanItNeedsIsTaken() throws {
        // A growth of 16 bytes as a0 00; 16 literals as 81 80 80 80 00 more than 15, then the base from its start.
        let operations: [UInt8] = [0xf5, 0x81, 0x80, 0x80, 0x80, 0x00, 0x10]
        let new = [UInt8](repeating: 0x62, count: 16)
        let base = [UInt8](repeating: 0x61, count: 16)
        let delta: [UInt8] = [0x10, 0xa0, 0x00, UInt8(operations.count)] + operations + new
        var decoder = DeltaDecoder()
        let page = try decoder.decode(delta.span, base: base.span, expecting: nil)
        #expect(page == new + base)
    }

    @Test func emptyPagesMayBeCompressed() throws {
        var decoder = DeltaDecoder()
        // Deflate's shortest stream, one that holds a block as it is, and LZ4's only one.
        for delta in [[0x03, 0x00, 0x03, 0x00], [0x03, 0x00, 0x01, 0x00, 0x00, 0xff, 0xff], [0x02, 0x00, 0x00]]
            as [[UInt8]]
        {
            let page = try decoder.decode(delta.span, base: nil, expecting: PageVersion(of: nothing.span))
            #expect(page.isEmpty)
            let description = try decoder.describe(delta.span, base: nil)
            #expect(description.segments.isEmpty)
        }
        for delta in [[0x03, 0x00], [0x03, 0x00, 0x03], [0x02, 0x00]] as [[UInt8]] {
            let error = thrown { () throws(DeltaError) in try decoder.decode(delta.span, base: nil, expecting: nil) }
            #expect(error != nil)
        }
    }

    @Test func aDeltaOfVeryManySegmentsIsDescribedOnlyUpToALimit() throws {
        // Kind 10, 61 bytes of page, 180 bytes of operations: a literal, then 60 copies of one byte from one byte back.
        let operations: [UInt8] = [0x1d, 0x00, 0x01] + (0..<59).flatMap { _ in [0x0d, 0x00, 0x01] as [UInt8] }
        let delta: [UInt8] = [0x10, 0x7a, 0xb4, 0x01] + operations + [0x61]
        var decoder = DeltaDecoder()
        let segments = try decoder.describe(delta.span, base: nothing.span).segments
        #expect(segments.count == 61)
        for limit in [0, 50, 60] {
            let error = thrown { () throws(DeltaError) in
                try decoder.describe(delta.span, base: nothing.span, segmentLimit: limit)
            }
            #expect(error == .tooManySegments(limit: limit))
        }
        let atTheLimit = try decoder.describe(delta.span, base: nothing.span, segmentLimit: 61).segments
        #expect(atTheLimit == segments)
    }

    @Test func theLimitCountsTheLastLiteralAndAWholePageToo() throws {
        // A copy to the end of the base and a literal; a page as it is; the base itself.
        for (delta, count) in [([0x10, 0x02, 0x01, 0x00, 0x61], 2), ([0x01, 0x61], 1), ([0x00], 1)] as [([UInt8], Int)]
        {
            var decoder = DeltaDecoder()
            let segments = try decoder.describe(delta.span, base: [1, 2, 3].span, segmentLimit: count).segments
            #expect(segments.count == count)
            let error = thrown { () throws(DeltaError) in
                try decoder.describe(delta.span, base: [1, 2, 3].span, segmentLimit: count - 1)
            }
            #expect(error == .tooManySegments(limit: count - 1))
        }
        var decoder = DeltaDecoder()
        let empty = try decoder.describe([0x00].span, base: nothing.span, segmentLimit: 0).segments
        #expect(empty.isEmpty)
    }

    @Test func aShortBombOfOverlappingCopiesStaysWithinTheLimit() {
        // A page of 100,000 zeros from one literal and one overlapping copy, with a limit just below and just at it.
        var operations: [UInt8] = [0x1f]  // one literal, a copy from the target's past, three bytes of length
        operations += [0x00, 0x9f, 0x86, 0x01]  // from one byte back, 99,999 bytes
        let delta: [UInt8] = [0x10, 0xc0, 0x9a, 0x0c, UInt8(operations.count)] + operations + [0x00]
        var decoder = DeltaDecoder(outputLimit: 100_000)
        let page = try? decoder.decode(delta.span, base: nothing.span, expecting: nil)
        #expect(page == [UInt8](repeating: 0, count: 100_000))
        var small = DeltaDecoder(outputLimit: 99_999)
        let error = thrown { () throws(DeltaError) in try small.decode(delta.span, base: nothing.span, expecting: nil) }
        #expect(error == DeltaError.outputTooLarge(byteCount: 100_000, limit: 99_999))
    }

    @Test func anotherBaseOfTheSameLengthIsNoticed() throws {
        let old = [UInt8](repeating: 65, count: 100)
        let other = [UInt8](repeating: 66, count: 100)
        let new = old + [67]
        var encoder = try DeltaEncoder()
        var decoder = DeltaDecoder()
        let delta = try encoder.encode(new.span, against: DeltaBase(old), level: .fast)
        let made = other + [67]
        let wrong = PageVersion(of: made.span)
        let error = thrown { () throws(DeltaError) in
            try decoder.decode(delta.span, base: other.span, expecting: PageVersion(of: new.span))
        }
        #expect(error == DeltaError.wrongTarget(expected: PageVersion(of: new.span), actual: wrong))
    }

    @Test func aDeltaAgainstABaseIsRefusedWithoutOne() throws {
        let page = [UInt8](repeating: 65, count: 100)
        var encoder = try DeltaEncoder()
        var decoder = DeltaDecoder()
        for target in [page, page + [66]] {
            let delta = try encoder.encode(target.span, against: DeltaBase(page))
            let error = thrown { () throws(DeltaError) in try decoder.decode(delta.span, base: nil, expecting: nil) }
            #expect(error == DeltaError.baseMissing)
        }
    }

    @Test func unknownKindsAreNamed() {
        var decoder = DeltaDecoder()
        for kind in [0x04, 0x0f, 0x13, 0x1c, 0x22, 0x30, 0x80, 0xff] as [UInt8] {
            let delta: [UInt8] = [kind, 0, 0]
            let error = thrown { () throws(DeltaError) in
                try decoder.decode(delta.span, base: delta.span, expecting: nil)
            }
            #expect(error == DeltaError.unknownKind(kind))
        }
    }

    @Test func aPageIsEmptyAfterAnErrorInALaterZone() {
        // Zones of 3 and of 2 bytes: a page as it is, and a kind that nobody knows.
        let delta: [UInt8] = [0x20, 0xbd, 0x01, 0x02, 0x03, 0x04, 0x01, 0x61, 0x62, 0x63, 0x02, 0x01, 0x99]
        let base = [UInt8](repeating: 65, count: 100)
        var decoder = DeltaDecoder()
        var page: [UInt8] = [1, 2, 3]
        let error = thrown { () throws(DeltaError) in
            try decoder.decode(delta.span, base: base.span, expecting: nil, into: &page)
        }
        #expect(error == .unknownKind(0x99))
        #expect(page.isEmpty)
    }

    @Test func theSymbolsOfAllZonesCountTogether() {
        // Two empty zones, each a stream that may have 1,024 symbols, against an empty base.
        let delta: [UInt8] = [0x20, 0x00, 0x02, 0x00, 0x01, 0x66, 0x00, 0x01, 0x66]
        for (limit, passes) in [(1024, false), (2047, false), (2048, true)] {
            var decoder = DeltaDecoder(symbolLimit: limit)
            let error = thrown { () throws(DeltaError) in
                _ = try decoder.decode(delta.span, base: nothing.span, expecting: nil)
            }
            #expect(error == (passes ? nil : .tooManySymbols(count: 2048, limit: limit)))
            let described = thrown { () throws(DeltaError) in
                _ = try decoder.describe(delta.span, base: nothing.span)
            }
            #expect(described == error)
        }
    }

    @Test func aPageIsEmptyAfterAnError() throws {
        var decoder = DeltaDecoder()
        var page: [UInt8] = [1, 2, 3]
        let error = thrown { () throws(DeltaError) in
            try decoder.decode(nothing.span, base: nil, expecting: nil, into: &page)
        }
        #expect(error == DeltaError.corrupt(.truncated(.header)))
        #expect(page.isEmpty)
    }
}
