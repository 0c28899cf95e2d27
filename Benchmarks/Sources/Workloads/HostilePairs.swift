/// Pairs that an attacker would send: made to cost a matcher as much time as they can.
///
/// They come in kinds that are taken in turn, each with its parameters drawn from the seed.
package struct HostilePairs {
    /// A pair with the name of its kind and its parameters.
    package struct Pair {
        /// The kind and its parameters: enough to tell what costs so much.
        package let name: String
        /// The old version.
        package let base: [UInt8]
        /// The new version.
        package let target: [UInt8]
    }

    private let seed: UInt64
    private let byteCounts: ClosedRange<Int>
    private let flood = HashFlood()

    /// Makes pairs of 64 to 256 KiB.
    ///
    /// - Parameters:
    ///   - seed: What they are drawn from.
    ///   - byteCounts: Between what lengths their bases and targets lie.
    package init(seed: UInt64, byteCounts: ClosedRange<Int> = 65_536...262_144) {
        (self.seed, self.byteCounts) = (seed, byteCounts)
    }

    /// The pair of a number: the same each time, and different for each number.
    package func pair(_ number: Int) -> Pair {
        var random = SeededGenerator(seed: seed &+ UInt64(number) &* 0x2545_F491_4F6C_DD1D)
        let byteCount = Int.random(in: byteCounts, using: &random)
        let kinds: [(inout SeededGenerator, Int) -> Pair] = [
            Self.equalBytes, Self.periodic, Self.periodsThatDiffer, Self.nearPeriods, Self.changedBytes,
            Self.fibonacci, Self.thueMorse, Self.deBruijn, Self.smallAlphabet, Self.reversed, Self.interleaved,
            Self.shuffledBlocks, Self.nearlyEqualBlocks, Self.ownPast, Self.unrelated, flood.shortBlocks,
            flood.longBlocks,
        ]
        return kinds[number % kinds.count](&random, byteCount)
    }
}

extension HostilePairs {
    /// One byte again and again, with another one here and there.
    private static func equalBytes(_ random: inout SeededGenerator, _ byteCount: Int) -> Pair {
        let others = [0, 1, 16, 1000][random.below(4)]
        let sameByte = random.below(4) > 0
        var target = [UInt8](repeating: sameByte ? 0 : 1, count: byteCount - random.below(100))
        for _ in 0..<others { target[random.below(target.count)] = 2 }
        return Pair(
            name: "all equal, \(sameByte ? "same" : "other") byte, \(others) others",
            base: [UInt8](repeating: 0, count: byteCount), target: target)
    }

    /// A period again and again, begun somewhere else.
    private static func periodic(_ random: inout SeededGenerator, _ byteCount: Int) -> Pair {
        let period = 2 + random.below([30, 300, 5000][random.below(3)])
        let unit = random.bytes(period)
        let start = random.below(period)
        return Pair(
            name: "period \(period) from \(start)", base: repeating(unit, byteCount),
            target: repeating(Array(unit[start...] + unit[..<start]), byteCount))
    }

    /// Two periods that begin alike: every place looks like many others, but never for long.
    private static func periodsThatDiffer(_ random: inout SeededGenerator, _ byteCount: Int) -> Pair {
        let unit = random.bytes(600)
        let (one, other) = (8 + random.below(200), 8 + random.below(200))
        return Pair(
            name: "periods \(one) and \(other)", base: repeating(Array(unit[..<one]), byteCount),
            target: repeating(Array(unit[..<other]), byteCount))
    }

    /// A period whose repeats are each a little wrong.
    private static func nearPeriods(_ random: inout SeededGenerator, _ byteCount: Int) -> Pair {
        let (period, step) = (2 + random.below(120), 7 + random.below(64))
        let base = repeating(random.bytes(period), byteCount)
        return Pair(
            name: "period \(period), wrong every \(step)", base: base,
            target: changed(base, &random) { _ in step })
    }

    /// A page with one byte changed every few bytes: as many short copies as there can be.
    private static func changedBytes(_ random: inout SeededGenerator, _ byteCount: Int) -> Pair {
        let base = random.bytes(byteCount, alphabet: [4, 64, 256][random.below(3)])
        let (least, most) = (9 + random.below(16), 25 + random.below(16))
        return Pair(
            name: "a byte changed every \(least) to \(most)", base: base,
            target: changed(base, &random) { least + $0.below(most - least + 1) })
    }

    /// Fibonacci words: many repeats, all of different lengths.
    private static func fibonacci(_ random: inout SeededGenerator, _ byteCount: Int) -> Pair {
        var (shorter, longer): ([UInt8], [UInt8]) = ([0x61], [0x61, 0x62])
        while longer.count < 2 * byteCount { (shorter, longer) = (longer, longer + shorter) }
        let start = random.below(byteCount)
        return Pair(
            name: "Fibonacci word from \(start)", base: Array(longer[..<byteCount]),
            target: Array(longer[start..<start + byteCount]))
    }

    /// The Thue–Morse word, which holds no stretch three times in a row, against itself from elsewhere.
    private static func thueMorse(_ random: inout SeededGenerator, _ byteCount: Int) -> Pair {
        let start = random.below(1 << 20)
        let word = { (from: Int) in (from..<from + byteCount).map { UInt8($0.nonzeroBitCount & 1) + 0x61 } }
        return Pair(name: "Thue–Morse word from \(start)", base: word(0), target: word(start))
    }

    /// De Bruijn sequences: every short string occurs, and none twice.
    private static func deBruijn(_ random: inout SeededGenerator, _ byteCount: Int) -> Pair {
        let (symbols, order) = [(2, 17), (4, 8), (16, 4), (40, 3)][random.below(4)]
        let sequence = repeating(deBruijnSequence(symbols: symbols, order: order), byteCount)
        let start = random.below(byteCount)
        return Pair(
            name: "de Bruijn sequence of order \(order) over \(symbols) symbols, from \(start)", base: sequence,
            target: Array(sequence[start...] + sequence[..<start]))
    }

    /// Chance over few symbols: short matches everywhere, long ones nowhere.
    private static func smallAlphabet(_ random: inout SeededGenerator, _ byteCount: Int) -> Pair {
        let symbols = 2 + random.below(4)
        return Pair(
            name: "random over \(symbols) symbols", base: random.bytes(byteCount, alphabet: symbols, from: 0x61),
            target: random.bytes(byteCount, alphabet: symbols, from: 0x61))
    }

    /// A page backwards, of bytes or of blocks.
    private static func reversed(_ random: inout SeededGenerator, _ byteCount: Int) -> Pair {
        let block = 1 << random.below(7)
        let base = random.bytes(byteCount, alphabet: [2, 20, 256][random.below(3)])
        let blocks = stride(from: 0, to: byteCount, by: block).map { base[$0..<min($0 + block, byteCount)] }
        return Pair(name: "reversed by \(block)", base: base, target: Array(blocks.reversed().joined()))
    }

    /// Every stretch of the page with something foreign after it.
    private static func interleaved(_ random: inout SeededGenerator, _ byteCount: Int) -> Pair {
        let (own, foreign) = (1 + random.below(40), 1 + random.below(8))
        let base = random.bytes(byteCount, alphabet: [4, 256][random.below(2)])
        var target: [UInt8] = []
        var position = 0
        while position < byteCount {
            target += base[position..<min(position + own, byteCount)] + random.bytes(foreign)
            position += own
        }
        return Pair(name: "\(own) old, \(foreign) new in turn", base: base, target: target)
    }

    /// The page's blocks in another order: every copy leaves the diagonal.
    private static func shuffledBlocks(_ random: inout SeededGenerator, _ byteCount: Int) -> Pair {
        let block = 12 + random.below(100)
        let base = random.bytes(byteCount / block * block)
        let order = (0..<base.count / block).shuffled(using: &random)
        return Pair(
            name: "blocks of \(block) shuffled", base: base,
            target: order.flatMap { base[$0 * block..<($0 + 1) * block] })
    }

    /// Blocks that begin alike and end differently: whoever compares them is disappointed late, again and again.
    private static func nearlyEqualBlocks(_ random: inout SeededGenerator, _ byteCount: Int) -> Pair {
        let (alike, different) = (32 + random.below(100), 1 + random.below(8))
        let start = random.bytes(alike)
        func page() -> [UInt8] {
            var page: [UInt8] = []
            while page.count < byteCount { page += start + random.bytes(different) }
            return page
        }
        return Pair(name: "\(alike) alike, \(different) different", base: page(), target: page())
    }

    /// Nothing from the base, much from the target's own past, in pieces.
    private static func ownPast(_ random: inout SeededGenerator, _ byteCount: Int) -> Pair {
        let base = random.bytes(byteCount)
        var target = random.bytes(4096)
        while target.count < byteCount {
            let start = random.below(target.count - 100)
            target += target[start..<start + 10 + random.below(90)]
            target.append(UInt8(truncatingIfNeeded: random.next()))
        }
        return Pair(name: "pieces of its own past", base: base, target: target)
    }

    /// Nothing to be found at all.
    private static func unrelated(_ random: inout SeededGenerator, _ byteCount: Int) -> Pair {
        let alphabet = [16, 64, 256][random.below(3)]
        return Pair(
            name: "unrelated, \(alphabet) symbols", base: random.bytes(byteCount, alphabet: alphabet),
            target: random.bytes(byteCount, alphabet: alphabet))
    }
}

extension HostilePairs {
    private static func repeating(_ unit: [UInt8], _ byteCount: Int) -> [UInt8] {
        var page: [UInt8] = []
        page.reserveCapacity(byteCount + unit.count)
        while page.count < byteCount { page += unit }
        page.removeLast(page.count - byteCount)
        return page
    }

    private static func changed(
        _ page: [UInt8], _ random: inout SeededGenerator, step: (inout SeededGenerator) -> Int
    ) -> [UInt8] {
        var (page, position) = (page, step(&random))
        while position < page.count {
            page[position] ^= UInt8(1 + random.below(255))
            position += step(&random)
        }
        return page
    }

    /// Every string of `order` symbols once, by joining the Lyndon words whose length divides it.
    ///
    /// - SeeAlso: Fredricksen and Maiorana, "Necklaces of beads in k colors and k-ary de Bruijn sequences", 1978.
    private static func deBruijnSequence(symbols: Int, order: Int) -> [UInt8] {
        var sequence: [UInt8] = []
        var word: [UInt8] = [0]
        while true {
            if order % word.count == 0 { sequence += word }
            word = (0..<order).map { word[$0 % word.count] }
            while word.last == UInt8(symbols - 1) { word.removeLast() }
            guard let last = word.last else { break }
            word[word.count - 1] = last + 1
        }
        return sequence.map { $0 + 0x30 }
    }
}
