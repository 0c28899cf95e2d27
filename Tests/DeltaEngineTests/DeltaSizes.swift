import Corpus
import DeltaEngine
import Testing

/// The sizes that the format promises for the commonest cases.
struct DeltaSizes {
    @Test func anIdenticalPageCostsAByte() throws {
        var random = SeededGenerator(seed: 1)
        var encoder = try DeltaEncoder()
        for length in [0, 1, 2, 3, 5, 100, 83_000, 600_000] {
            let page = random.bytes(length, in: 32...126)
            let base = try DeltaBase(page)
            for level in [DeltaLevel.fast, .deflate] {
                let delta = try encoder.encode(page.span, against: base, level: level)
                #expect(delta == [0x00])
            }
        }
    }

    @Test func oneChangedDigitCostsAtMostSixBytes() throws {
        var random = SeededGenerator(seed: 2)
        var encoder = try DeltaEncoder()
        for length in [1000, 83_000, 400_000, 2_000_000] {
            var page = random.bytes(length, in: 48...57)
            let base = try DeltaBase(page)
            for _ in 0..<10 {
                let place = random.integer(in: 0...length - 1)
                let old = page[place]
                page[place] = old == 57 ? 48 : old + 1
                for level in DeltaLevel.allCases where level != .stored {
                    let delta = try encoder.encode(page.span, against: base, level: level)
                    #expect(delta.count <= 6)
                }
                page[place] = old
            }
        }
    }

    /// What a page has that grows by repeating its end: padding, a table's rows.
    @Test(arguments: ["a", "ab", "<br>\n", "<li>another item</li>\n", "<tr><td>row of a table</td><td>0</td></tr>\n"])
    func whatRepeatsThePagesEndCostsAFewDozenBytes(row: String) throws {
        var random = SeededGenerator(seed: 3)
        var encoder = try DeltaEncoder()
        let unit = [UInt8](row.utf8)
        let many = (0..<100_000 / unit.count).flatMap { _ in unit }
        for page in [random.bytes(50_000, in: 32...126), random.bytes(100, in: 32...126)] {
            // The base ends with nothing of it, with a little more than the search for short moves sees, or with a lot.
            for repetitions in [0, 1, 40 / unit.count + 1, 500] {
                let base = page + many.prefix(repetitions * unit.count)
                for target in [base + many, base + many + page] {
                    for level in [DeltaLevel.fast, .deflate] {
                        let delta = try encoder.encode(target.span, against: DeltaBase(base), level: level)
                        #expect(delta.count <= 48 + unit.count)
                    }
                }
            }
        }
    }

    @Test func oneChangedDigitNearAnEndCostsAtMostSixBytes() throws {
        var random = SeededGenerator(seed: 6)
        var encoder = try DeltaEncoder()
        for length in [10, 1000, 83_000, 2_000_000] {
            var page = random.bytes(length, in: 48...57)
            let base = try DeltaBase(page)
            for place in Array(0...4) + Array(length - 5...length - 1) {
                let old = page[place]
                page[place] = old == 57 ? 48 : old + 1
                for level in DeltaLevel.allCases where level != .stored {
                    let delta = try encoder.encode(page.span, against: base, level: level)
                    #expect(delta.count <= 6)
                }
                page[place] = old
            }
        }
    }

    @Test func deflateSendsAPageThatIsAllNewOnItsOwn() throws {
        var random = SeededGenerator(seed: 4)
        var encoder = try DeltaEncoder()
        let words = (0..<200).map { _ in random.bytes(6, in: 97...122) }
        let page = (0..<800).flatMap { _ in random.pick(words) }
        let unrelated = try DeltaBase(random.bytes(5000, in: 0...255))
        let alone = try encoder.encode(page.span, against: nil, level: .deflate)
        let delta = try encoder.encode(page.span, against: unrelated, level: .deflate)
        #expect(delta == alone)
    }

    @Test func memoryOfAKeptBaseIsAtMostOnePointSixTimesThePage() throws {
        for length in [10_000, 100_000, 524_280, 524_281, 3_000_000] {
            let base = try DeltaBase([UInt8](repeating: 65, count: length))
            #expect(Double(base.memoryBytes) <= 1.6 * Double(length))
        }
    }
}
