import DeltaEngine
import Logging
import NIOCore
import NIOPosix
import Operations
import PageStore
import Testing
import TestSupport

@testable import SharedStore

/// The store over real servers that are started, frozen, filled, poisoned and killed.
@Suite(.enabled(if: Memcached.isInstalled)) struct MemcachedTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.any()
    private let page = [UInt8](String(repeating: "a page of a site. ", count: 100).utf8)
    private var version: PageVersion { PageVersion(of: page.span) }

    private func store(_ servers: [Memcached], _ lines: String = "", timeout: String = "2 s") throws -> MemcachedStore {
        let text = """
            wan.ip = 127.0.0.1
            wan.tls = 0
            memcached.servers = \(servers.map { "127.0.0.1:\($0.port)" }.joined(separator: " "))
            memcached.timeout = \(timeout)
            \(lines)
            """
        return MemcachedStore(
            try ListenerConfiguration(Settings(text, file: "f")).memcached, privateLifetime: .seconds(600),
            maxPageBytes: 1 << 20, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func lookUp(
        _ version: PageVersion, in store: MemcachedStore, owner: PageOwner = .shared
    ) async throws -> SharedLookUp {
        let promise = loop.makePromise(of: SharedLookUp.self)
        loop.execute { [loop] in
            store.lookUp(prefix: version.prefix, owner: owner, on: loop) { promise.succeed($0) }
        }
        return try await promise.futureResult.get()
    }

    /// Waits until a server has something to say of what was written.
    private func written(_ store: MemcachedStore, until holds: (SharedStoreSummary.Server) -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(20)
        while !store.summary.servers.contains(where: holds) {
            try #require(ContinuousClock.now < end, "\(store.summary)")
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    @Test func whatOneListenerKeptAnotherOneFinds() async throws {
        let server = try Memcached()
        let (one, other) = (try store([server]), try store([server]))
        defer { one.stop(); other.stop() }
        #expect(try await lookUp(version, in: other) == .missing)
        one.keep(page, version: version, owner: .shared)
        try await written(one) { $0.written == 1 }
        #expect(try await lookUp(version, in: other) == .found(page, version))
        #expect(try await lookUp(version, in: other, owner: PageOwner(rawValue: 7)) == .missing)
    }

    @Test func poisonIsFoundOutAndRemoved() async throws {
        let server = try Memcached()
        let store = try store([server])
        defer { store.stop() }
        store.keep(page, version: version, owner: .shared)
        try await written(store) { $0.written == 1 }
        try server.poison(try #require(server.keys().first), with: "something else")
        #expect(try await lookUp(version, in: store) == .damaged)
        #expect(try await lookUp(version, in: store) == .missing)
        // Another page's item under this name is right in itself.
        let other = SharedItem.encode([1, 2, 3], version: version)
        try server.poison(
            SharedItem.key(prefix: version.prefix, owner: .shared), with: String(decoding: other, as: UTF8.self))
        #expect(try await lookUp(version, in: store) == .damaged)
        #expect(try await lookUp(version, in: store) == .missing)
    }

    @Test func aSilentServerCostsOneTimeoutAndComesBack() async throws {
        let server = try Memcached()
        let store = try store([server], timeout: "300 ms")
        defer { store.stop() }
        store.keep(page, version: version, owner: .shared)
        try await written(store) { $0.written == 1 }
        server.freeze()
        let began = ContinuousClock.now
        #expect(try await lookUp(version, in: store) == .failed)
        let first = ContinuousClock.now - began
        #expect(first >= .milliseconds(290) && first < .seconds(10))
        for _ in 0..<50 { #expect(try await lookUp(version, in: store) == .skipped) }
        #expect(store.summary.servers[0].state == "left alone")
        server.thaw()
        try await written(store) { server in
            store.keep(page, version: version, owner: .shared)  // somebody asks: that has it probed
            return server.state == "asked"
        }
        #expect(try await lookUp(version, in: store) == .found(page, version))
    }

    @Test func aServerThatBeganAnewCostsOneLookUp() async throws {
        let server = try Memcached()
        let store = try store([server])
        defer { store.stop() }
        for _ in 0..<20 {
            try await withThrowingTaskGroup(of: SharedLookUp.self) { group in
                for _ in 0..<40 { group.addTask { try await lookUp(version, in: store) } }
                for try await result in group { #expect(result == .missing) }
            }
        }
        server.kill()
        try server.start()
        var results: [SharedLookUp] = []
        for _ in 0..<5 { results.append(try await lookUp(version, in: store)) }
        #expect(results.dropFirst().allSatisfy { $0 == .missing }, "\(results)")
    }

    @Test func whoAsksAStoppedStoreDoesNotWaitAndBlamesNobody() async throws {
        let server = try Memcached()
        let store = try store([server])
        store.stop()
        #expect(try await lookUp(version, in: store) == .skipped)
        #expect(store.summary.servers[0].state == "asked")
    }

    @Test func aServerThatIsGoneIsKnownAtOnceAndComesBackEmpty() async throws {
        let server = try Memcached()
        let store = try store([server])
        defer { store.stop() }
        #expect(try await lookUp(version, in: store) == .missing)
        server.kill()
        var results: [SharedLookUp] = []
        for _ in 0..<20 { results.append(try await lookUp(version, in: store)) }
        #expect(results.filter { $0 == .failed }.count <= 3 && results.last == .skipped, "\(results)")
        try server.start()
        try await written(store) { server in
            store.keep(page, version: version, owner: .shared)
            return server.state == "asked" && server.written > 0
        }
        #expect(try await lookUp(version, in: store) == .found(page, version))
    }

    @Test func aFullServerGoesOnWithoutTheOldest() async throws {
        let server = try Memcached(megabytes: 2)
        let store = try store([server])
        defer { store.stop() }
        var last = version
        for number in 0..<400 {
            var generator = SystemRandomNumberGenerator()
            let page = (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
            last = PageVersion(of: page.span)
            store.keep(page, version: last, owner: .shared)
            try await written(store) { $0.written + $0.notWritten > number }
        }
        let summary = store.summary.servers[0]
        #expect(summary.state == "asked" && summary.written > 300, "\(summary)")
        switch try await lookUp(last, in: store) {
        case .found, .missing: break
        case let other: Issue.record("\(other)")
        }
    }

    @Test func whatIsLargerThanTheLimitIsNotWritten() async throws {
        let server = try Memcached()
        let store = try store([server], "memcached.limit = 1 kB")
        defer { store.stop() }
        store.keep((0..<5000).map { _ in UInt8.random(in: 0...255) }, version: version, owner: .shared)
        try await written(store) { $0.notWritten == 1 }
        store.keep(page, version: version, owner: .shared)  // 1800 bytes, which LZ4 makes fit
        try await written(store) { $0.written == 1 }
    }

    @Test func ofSeveralServersADeadOneTakesItsOwnPagesOnly() async throws {
        let servers = [try Memcached(), try Memcached(), try Memcached()]
        let (one, other) = (try store(servers), try store(servers.reversed()))
        defer { one.stop(); other.stop() }
        let pages = (0..<60).map { number in [UInt8]("page \(number)".utf8) }
        for (number, page) in pages.enumerated() {
            one.keep(page, version: PageVersion(of: page.span), owner: .shared)
            while one.summary.servers.reduce(0, { $0 + $1.written }) <= number {
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        let counts = one.summary.servers.map(\.written)
        #expect(counts.allSatisfy { $0 > 5 }, "\(counts)")
        // The order in which they are named changes nothing.
        for page in pages {
            #expect(try await lookUp(PageVersion(of: page.span), in: other) == .found(page, PageVersion(of: page.span)))
        }
        servers[1].kill()
        var found = 0
        for page in pages {
            if case .found = try await lookUp(PageVersion(of: page.span), in: one) { found += 1 }
        }
        #expect(found == 60 - counts[1])
    }
}
