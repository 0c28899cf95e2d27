import Foundation
import TestSupport
import Testing

@testable import railgun_diff

struct RecordPartsTests {
    @Test func aServerInTroubleIsAskedLessAndLessOftenAndThenNoMore() {
        let failure = FetchFailure.status(503, retryAfter: nil)
        #expect(RetryPolicy.decide(after: failure, attempt: 1) == .retry(after: .seconds(1)))
        #expect(RetryPolicy.decide(after: failure, attempt: 2) == .retry(after: .seconds(2)))
        #expect(RetryPolicy.decide(after: failure, attempt: 3) == .giveUp(leaveAloneFor: .zero))
    }

    @Test func whatTheServerAsksForIsObeyed() {
        let short = FetchFailure.status(429, retryAfter: .seconds(20))
        #expect(RetryPolicy.decide(after: short, attempt: 1) == .retry(after: .seconds(20)))
        let long = FetchFailure.status(503, retryAfter: .seconds(7200))
        #expect(RetryPolicy.decide(after: long, attempt: 1) == .giveUp(leaveAloneFor: .seconds(7200)))
    }

    @Test(arguments: [
        FetchFailure.status(404, retryAfter: nil), .status(302, retryAfter: nil), .tooLarge(limit: 10),
        .network("redirects more than 5 times", isPassing: false),
    ])
    func whatWillNotChangeIsNotTriedAgain(failure: FetchFailure) {
        #expect(RetryPolicy.decide(after: failure, attempt: 1) == .giveUp(leaveAloneFor: .zero))
    }

    @Test func retryAfterIsSecondsOrADate() throws {
        let now = try Date("2026-01-02T03:04:05Z", strategy: .iso8601)
        #expect(RetryPolicy.delay(retryAfter: "120", now: now) == .seconds(120))
        #expect(RetryPolicy.delay(retryAfter: "Fri, 02 Jan 2026 03:05:05 GMT", now: now) == .seconds(60))
        #expect(RetryPolicy.delay(retryAfter: "Fri, 02 Jan 2026 03:00:00 GMT", now: now) == .zero)
        #expect(RetryPolicy.delay(retryAfter: "99999999999", now: now) == .seconds(86_400))
        for nonsense in ["", "-1", "soon", "1.5"] { #expect(RetryPolicy.delay(retryAfter: nonsense, now: now) == nil) }
    }

    @Test(arguments: [
        ("https://www.example.org/", "www.example.org"),
        ("https://WWW.example.org:8443/news/today.html", "www.example.org_8443_news_today.html"),
        ("http://example.org/../../etc/passwd", "example.org_.._.._etc_passwd"),
        ("http://[::1]/x", "1_x"),
        ("http://example.org/%2e%2e%2f%00", "example.org__2e_2e_2f_00"),
        ("http://example.org/a b<script>", "example.org_a_20b_3cscript_3e"),
        (
            "http://example.org/" + String(repeating: "a", count: 300),
            "example.org_" + String(repeating: "a", count: 68)
        ),
    ])
    func foldersHaveSafeReadableNames(url: String, name: String) throws {
        #expect(try PageAddress(url).folderName == name)
    }

    @Test func timesAndSizesAreReadAsPeopleTypeThem() {
        #expect(Interval(argument: "90s")?.duration == .seconds(90))
        #expect(Interval(argument: "5m")?.duration == .seconds(300))
        #expect(Interval(argument: "1h")?.duration == .seconds(3600))
        #expect(Interval(argument: "1.5")?.duration == .seconds(1.5))
        for nonsense in ["", "s", "-1s", "5 weeks", "1e9h", "nan"] { #expect(Interval(argument: nonsense) == nil) }
        #expect(ByteCount(argument: "64kB")?.bytes == 64_000)
        #expect(ByteCount(argument: "256MB")?.bytes == 256_000_000)
        #expect(ByteCount(argument: "5000")?.bytes == 5000)
        for nonsense in ["", "0", "-5", "kB", "1TB", "99999999999GB"] {
            #expect(ByteCount(argument: nonsense) == nil)
        }
    }
}
