import Testing

@testable import Sender

/// What the log says of listeners that are not reached.
struct LinkReportsTests {
    private let reports = LinkReports()

    @Test func eachReasonIsSaidOnceUntilTheLinkIsUpAgain() {
        #expect(reports.isNews("refused", "default", "a:1") && !reports.isNews("refused", "default", "a:1"))
        #expect(reports.isNews("refused", "default", "b:1") && reports.isNews("no address", "default", "a:1"))
        reports.opened("default", "a:1")
        #expect(reports.isNews("refused", "default", "a:1") && !reports.isNews("refused", "default", "b:1"))
    }

    @Test func whoSaysSomethingElseEachTimeIsHeardForAWhileOnly() {
        let news = (0..<1000).filter { reports.isNews("it began with \($0)", "default", "a:1") }
        #expect(news.count == LinkReports.mostWords)
    }
}
