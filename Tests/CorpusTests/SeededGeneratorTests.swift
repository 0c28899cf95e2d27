import Corpus
import Testing

struct SeededGeneratorTests {
    /// The first numbers of the reference implementation (Vigna, splitmix64.c).
    @Test func itIsSplitMix64() {
        var random = SeededGenerator(seed: 1_234_567)
        #expect(
            (0..<3).map { _ in random.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ])
    }

    @Test(arguments: [0...0, -3...2, 1...6, 0...Int(Int32.max)])
    func numbersStayInTheirRangeAndReachItsEnds(range: ClosedRange<Int>) {
        var random = SeededGenerator(seed: 9)
        let numbers = (0..<1000).map { _ in random.integer(in: range) }
        #expect(numbers.allSatisfy(range.contains))
        if range.count < 10 { #expect(Set(numbers) == Set(range)) }
    }

    @Test func bytesStayInTheirRange() {
        var random = SeededGenerator(seed: 9)
        #expect(Set(random.bytes(200, in: 0...1)) == [0, 1])
        #expect(Set(random.bytes(20_000, in: 0...255)).count == 256)
    }

    @Test func streamsOfOneSeedDiffer() {
        var (one, other) = (SeededGenerator(seed: 1, stream: "a"), SeededGenerator(seed: 1, stream: "b"))
        #expect(one.next() != other.next())
    }
}
