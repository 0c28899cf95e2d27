import DeltaEngine
import Dispatch
import EmbeddedLine
import NIOCore
import NIOPosix
import PageStore
import Testing

@testable import Listener

struct EncoderThreadsTests {
    @Test func noMoreThan32PagesWait() async throws {
        let store = GatedStore()
        let threads = EncoderThreads(threadCount: 1, store: store)
        defer { threads.stop() }
        let page = samplePage(2000)
        let version = PageVersion(of: page.span)
        store.inner.insert(page, version: version, key: store.key, owner: .shared)
        let base = try #require(store.firstHeld(of: [version.prefix], key: store.key, owner: .shared))
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let (results, continuation) = AsyncStream.makeStream(of: Int?.self)
        func encode() -> Bool {
            threads.encode(page, against: base, on: loop) { result in
                continuation.yield(try? result.get().base)
            }
        }

        #expect((0..<40).filter { _ in encode() }.count == 32)
        store.gate.signal()
        var iterator = results.makeAsyncIterator()
        for _ in 0..<32 { #expect(await iterator.next() == 0) }
        #expect(encode(), "there is room again")
        #expect(await iterator.next() == 0)
    }

    @Test func whatHasStoppedEncodesNothing() {
        let threads = EncoderThreads(threadCount: 1, store: GatedStore())
        threads.stop()
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        _ = threads.encode(samplePage(2000), against: nil, on: loop) { _ in Issue.record("it was encoded") }
    }
}

/// A store whose bases come once a gate is open: until then, who encodes waits.
private final class GatedStore: PageStore {
    let inner = MemoryPageStore(limits: PageStoreLimits(memoryBytes: 1 << 24, versionsPerPage: 4))
    let gate = DispatchSemaphore(value: 0)
    let key = PageKey(scheme: "http", authority: "www.example.org", target: "/")

    func base(of page: StoredPage) throws(DeltaError) -> DeltaBase {
        gate.wait()
        gate.signal()  // for the next one
        return try inner.base(of: page)
    }

    func offers(for key: PageKey, owner: PageOwner, limit: Int) -> [StoredPage] {
        inner.offers(for: key, owner: owner, limit: limit)
    }
    func page(prefix: UInt64, key: PageKey, owner: PageOwner) -> StoredPage? {
        inner.page(prefix: prefix, key: key, owner: owner)
    }
    func holds(prefix: UInt64, key: PageKey, owner: PageOwner) -> Bool {
        inner.holds(prefix: prefix, key: key, owner: owner)
    }
    func insert(_ bytes: [UInt8], version: PageVersion, key: PageKey, owner: PageOwner) {
        inner.insert(bytes, version: version, key: key, owner: owner)
    }
    func purge(where matches: @escaping @Sendable (String) -> Bool) async -> PurgedPages {
        inner.purge(where: matches)
    }
    func remove(_ version: PageVersion) { inner.remove(version) }
    func update(_ limits: PageStoreLimits) { inner.update(limits) }
    func expire() { inner.expire() }
    var summary: PageStoreSummary { inner.summary }
    func contents(limit: Int, showsPrivate: Bool) -> [StoredAddress] {
        inner.contents(limit: limit, showsPrivate: showsPrivate)
    }
}
