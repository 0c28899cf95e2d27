import CDelta
import Corpus
import Testing

/// What the headers of the C core promise, tested at the core itself.
@safe struct MatcherProperties {
    @Test(arguments: UInt64(0)..<200)
    func copiesAreTrueOrderedAndDisjoint(seed: UInt64) throws {
        let pair = SeededPair(seed: seed)
        for effort in [cdelta_effort.CDELTA_EFFORT_FAST, .CDELTA_EFFORT_THOROUGH] {
            var end = 0
            for copy in copies(of: pair, effort: effort) {
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
