import Foundation
import NIOCore
import Testing

@testable import Operations

/// What one event loop notes for the dashboard, and how loops are added up.
struct ObservedTests {
    private static func request(
        _ site: String, _ target: String = "/", bytes: Int = 1000, link: Int = 10,
        gzip: ObservedRequest.Gzip = .unknown,
        crossing: AccessLine.Crossing = .normal, status: Int = 200, at time: UInt64 = 0
    ) -> ObservedRequest {
        ObservedRequest(
            site: site, target: target, status: status, crossing: crossing, pageBytes: bytes, linkBytes: link,
            gzip: gzip, total: .milliseconds(10), ended: .uptimeNanoseconds(time))
    }

    private static func observed(_ requests: [ObservedRequest]) -> Observed {
        var observed = Observed()
        for (id, request) in requests.enumerated() { observed.note(request, id: id) }
        return observed
    }

    @Test(arguments: [
        ("/", "/"), ("/about", "/"), ("/news/", "/news/"), ("/news/today?a=/b", "/news/"), ("/search?q=/x/", "/"),
        ("/a;id=1/b", "/"), ("*", "/"), ("", "/"), ("//x", "//"), ("http://user:word@host/a", "/"), ("/ö/x", "/ö/"),
    ])
    func pathsAreToldApartByTheirFirstPart(target: String, name: String) {
        #expect(PathClass.name(of: target) == name)
    }

    @Test func madeUpNamesNeitherTakeMemoryNorPushRealSitesOut() throws {
        var observed = Observed()
        let real = (0..<20).map { "www\($0).example.org" }
        for visit in 0..<50_000 {
            observed.note(Self.request("made-up-\(visit).test", "/\(visit)/"), id: visit)
            observed.note(Self.request(real[visit % 20], "/\(visit)/"), id: visit)
            if visit % 100 == 0 { observed.note(Self.request(real[0], "/news/today"), id: visit) }
        }
        #expect(observed.sites.rows.count == 64)
        #expect(observed.sites.rows.allSatisfy { $0.figures.classes.rows.count <= 16 })
        let shown = observed.siteSavings
        let names = Set(shown.map(\.site))
        #expect(names.isSuperset(of: real), "\(real.filter { !names.contains($0) })")
        #expect(shown[0].site == real[0] && shown[0].paths.contains { $0.path == "/news/" })
        // Nothing is lost: what has no name is counted as such.
        #expect(shown.reduce(0) { $0 + $1.savings.requests } == 100_500 && shown.last?.site == "")
        for site in shown.dropLast() {
            #expect(site.paths.reduce(0) { $0 + $1.savings.requests } == site.savings.requests)
        }
    }

    @Test func aFewRequestsForMadeUpNamesPushNobodyOut() {
        let real = (0..<64).map { "www\($0).example.org" }
        var requests = (0..<6400).map { Self.request(real[$0 % 64]) }
        requests += (0..<100).map { Self.request("made-up-\($0).test") }
        #expect(Set(Self.observed(requests).siteSavings.map(\.site)) == Set(real + [""]))
    }

    @Test func sitesThatNobodyAnsweredForHaveNoName() {
        var requests = (0..<100).map { Self.request("made-up-\($0).test", crossing: .none, status: 421) }
        requests += [Self.request(String(repeating: "x", count: 300)), Self.request("WWW.Example.ORG")]
        let shown = Self.observed(requests).siteSavings
        #expect(shown.map(\.site) == ["www.example.org", ""])
        #expect(shown[1].savings.requests == 101)
    }

    @Test func whoIsGoneMakesRoomInTheEnd() {
        var observed = Observed()
        for visit in 0..<64 * 500 { observed.note(Self.request("old-\(visit % 64).test"), id: visit) }
        for visit in 0..<300_000 { observed.note(Self.request("new-\(visit % 40).test"), id: visit) }
        let names = observed.siteSavings.map(\.site)
        #expect(names.count { $0.hasPrefix("new-") } == 40)
    }

    @Test func loopsAreAddedUp() throws {
        var sum = Observed()
        for loop in 0..<3 {
            let first = Self.request("a.test", "/news/1", bytes: 1000 << loop, at: UInt64(loop))
            let others = (0..<50).map { Self.request("site-\(loop)-\($0).test", bytes: 10, at: 9) }
            sum.absorb(Self.observed([first] + others))
        }
        let shown = sum.siteSavings
        #expect(shown.count == 65 && shown[0].site == "a.test" && shown[64].site == "")
        #expect(shown[0].savings.requests == 3 && shown[0].savings.pageBytes == 7000)
        #expect(shown[0].paths.map(\.path) == ["/news/"] && shown[0].paths[0].savings.pageBytes == 7000)
        let median = try #require(shown[0].paths[0].medianMilliseconds)
        #expect(abs(median - 10) < 10.0 / 16)
        #expect(sum.savings.requests == 153 && sum.savings.pageBytes == 7000 + 150 * 10)
        #expect(shown[64].savings.requests == 150 - 63)
    }

    @Test func onlyWhatCrossedTheLinkSavesBytes() {
        let observed = Self.observed([
            Self.request("a.test", bytes: 1000, link: 100, crossing: .delta(bytes: 90, pageBytes: 1000)),
            Self.request("a.test", bytes: 500, link: 0, crossing: .direct),
            Self.request("a.test", bytes: 300, link: 40, crossing: .none, status: 502),
        ])
        #expect(observed.savings.requests == 3 && observed.savings.pageBytes == 1000)
        #expect(observed.savings.linkBytes == 140)
    }

    @Test func whatGzipTakesIsScaledFromWhatWasCompressed() {
        var observed = Observed()
        var sampled: [Bool] = []
        for visit in 0..<130 {
            observed.notePage(of: "a.test") { isFirst in
                sampled.append(isFirst)
                return true
            }
            observed.note(Self.request("a.test", "/news/x", bytes: 1000), id: visit)
            // The first one's length comes when others have come and gone.
            if visit == 3 { observed.noteSample(of: "A.test", pageBytes: 500, gzipBytes: 100) }
        }
        #expect(sampled == [true, false, false], "the first page, and then one in 64")
        #expect(observed.savings.gzipBytes == 130 * 200)
        #expect(observed.siteSavings[0].paths[0].savings.gzipBytes == 130 * 200)
        // What is known better: compressed for the client, or compressed already.
        observed.note(Self.request("a.test", bytes: 1000, gzip: .asItIs, crossing: .stream), id: 0)
        #expect(observed.savings.gzipBytes == 130 * 200 + 1000)
        observed.note(Self.request("a.test", bytes: 500, gzip: .bytes(100)), id: 0)
        #expect(observed.savings.gzipBytes == 130 * 200 + 1100)
        // A site of which nothing is known is like the others, and each is like itself.
        observed.note(Self.request("b.test", bytes: 1000), id: 0)
        #expect(observed.savings.gzipBytes == 130 * 200 + 1300)
        #expect(observed.siteSavings.map(\.savings.gzipBytes) == [130 * 200 + 1100, 200])
        observed.noteSample(of: "b.test", pageBytes: 500, gzipBytes: 400)
        observed.note(Self.request("b.test", bytes: 1000), id: 0)
        observed.note(Self.request("a.test", bytes: 1000), id: 0)
        #expect(observed.siteSavings.map(\.savings.gzipBytes) == [130 * 200 + 1300, 1000])
    }

    @Test func aSampleThatHasNoRoomIsTakenLater() {
        var observed = Observed()
        var asked = 0
        for visit in 0..<10 {
            observed.notePage(of: "a.test") { _ in
                asked += 1
                return visit == 5
            }
        }
        #expect(asked == 6)
    }

    @Test func withoutAnyRatioNothingIsSavedAgainstGzip() {
        var observed = Self.observed([
            Self.request("a.test", bytes: 1000, link: 10), Self.request("a.test", bytes: 1000, link: 2000),
        ])
        #expect(observed.savings.gzipBytes == 1010)
        observed.noteSample(of: "a.test", pageBytes: 1000, gzipBytes: 300)
        #expect(observed.savings.gzipBytes == 600)
    }

    @Test func theSamplerTellsWhatGzipMakesOfAPage() async throws {
        let statistics = try observingStatistics()
        let loop = statistics.loops[0].eventLoop
        let page = (0..<20_000).flatMap { Array("<li>item \($0)</li>".utf8) }
        try await loop.submit {
            let observations = statistics.loops[0].value.observations!
            observations.sample(page, of: "a.test")
            observations.finished(Self.request("a.test", bytes: 400_000))
        }.get()
        let deadline = ContinuousClock.now + .seconds(20)
        while await statistics.overview().total.gzipBytes == 10, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(5))
        }
        let gzipBytes = await statistics.overview().total.gzipBytes
        #expect((20_000...200_000).contains(gzipBytes), "\(gzipBytes)")
    }

    // MARK: failures and newest pages

    private static func failure(
        _ site: String, _ kind: ObservedFailure.Kind = .cause(.origin), _ target: String = "/", at time: UInt64 = 0
    ) -> ObservedFailure {
        ObservedFailure(kind, site: site, target: target, what: "no answer", time: .uptimeNanoseconds(time))
    }

    @Test func theSameFailureCountsUp() {
        var observed = Self.observed([Self.request("a.test")])
        for visit in 0..<5 { observed.note(Self.failure("a.test", .cause(.origin), "/\(visit)", at: UInt64(visit))) }
        observed.note(Self.failure("a.test", .cause(.originTimeout), at: 9))
        var other = Observed()
        other.note(Self.failure("A.test", at: 3))
        observed.absorb(other)
        #expect(observed.failures.rows.map(\.count) == [6, 1] && observed.failureCount == 7)
        #expect(observed.failures.rows[0].failure.target == "/4", "the newest of both")
    }

    @Test func madeUpSitesPushNoFailureOut() {
        var observed = Self.observed([Self.request("a.test")])
        observed.note(Self.failure("a.test"))
        observed.note(Self.failure("10.0.0.1:2408", .link))
        for visit in 0..<1000 { observed.note(Self.failure("made-up-\(visit).test", .refusal(421))) }
        #expect(observed.failures.rows.count == 18)
        #expect(observed.failures.rows.prefix(2).map(\.failure.site) == ["a.test", "10.0.0.1:2408"])
        let long = String(repeating: "x", count: 100_000)
        observed.note(ObservedFailure(.damage, site: long, target: "/\(long)", what: long))
        let last = observed.failures.rows[17].failure
        #expect(last.site.count + last.target.count + last.what.count < 2000)
    }

    @Test func anErrorOfTheOriginItselfIsAFailure() {
        let observed = Self.observed([Self.request("a.test", "/x", crossing: .stream, status: 503)])
        #expect(observed.failures.rows.map(\.failure.kind) == [.originAnswer(503)])
        #expect(observed.failures.rows[0].failure.kind.explanation.contains("error log of the origin"))
    }

    @Test(arguments: [
        ObservedFailure.Kind.cause(.badRequest), .cause(.origin), .cause(.badAnswer), .cause(.originTimeout),
        .cause(.link), .cause(.overloaded), .refusal(400), .refusal(421), .refusal(503), .originAnswer(500), .link,
        .damage,
    ])
    func eachKindIsExplained(kind: ObservedFailure.Kind) {
        #expect(kind.explanation.count > 40 && kind.explanation.hasSuffix(".") && !kind.explanation.contains(" ."))
    }

    @Test func picturesPushNoPageOut() {
        var requests = (0..<100).map { Self.request("a.test", "/page-\($0)", at: UInt64($0)) }
        requests += (100..<500).map { Self.request("a.test", "/\($0).png", crossing: .stream, at: UInt64($0)) }
        let pages = Self.observed(requests).pages.all.sorted { $0.ended > $1.ended }
        #expect(pages.count == 64 && pages[0].target == "/499.png" && pages[16].target == "/page-99")
        #expect(pages[63].target == "/page-52" && pages[63].id == 52)
    }

    @Test func neitherQueriesNorUsersAreShown() async throws {
        let statistics = try observingStatistics()
        let loop = statistics.loops[0].eventLoop
        try await loop.submit {
            let observations = statistics.loops[0].value.observations!
            observations.finished(Self.request("user:word@a.test", "/a/b?key=secret", status: 500))
            observations.finished(Self.request("a.test", "http://user:word@a.test/x;id=secret", status: 500))
        }.get()
        let overview = await statistics.overview()
        let text = String(decoding: JSONEncoder.statistics().bytes(of: overview), as: UTF8.self)
        #expect(overview.pages.map(\.path).sorted() == ["/a/b?...", "http://...@a.test/x;..."])
        #expect(!text.contains("secret") && !text.contains("word"))
        #expect(overview.failures.count == 2 && overview.total.requests == 2)
    }

    @Test func whatIsPurgedIsNamedNoMore() {
        func observed() -> Observed {
            var observed = Self.observed([
                Self.request("a.test", "/news/1?x", crossing: .delta(bytes: 1, pageBytes: 1000)),
                Self.request("a.test", "/about"), Self.request("b.test:81", "/news/2"),
            ])
            observed.note(Self.failure("a.test", .cause(.origin), "/news/1?x"))
            return observed
        }
        func left(_ scope: PurgeScope?) -> [String] {
            var observed = observed()
            if let scope { observed.forget(where: scope.matches) }
            #expect(observed.savings.requests == 3, "figures stay")
            let names = observed.siteSavings.flatMap { site in [site.site] + site.paths.map { site.site + $0.path } }
            return names + observed.pages.all.map(\.target) + observed.failures.rows.map(\.failure.target)
        }
        #expect(left(.all) == [""])
        #expect(left(PurgeScope(site: "a.test")) == ["b.test:81", "b.test:81/news/", "", "/news/2"])
        #expect(
            left(PurgeScope(page: "https://A.test/news/*"))
                == ["a.test", "a.test/", "a.test", "b.test:81", "b.test:81/news/", "/about", "/news/2"])
        #expect(
            left(PurgeScope(page: "https://a.test/about"))
                == [
                    "a.test", "a.test/news/", "a.test/", "b.test:81", "b.test:81/news/", "/news/1?x", "/news/2",
                    "/news/1?x",
                ])
    }
}
