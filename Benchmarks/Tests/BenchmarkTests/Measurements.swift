import Measuring
import Testing

struct MeasuringTests {
    @Test func aFigurePassesAtItsBarAndMissesBeyondIt() {
        #expect(Figure("speed", 4, .atLeast, bar: 4).passes)
        #expect(!Figure("speed", 3.99, .atLeast, bar: 4).passes)
        #expect(Figure("size", 1.15, .atMost, bar: 1.15).passes)
        #expect(!Figure("size", 1.16, .atMost, bar: 1.15).passes)
    }

    @Test func aFigureThatWasNotMeasuredMisses() {
        #expect(!Figure("speed", .nan, .atLeast, bar: 4).passes)
        #expect(!Figure("size", .nan, .atMost, bar: 4).passes)
    }

    @Test func numbersAreGroupedAndRounded() {
        #expect(1234.567.text(2) == "1,234.57")
        #expect(0.996.text(2) == "1.00")
        #expect((-0.5).text(1) == "-0.5")
        #expect(0.04.text(1) == "0.0")
        #expect(1_234_567.0.text(0) == "1,234,567")
        #expect(Double.nan.text(2) == "–")
        #expect(999.grouped == "999" && 1000.grouped == "1,000")
    }

    @Test func theMedianIsTheValueInTheMiddle() {
        #expect([3, 1, 2].median == 2)
        #expect([4.0, 1, 2, 9].median == 3)
        #expect([Double]().median.isNaN)
    }

    @Test func aTableAlignsTextLeftAndNumbersRight() {
        var table = TextTable(["name", "bytes"])
        table.add(["a", "1,000"])
        table.add(["longer", "2"])
        #expect(table.text == "name    bytes\n──────  ─────\na       1,000\nlonger      2")
    }

    @Test func aContestTimesEveryPieceOfWork() throws {
        var calls = [0, 0]
        let seconds = try Contest(rounds: 2, sampleSeconds: 1e-6, budgetSeconds: 0.01).run([
            { calls[0] += 1 }, { calls[1] += 1 },
        ])
        #expect(seconds.count == 2 && seconds.allSatisfy { $0 > 0 && $0 < 1 })
        #expect(calls.allSatisfy { $0 >= 3 })
    }
}
