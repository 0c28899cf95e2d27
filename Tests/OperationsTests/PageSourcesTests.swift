import NIOCore
import NIOPosix
import Testing

@testable import Operations

/// Statistics of a daemon that somebody may look at.
func observingStatistics() throws -> Statistics {
    var settings = Settings("stats.listen = 127.0.0.1:0", file: "f")
    return Statistics(
        role: "rg-test", version: "1", group: MultiThreadedEventLoopGroup.singleton,
        settings: StatisticsSettings(&settings))
}

/// What is kept of pages to show what changed.
struct PageSourcesTests {
    private static func source(_ name: String, bytes: Int = 10) -> PageSource {
        PageSource(
            address: "https://a.test/\(name)?x", base: [UInt8](repeating: 1, count: bytes),
            bytes: [UInt8](repeating: 2, count: bytes))
    }

    @Test func theyAreKeptWhileSomebodyWatches() {
        let sources = PageSources()
        let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        #expect(!sources.isWatched(at: now))
        sources.watch(at: now)
        #expect(sources.isWatched(at: now + .seconds(59)) && !sources.isWatched(at: now + .seconds(60)))
        sources.keep(Self.source("1"), id: 1)
        sources.expire(at: now + .seconds(59))
        #expect(sources.ids == [1] && sources.source(of: 1)?.base?.count == 10 && sources.source(of: 2) == nil)
        sources.expire(at: now + .seconds(60))
        #expect(sources.ids.isEmpty)
    }

    @Test func theyTakeABoundedRoom() {
        let sources = PageSources()
        for id in 0..<100 { sources.keep(Self.source("\(id)"), id: id) }
        #expect(sources.ids == Set(84..<100))
        for id in 100..<110 { sources.keep(Self.source("\(id)", bytes: 5 << 20), id: id) }
        #expect(sources.ids == [107, 108, 109], "30 MB and not 40")
        sources.keep(Self.source("large", bytes: 17 << 20), id: 200)
        #expect(sources.ids == [107, 108, 109], "what is larger than the room pushes nothing out")
    }

    @Test func whatIsDroppedWhileItsRequestIsUnderWayIsNotKeptAtItsEnd() {
        let sources = PageSources()
        let early = sources.marked(Self.source("1"))
        sources.keep(sources.marked(Self.source("2")), id: 2)
        #expect(sources.ids == [2])
        sources.drop { _ in true }
        sources.keep(early, id: 1)
        #expect(sources.ids.isEmpty)
        sources.keep(sources.marked(Self.source("3")), id: 3)
        #expect(sources.ids == [3])
    }

    @Test func whatIsPurgedIsGone() async throws {
        let statistics = try observingStatistics()
        let sources = try #require(statistics.observer?.sources)
        statistics.watch()
        let box = statistics.loops[0]
        try await box.eventLoop.submit {
            for (number, site) in ["a.test", "b.test"].enumerated() {
                var source = Self.source("\(number)")
                source.address = "https://\(site)/\(number)?x"
                #expect(box.value.observations?.isWatched == true)
                box.value.observations?.finished(
                    ObservedRequest(
                        site: site, target: "/\(number)?x", status: 200, crossing: .normal, pageBytes: 10,
                        linkBytes: 1, total: .zero, ended: .now(), source: source))
            }
        }.get()
        let pages = await statistics.overview().pages
        #expect(pages.map(\.site).sorted() == ["a.test", "b.test"] && pages.allSatisfy(\.hasSource))
        let page = try #require(pages.first { $0.site == "a.test" })
        let change = try #require(await statistics.pageChange(id: page.id))
        #expect(change.page.path == "/0?..." && change.bytes.count == 10 && change.base != nil)
        await statistics.forget(where: PurgeScope.site(host: "a.test", port: nil).matches)
        #expect(await statistics.pageChange(id: page.id) == nil)
        let left = await statistics.overview().pages
        #expect(left.map(\.site) == ["b.test"] && left.allSatisfy(\.hasSource))
        statistics.dropSources { _ in true }
        #expect(sources.ids.isEmpty)
        #expect(await statistics.overview().pages.map(\.hasSource) == [false])
    }

    @Test func nothingIsObservedWhereNobodyCanLook() async {
        let statistics = Statistics(role: "rg-test", version: "1", group: MultiThreadedEventLoopGroup.singleton)
        #expect(statistics.observer == nil)
        let overview = await statistics.overview()
        #expect(overview.role == "rg-test" && overview.sites.isEmpty && overview.steps.isEmpty)
    }

    @Test func theStoreIsWalkedThroughOnceInFiveSeconds() {
        let look = StoreLook()
        var walks = 0
        let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        for second in 0..<11 {
            _ = look.contents(at: now + .seconds(Int64(second))) {
                walks += 1
                return Overview.StoreContents(pages: walks)
            }
        }
        #expect(walks == 3 && look.contents(at: now, { Overview.StoreContents() }).pages == 3)
    }
}
