import DeltaEngine
import EmbeddedLine
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import PageStore
import SharedStore
import Testing

@testable import Listener

/// A listener with a store that others share.
struct SharedPages {
    private let old = samplePage(6000, word: "old")
    private let new = samplePage(6000, word: "new")

    @Test func aBaseThatAnotherListenerKeptIsUsed() throws {
        let shared = FakeStore()
        let end = try ListenerEnd(shared: shared)
        let answer = end.ask(offers: [prefix(old)]).answer
        #expect(shared.asked == ["0 \(prefix(old))"], "while the origin works")
        shared.answer(.found(old, PageVersion(of: old.span)))
        end.answer(new)
        #expect(try answer.answer?.page?.base == 0 && decoded(answer, base: old) == new)
        #expect(end.worker.statistics.counters.storeSharedHits == 1)
        // From now on it is in memory.
        _ = end.fetch(new, offers: [prefix(old)])
        #expect(shared.asked.count == 1)
    }

    @Test func aPageWaitsForItsBaseButNotForEver() throws {
        let shared = FakeStore()
        let end = try ListenerEnd(shared: shared)
        let answer = end.fetch(new, offers: [prefix(old), 17])
        #expect(answer.events == [])
        shared.answer(.missing)
        end.link.run()
        #expect(answer.events == [], "the other look-up is under way")
        shared.answer(.failed)
        end.link.run()
        #expect(answer.answer?.page?.base == nil && answer.events == ["head 200", "end"])
        #expect(try decoded(answer) == new)
        let counters = end.worker.statistics.counters
        #expect(counters.storeSharedMisses == 1 && counters.storeSharedErrors == 1 && counters.basesMissing == 1)
    }

    @Test func whoLeavesMeanwhileIsForgotten() throws {
        let shared = FakeStore()
        let end = try ListenerEnd(shared: shared)
        let (stream, answer) = end.ask(offers: [prefix(old)])
        end.answer(new)
        stream.cancel()
        end.link.run()
        shared.answer(.found(old, PageVersion(of: old.span)))
        end.link.run()
        #expect(answer.answer == nil && end.worker.statistics.counters.requestsCancelled == 1)
    }

    @Test func whatIsKeptIsGivenToTheOthersButNoPrivatePage() throws {
        let shared = FakeStore()
        let end = try ListenerEnd(shared: shared)
        _ = end.fetch(old)
        #expect(shared.kept == [prefix(old)])
        _ = end.fetch(new, answered: ["Cache-Control": "private"])
        #expect(shared.kept == [prefix(old)] && end.store.summary.versions == 2)
    }

    @Test func withAKeyThatLastsPrivatePagesAreSharedAndLookedFor() throws {
        let shared = FakeStore()
        let end = try ListenerEnd(keepsPrivate: true, shared: shared)
        _ = end.fetch(new, asked: ["Cookie": "a=b"], answered: ["Cache-Control": "private"])
        #expect(shared.kept == [prefix(new)])
        _ = end.ask(fields: ["Cookie": "a=b"], offers: [17])
        #expect(shared.asked.count == 2 && shared.asked[0] == "0 17" && !shared.asked[1].hasPrefix("0 "))
    }
}

extension SharedPages {
    @Test(arguments: [false, true]) func whetherPrivatePagesLeaveMemoryIsChangedByARestartOnly(keeps: Bool) throws {
        let shared = FakeStore()
        let end = try ListenerEnd(keepsPrivate: keeps, shared: shared)
        var configuration = end.worker.settings.configuration
        configuration.pages.keepsPrivate = !keeps
        end.worker.update(try ListenerSettings(configuration), shared: shared)
        _ = end.fetch(new, answered: ["Cache-Control": "private"])
        #expect(shared.kept == (keeps ? [prefix(new)] : []))
    }
}

/// A store that answers when the test says so, in the order in which it was asked.
final class FakeStore: SharedStore {
    private struct State {
        var asked: [String] = []
        var kept: [UInt64] = []
        var waiting: [@Sendable (SharedLookUp) -> Void] = []
    }

    private let state = NIOLockedValueBox(State())

    var asked: [String] { state.withLockedValue { $0.asked } }
    var kept: [UInt64] { state.withLockedValue { $0.kept } }

    func answer(_ result: SharedLookUp) { state.withLockedValue { $0.waiting.removeFirst() }(result) }

    func lookUp(
        prefix: UInt64, owner: PageOwner, on eventLoop: any EventLoop, then: @escaping @Sendable (SharedLookUp) -> Void
    ) {
        state.withLockedValue {
            $0.asked.append("\(owner.rawValue) \(prefix)")
            $0.waiting.append(then)
        }
    }

    func remove(_ versions: Set<PurgedPages.Version>) async -> Int { 0 }

    func keep(_ bytes: [UInt8], version: PageVersion, owner: PageOwner) {
        state.withLockedValue { $0.kept.append(version.prefix) }
    }
}
