import Testing

@testable import Reports

struct ProgressBarTests {
    private func line(
        completed: Int, total: Int, seconds: Int, columns: Int, note: String = "", bar: Bool = true
    )
        -> String
    {
        ProgressBar.line(
            label: "corpus", completed: completed, total: total, unit: "pairs", elapsed: .seconds(seconds), note: note,
            columns: columns, bar: bar)
    }

    @Test func aBarShowsCountRateAndTimeLeft() {
        #expect(
            line(completed: 50, total: 200, seconds: 5, columns: 80)
                == "corpus ███████░░░░░░░░░░░░░░░░░░░░░░░ 50/200 pairs, 10/s, 15 s left")
    }

    @Test func aBarNeverFillsTheLine() {
        for columns in [20, 40, 80, 120] {
            let text = line(completed: 1, total: 3, seconds: 2, columns: columns, note: "新聞-home-page-of-a-site")
            #expect(text.displayWidth < columns)
        }
    }

    @Test func nothingAtAllIsDone() {
        #expect(line(completed: 0, total: 0, seconds: 0, columns: 60).hasSuffix("0/0 pairs"))
    }

    @Test func aLogLineHasNoBar() {
        #expect(
            line(completed: 90, total: 100, seconds: 60, columns: 80, bar: false)
                == "corpus 90/100 pairs, 1.5/s, 7 s left")
    }
}
