import CDelta
import Corpus
import DeltaEngine
import Testing

/// What the headers of the C core promise, tested at the core itself.
@safe struct MatcherProperties {
    @Test(arguments: UInt64(0)..<200)
    func copiesAreTrueOrderedDisjointAndReachBackAsFarAsTheyCan(seed: UInt64) throws {
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
            let isFirst = target == end
            end = target + length
            if source < pair.base.count {
                #expect(source + length <= pair.base.count)
                #expect(pair.base[source..<source + length] == pair.target[target..<end])
                #expect(isFirst || source == 0 || pair.base[source - 1] != pair.target[target - 1])
            } else {
                let past = source - pair.base.count
                #expect(past < target)
                #expect((0..<length).allSatisfy { pair.target[past + $0] == pair.target[target + $0] })
                #expect(isFirst || past == 0 || pair.target[past - 1] != pair.target[target - 1])
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

    /// Pages that ask for more look-ups than the matcher may spend, so that it leaves stretches as new.
    enum Costly: String, CaseIterable {
        /// Chance over two symbols, and the same read backwards.
        case twoSymbols, twoSymbolsReversed
        /// Pieces of the base in another order, with noise between them.
        case shuffledPieces
        /// A change every nine bytes.
        case changes

        func pair() -> SeededPair {
            var random = SeededGenerator(seed: 1, stream: rawValue)
            switch self {
            case .twoSymbols:
                return SeededPair(base: random.bytes(100_000, in: 97...98), target: random.bytes(90_000, in: 97...98))
            case .twoSymbolsReversed:
                let base = random.bytes(100_000, in: 97...98)
                return SeededPair(base: base, target: base.reversed())
            case .shuffledPieces:
                let base = random.bytes(100_000, in: 0...255)
                let target = (0..<3000).flatMap { _ in
                    let start = random.integer(in: 0...base.count - 28)
                    return base[start..<start + 28] + random.bytes(8, in: 0...255)
                }
                return SeededPair(base: base, target: target)
            case .changes:
                let base = random.bytes(100_000, in: 32...126)
                var target = base
                for place in stride(from: 9, to: target.count, by: 9) { target[place] ^= 1 }
                return SeededPair(base: base, target: target)
            }
        }
    }

    @Test(arguments: Costly.allCases)
    func pagesThatExhaustTheBudgetKeepAllPromises(page: Costly) throws {
        let pair = page.pair()
        for effort in [cdelta_effort.CDELTA_EFFORT_FAST, .CDELTA_EFFORT_THOROUGH] {
            let portable = copies(of: pair, effort: effort, isa: .CDELTA_ISA_PORTABLE)
            expectTrueCopies(portable, of: pair)
            for isa in Self.available {
                #expect(copies(of: pair, effort: effort, isa: isa).map(Fields.init) == portable.map(Fields.init))
            }
        }
        try expectRoundTrip(pair)
    }

    /// That they really do: what stands at the end is found worse than at the start, which the first look-ups pay for.
    @Test(arguments: [
        (Costly.twoSymbols, cdelta_effort.CDELTA_EFFORT_FAST), (.twoSymbolsReversed, .CDELTA_EFFORT_FAST),
        (.shuffledPieces, .CDELTA_EFFORT_FAST), (.changes, .CDELTA_EFFORT_THOROUGH),
    ])
    func anExhaustedBudgetLeavesMoreAsNew(page: Costly, effort: cdelta_effort) {
        let pair = page.pair()
        let found = copies(of: pair, effort: effort)
        func new(in range: Range<Int>) -> Int {
            found.reduce(range.count) {
                $0 - range.clamped(to: Int($1.target)..<Int($1.target + $1.length)).count
            }
        }
        let (start, end) = (new(in: 0..<3000), new(in: pair.target.count - 3000..<pair.target.count))
        #expect(end > start + 100)
    }

    /// Pieces that a fast search finds each at once: what they cover pays for finding the next.
    @Test(arguments: [(30, 0.15), (36, 0.1), (42, 0.1), (48, 0.05), (54, 0.05)])
    func shuffledPiecesAreFoundByFastEffortToo(length: Int, newPart: Double) {
        var random = SeededGenerator(seed: UInt64(length))
        let base = random.bytes(100_000, in: 0...255)
        let target = (0..<100_000 / length).shuffled(using: &random)
            .flatMap { base[$0 * length..<($0 + 1) * length] }
        let found = copies(of: SeededPair(base: base, target: target), effort: .CDELTA_EFFORT_FAST)
        let new = found.reduce(target.count) { $0 - Int($1.length) }
        #expect(Double(new) <= newPart * Double(target.count))
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

    @Test(arguments: Costly.allCases, [0, 100, 20_000])
    func thoroughEffortEndsAtItsLimitAndKeepsAllPromises(page: Costly, lookUps: Int) {
        let pair = page.pair()
        let limited = copies(of: pair, effort: .CDELTA_EFFORT_THOROUGH, lookUps: lookUps)
        expectTrueCopies(limited, of: pair)
        let portable = copies(
            of: pair, effort: .CDELTA_EFFORT_THOROUGH, isa: .CDELTA_ISA_PORTABLE, lookUps: lookUps)
        #expect(limited.map(Fields.init) == portable.map(Fields.init))
        let thorough = copies(of: pair, effort: .CDELTA_EFFORT_THOROUGH)
        let fast = copies(of: pair, effort: .CDELTA_EFFORT_FAST)
        func new(_ copies: [cdelta_copy]) -> Int { copies.reduce(pair.target.count) { $0 - Int($1.length) } }
        #expect(limited.map(Fields.init) != thorough.map(Fields.init))
        #expect(new(limited) <= new(fast) + pair.target.count / 20)
    }

    private func expectRoundTrip(_ pair: SeededPair) throws {
        var encoder = try DeltaEncoder()
        var decoder = DeltaDecoder()
        for level in DeltaLevel.allCases {
            let delta = try encoder.encode(pair.target.span, against: DeltaBase(pair.base), level: level)
            let version = PageVersion(of: pair.target.span)
            let page = try decoder.decode(delta.span, base: pair.base.span, expecting: version)
            #expect(page == pair.target)
        }
    }

    private func copies(
        of pair: SeededPair, effort: cdelta_effort, isa: cdelta_isa = cdelta_isa_best(),
        lookUps: Int = .max
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
            matcher!, index!, pair.base, pair.base.count, pair.target, pair.target.count, effort, lookUps,
            &found, &count)
        #expect(status == .CDELTA_OK)
        return unsafe Array(UnsafeBufferPointer(start: found, count: count))
    }
}
