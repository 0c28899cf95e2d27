import CDelta
import Corpus
import DeltaEngine
import Testing

/// What the headers of the C core promise, tested at the core itself.
@safe struct MatcherProperties {
    @Test(arguments: UInt64(0)..<200)
    func copiesAreTrueOrderedAndDisjoint(seed: UInt64) throws {
        let pair = SeededPair(seed: seed)
        for effort in [cdelta_effort.CDELTA_EFFORT_FAST, .CDELTA_EFFORT_THOROUGH] {
            expectTrueCopies(copies(of: pair, effort: effort), of: pair)
        }
    }

    private func expectTrueCopies(_ copies: [cdelta_copy], of pair: SeededPair) {
        var end = 0
        for copy in copies {
            let (target, source, length) = (Int(copy.target), Int(copy.source), Int(copy.length))
            #expect(target >= end && length > 0 && target + length <= pair.target.count)
            end = target + length
            if source < pair.base.count {
                #expect(source + length <= pair.base.count)
                #expect(pair.base[source..<source + length] == pair.target[target..<end])
            } else {
                let past = source - pair.base.count
                #expect(past < target)
                #expect((0..<length).allSatisfy { pair.target[past + $0] == pair.target[target + $0] })
            }
        }
    }

    @Test(arguments: UInt64(0)..<60)
    func everyInstructionSetFindsTheSameCopies(seed: UInt64) throws {
        let pair = SeededPair(seed: seed)
        for effort in [cdelta_effort.CDELTA_EFFORT_FAST, .CDELTA_EFFORT_THOROUGH] {
            let portable = copies(of: pair, effort: effort, isa: .CDELTA_ISA_PORTABLE)
            for isa in Self.available {
                #expect(copies(of: pair, effort: effort, isa: isa).map(Fields.init) == portable.map(Fields.init))
            }
        }
    }

    /// Pages that cost more than the matcher may spend, so that it leaves stretches as new: chance over a few symbols, and
    /// the base read backwards.
    @Test(arguments: [2, 3, 5] as [UInt8], [false, true])
    func pagesThatExhaustTheBudgetKeepAllPromises(symbols: UInt8, reversed: Bool) throws {
        var random = SeededGenerator(seed: UInt64(symbols))
        let base = random.bytes(100_000, in: 97...96 + symbols)
        let target = reversed ? Array(base.reversed()) : random.bytes(90_000, in: 97...96 + symbols)
        let pair = SeededPair(base: base, target: target)
        for effort in [cdelta_effort.CDELTA_EFFORT_FAST, .CDELTA_EFFORT_THOROUGH] {
            let portable = copies(of: pair, effort: effort, isa: .CDELTA_ISA_PORTABLE)
            expectTrueCopies(portable, of: pair)
            for isa in Self.available {
                #expect(copies(of: pair, effort: effort, isa: isa).map(Fields.init) == portable.map(Fields.init))
            }
        }
        var encoder = try DeltaEncoder()
        var decoder = DeltaDecoder()
        for level in DeltaLevel.allCases {
            let delta = try encoder.encode(target.span, against: DeltaBase(base), level: level)
            let page = try decoder.decode(delta.span, base: base.span, expecting: PageVersion(of: target.span))
            #expect(page == target)
        }
    }

    @Test(arguments: 12...60)
    func oneChangeEverySoManyBytesLeavesLittleNew(distance: Int) {
        var random = SeededGenerator(seed: UInt64(distance))
        let base = random.bytes(100_000, in: 32...126)
        var target = base
        for place in stride(from: distance, to: target.count, by: distance) { target[place] ^= 1 }
        for effort in [cdelta_effort.CDELTA_EFFORT_FAST, .CDELTA_EFFORT_THOROUGH] {
            let found = copies(of: SeededPair(base: base, target: target), effort: effort)
            let new = found.reduce(target.count) { $0 - Int($1.length) }
            #expect(new <= 2 * target.count / distance)
        }
    }

    @Test(arguments: UInt64(0)..<100)
    func aLongRunThatMovedIsFound(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let base = random.bytes(5000, in: 0...255)
        let start = random.integer(in: 0...4000)
        let run = base[start..<start + 400]
        let target = random.bytes(400, in: 0...255) + run + random.bytes(300, in: 0...255)
        let found = copies(of: SeededPair(base: base, target: target), effort: .CDELTA_EFFORT_THOROUGH)
        #expect(found.contains { $0.source < 5000 && $0.length >= 300 })
    }

    @Test func newContentThatRepeatsItselfIsCopiedFromTheTargetsOwnPast() {
        var random = SeededGenerator(seed: 3)
        let base = random.bytes(2000, in: 0...255)
        let fresh = random.bytes(200, in: 0...255)
        let target = base[..<1000] + fresh + random.bytes(20, in: 0...255) + fresh + base[1000...]
        let found = copies(of: SeededPair(base: base, target: Array(target)), effort: .CDELTA_EFFORT_THOROUGH)
        #expect(found.contains { Int($0.source) >= base.count && $0.length >= 150 })
    }

    @Test func commonPrefixAndSuffixAgreeWithAPlainLoopAtEveryLength() {
        var random = SeededGenerator(seed: 5)
        let page = random.bytes(400, in: 0...255)
        for length in 0...400 {
            let place = length == 0 ? 0 : random.integer(in: 0...length - 1)
            var other = page
            if length > 0 { other[place] ^= 0x80 }
            for isa in Self.available {
                unsafe #expect(cdelta_common_prefix(isa, page, page, length) == length)
                unsafe #expect(cdelta_common_suffix(isa, page, page, length) == length)
                guard length > 0 else { continue }
                unsafe #expect(cdelta_common_prefix(isa, page, other, length) == place)
                unsafe #expect(cdelta_common_suffix(isa, page, other, length) == length - 1 - place)
            }
        }
    }

    @Test func anIndexStaysWithinItsStatedMemory() {
        for length in [0, 1, 15, 16, 1000, 8193, 100_000, 524_280, 524_281, 5_000_000, 100_000_000] {
            #expect(cdelta_index_memory(length) <= length * 6 / 10 + 128)
        }
    }

    static let available = [cdelta_isa.CDELTA_ISA_PORTABLE, .CDELTA_ISA_AVX2, .CDELTA_ISA_NEON]
        .filter(cdelta_isa_available)

    struct Fields: Hashable {
        var source, target, length: UInt32
        init(_ copy: cdelta_copy) { (source, target, length) = (copy.source, copy.target, copy.length) }
    }

    private func copies(
        of pair: SeededPair, effort: cdelta_effort, isa: cdelta_isa = cdelta_isa_best()
    ) -> [cdelta_copy] {
        var index: OpaquePointer?
        var matcher: OpaquePointer?
        unsafe #expect(cdelta_index_create(pair.base, pair.base.count, &index) == .CDELTA_OK)
        unsafe #expect(cdelta_matcher_create(isa, &matcher) == .CDELTA_OK)
        defer {
            unsafe cdelta_index_free(index)
            unsafe cdelta_matcher_free(matcher)
        }
        var found: UnsafePointer<cdelta_copy>?
        var count = 0
        let status = unsafe cdelta_match(
            matcher!, index!, pair.base, pair.base.count, pair.target, pair.target.count, effort, &found, &count)
        #expect(status == .CDELTA_OK)
        return unsafe Array(UnsafeBufferPointer(start: found, count: count))
    }
}
