import DeltaEngine
import EmbeddedLine
import Exchange
import HTTPRules
import NIOCore
import NIOHTTP1
import PageStore
import Testing

@testable import Listener

/// From an origin's answer to what crosses the link.
struct Pages {
    private let old = samplePage(6000, word: "old")
    private let new = samplePage(6000, word: "new")

    @Test func theFirstPageCrossesWholeAndIsKept() throws {
        let end = try ListenerEnd()
        let answer = end.fetch(old)
        let page = try #require(answer.answer?.page)
        #expect(page.base == nil && page.isKept && page.pageBytes == old.count && answer.events == ["head 200", "end"])
        #expect(page.check == PageCheck(PageVersion(of: old.span).leadingWords))
        #expect(try decoded(answer) == old && end.store.summary.versions == 1)
    }

    @Test func theFirstOfTheOffersThatIsHeldIsTheBase() throws {
        let end = try ListenerEnd()
        _ = end.fetch(old)
        let answer = end.fetch(new, offers: [17, prefix(old), 18])
        let page = try #require(answer.answer?.page)
        #expect(page.base == 1 && answer.body.readableBytes < 200)
        #expect(try decoded(answer, base: old) == new)
        #expect(end.worker.statistics.counters.basesMissing == 0)
    }

    @Test func withoutAHeldOfferThePageCrossesWhole() throws {
        let end = try ListenerEnd()
        let answer = end.fetch(new, offers: [17, 18])
        #expect(answer.answer?.page?.base == nil && end.worker.statistics.counters.basesMissing == 1)
        #expect(try decoded(answer) == new)
    }

    /// To compress 100 kB takes milliseconds, which all others on the event loop would wait.
    @Test func aLongPageIsEncodedInlineOnlyAgainstABaseThatIsHeld() throws {
        let end = try ListenerEnd()
        let (old, new) = (samplePage(100_000, word: "old"), samplePage(100_000, word: "new"))
        let key = PageKey(scheme: "http", authority: "www.example.org", target: "/")
        end.store.insert(old, version: PageVersion(of: old.span), key: key, owner: .shared)
        end.encoders.stop()  // what goes there never comes back
        #expect(end.fetch(new, offers: [prefix(old)]).answer?.page?.base == 0)
        #expect(end.fetch(new, offers: [17]).events == [])
        #expect(end.fetch(new).events == [])
        #expect(end.fetch(samplePage(8000), offers: [17]).events == ["head 200", "end"])
    }

    /// Its first byte leaves only then.
    @Test func aLongPageWithoutABaseIsCompressedWithHalfOfTheWork() throws {
        let encoder = try PageEncoder(store: try ListenerEnd().store)
        var engine = try DeltaEncoder()
        for (byteCount, isQuick) in [(50_000, false), (200_000, true)] {
            let page = samplePage(byteCount)
            let quick = try engine.encode(page.span, against: nil, level: .auto, microseconds: 0)
            let thorough = try engine.encode(page.span, against: nil, level: .auto, microseconds: 1_000_000)
            let delta = try encoder.encode(page, against: nil).delta
            #expect(quick != thorough && delta == (isQuick ? quick : thorough))
        }
    }

    @Test func pagesOfOneVisitorAreNoBasesForAnother() throws {
        let end = try ListenerEnd()
        let (anna, bert): (HTTPHeaders, HTTPHeaders) = (["Cookie": "id=anna"], ["Cookie": "id=bert"])
        let own: HTTPHeaders = ["Cache-Control": "private"]
        _ = end.fetch(old, asked: anna, answered: own)
        #expect(end.fetch(new, asked: bert, answered: own, offers: [prefix(old)]).answer?.page?.base == nil)
        #expect(end.fetch(new, answered: own, offers: [prefix(old)]).answer?.page?.base == nil)
        #expect(end.fetch(new, offers: [prefix(old)]).answer?.page?.base == nil)
        #expect(end.fetch(new, asked: anna, answered: own, offers: [prefix(old)]).answer?.page?.base == 0)
    }

    @Test func aSiteMayShareItsPages() throws {
        let end = try ListenerEnd("delta.www.example.org = shared")
        let own: HTTPHeaders = ["Cache-Control": "private"]
        _ = end.fetch(old, asked: ["Cookie": "id=anna"], answered: own)
        let answer = end.fetch(new, asked: ["Cookie": "id=bert"], answered: own, offers: [prefix(old)])
        #expect(answer.answer?.page?.base == 0)
    }

    @Test(arguments: [false, true]) func whatIsOffIsNeitherKeptNorCompared(atTheSender: Bool) throws {
        let end = try ListenerEnd(atTheSender ? "" : "delta.www.example.org/account = off")
        _ = end.fetch(old)
        let kept = end.store.summary
        let asked = end.ask("/account", offers: [prefix(old)], isCompared: !atTheSender)
        end.answer(gzip(new), fields: ["Content-Encoding": "gzip"])
        let answer = asked.answer
        #expect(answer.answer?.page == nil && answer.events == ["head 200", "end"])
        #expect(Array(buffer: answer.body) == gzip(new), "as the origin made it")
        #expect(end.store.summary.versions == kept.versions && end.store.summary.hits == kept.hits)
        #expect(end.worker.statistics.counters.basesMissing == 0)
    }

    @Test func aVisitorsPageIsNoBaseForAnotherThoughItsAnswerSaysNothing() throws {
        let end = try ListenerEnd()
        _ = end.fetch(old, asked: ["Cookie": "id=anna"])
        #expect(end.fetch(new, asked: ["Cookie": "id=bert"], offers: [prefix(old)]).answer?.page?.base == nil)
        #expect(end.fetch(new, offers: [prefix(old)]).answer?.page?.base == nil)
        let anna: HTTPHeaders = ["Cookie": "_ga=another; id=anna"]
        #expect(end.fetch(new, asked: anna, offers: [prefix(old)]).answer?.page?.base == 0)
    }

    @Test func aCodedPageIsDecodedToBeCompared() throws {
        let end = try ListenerEnd()
        let answer = end.fetch(gzip(old), answered: ["Content-Encoding": "gzip"])
        #expect(answer.answer?.page?.pageBytes == old.count)
        #expect(answer.answer?.head.headers.contains(name: "content-encoding") == false)
        #expect(try decoded(answer) == old)
    }

    @Test func whatCannotBeDecodedCrossesAsTheOriginMadeIt() throws {
        let end = try ListenerEnd()
        let coded = Array(gzip(old).dropLast())
        let answer = end.fetch(coded, answered: ["Content-Encoding": "gzip"])
        #expect(answer.answer?.page == nil && answer.answer?.head.headers["content-encoding"] == ["gzip"])
        #expect(answer.events == ["head 200", "end"] && Array(buffer: answer.body) == coded)
    }

    @Test func anOriginThatPausesWithinAPageIsPassedOnAsItComes() throws {
        let end = try ListenerEnd()
        let answer = end.ask().answer
        let origin = end.origins.connections[0]
        origin.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6000\r\n\r\nfirst")
        end.link.run()
        #expect(answer.events == [])
        end.loop.advanceTime(by: .milliseconds(200))
        end.link.run()
        #expect(answer.events == ["head 200"] && answer.text == "first" && answer.answer?.page == nil)
    }

    @Test func aPageThatIsCutOffIsNotSentAtAll() throws {
        let end = try ListenerEnd()
        let answer = end.ask().answer
        let origin = end.origins.connections[0]
        origin.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6000\r\n\r\nfirst")
        origin.close()
        end.link.run()
        #expect(answer.events == ["failed"] && answer.body.readableBytes == 0 && end.store.summary.versions == 0)
    }

    @Test func whoeverCancelsEndsTheOriginsWork() throws {
        let end = try ListenerEnd()
        let (stream, answer) = end.ask()
        stream.cancel()
        end.link.run()
        #expect(!end.origins.connections[0].channel.isActive && answer.events == [])
        #expect(end.worker.statistics.counters.requestsCancelled == 1)
    }
}
