import Corpus
import DeltaEngine
import Foundation
import PageStore
import Testing
import TestSupport

@testable import PageFile

/// What comes back after a process has ended, however it ended.
struct Restarts {
    private let folder = TemporaryFolder()
    private var path: String { folder.path("pages") }
    private let anna = PageOwner(rawValue: .max)  // the number has its highest bit

    @Test func versionsComeBackInTheirOrder() async throws {
        let before = try await FileEnd(path).opened()
        for text in ["one", "two", "three"] { before.insert(text, at: "/news") }
        before.insert("zero", at: "/sport/old")
        before.insert("zero", at: "/sport/older")
        before.insert("other", at: "/sport")
        await before.store.close()
        let after = try await FileEnd(path).opened()
        #expect(after.held("/news") == ["three", "two", "one"])
        #expect(after.held("/sport") == ["other"] && after.held("/sport/old") == ["zero"])
        #expect(after.held("/sport/older") == ["zero"] && after.memory.summary.versions == 5)
        #expect(after.store.fileSummary.loaded == 5 && after.log.all == [])
    }

    @Test func whatCameMeanwhileStaysTheBestOffer() async throws {
        let before = try await FileEnd(path).opened()
        before.insert("old", at: "/news")
        await before.store.close()
        let after = FileEnd(path)
        after.insert("new", at: "/news")
        try await after.wait { $0.state == "open" }
        #expect(after.held("/news") == ["new", "old"])
    }

    @Test func theMostRecentlyUsedComeBackWhereMemoryIsTooSmallForAll() async throws {
        var random = SeededGenerator(seed: 1)
        let pages = (0..<40).map { _ in random.bytes(10_000, in: 0...255) }
        let before = try await FileEnd(path).opened()
        let versions = pages.enumerated().map { before.insert($1, at: "/\($0)") }
        try await before.wait { $0.written == 40 }
        for (number, version) in versions[..<5].enumerated() {
            _ = before.store.page(prefix: version.prefix, key: before.key("/\(number)"), owner: .shared)
        }
        await before.store.close()
        let after = try await FileEnd(path, memoryBytes: 205_000).opened()
        let back = versions.indices.filter {
            after.memory.holds(prefix: versions[$0].prefix, key: after.key("/\($0)"), owner: .shared)
        }
        #expect(back == Array(0..<5) + Array(back[5...]) && back.last == 39 && (15...20).contains(back.count))
        #expect(after.memory.summary.evictions == 0)
    }

    @Test func privatePagesStayOut() async throws {
        let before = try await FileEnd(path).opened()
        before.insert("for Anna, secret", at: "/", anna)
        before.insert("for all", at: "/")
        await before.store.close()
        #expect(try !folder.text(of: "pages").contains("secret"))
        let after = try await FileEnd(path).opened()
        #expect(after.held("/", anna) == ["for all"])
    }

    @Test func privatePagesComeBackWhereAllowed() async throws {
        let before = try await FileEnd(path, keepsPrivate: true).opened()
        before.insert("for Anna", at: "/", anna)
        await before.store.close()
        #expect(try await FileEnd(path, keepsPrivate: true).opened().held("/", anna) == ["for Anna"])
    }

    @Test func privatePagesDoNotComeBackAfterTheirTime() async throws {
        let before = try await FileEnd(path, keepsPrivate: true, privateLifetime: .milliseconds(1)).opened()
        before.insert("for Anna", at: "/", anna)
        before.insert("for all", at: "/")
        try await before.wait { $0.written == 2 }
        try await Task.sleep(for: .milliseconds(5))
        await before.store.close()
        #expect(try !folder.text(of: "pages").contains("for Anna"), "what is over leaves the file, too")
        let after = try await FileEnd(path, keepsPrivate: true).opened()
        #expect(after.held("/", anna) == ["for all"] && after.store.fileSummary.loaded == 1)
    }

    @Test func whoTurnsPrivatePagesOffFindsNoneOfThemInTheFile() async throws {
        let before = try await FileEnd(path, keepsPrivate: true).opened()
        before.insert("for Anna", at: "/", anna)
        before.insert("for all", at: "/")
        await before.store.close()
        await (try await FileEnd(path).opened()).store.close()
        let after = try await FileEnd(path, keepsPrivate: true).opened()
        #expect(after.held("/", anna) == ["for all"])
    }

    @Test func aRemovedVersionDoesNotComeBack() async throws {
        let before = try await FileEnd(path).opened()
        before.store.remove(before.insert("wrong", at: "/"))
        await before.store.close()
        #expect(try await FileEnd(path).opened().held("/") == [])
    }

    @Test func onlyItsOwnerCanReadTheFile() async throws {
        let end = try await FileEnd(path).opened()
        end.insert("page", at: "/")
        try await end.wait { $0.written == 1 }
        for name in try folder.names {
            let mode = try FileManager.default.attributesOfItem(atPath: folder.path(name))[.posixPermissions] as? Int
            #expect(mode.map { $0 & 0o077 } == 0, "\(name)")
        }
        await end.store.close()
    }

    /// As after `kill -9`, or a power cut: files as they are in mid-write, and the log of what was written cut anywhere.
    @Test(arguments: UInt64(0)..<12) func whatACrashLeavesIsRightAndUsable(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let before = try await FileEnd(path).opened()
        for round in 0..<8 {
            for _ in 0..<random.integer(in: 1...6) {
                before.insert(random.bytes(random.integer(in: 1...20_000), in: 0...255), at: "/\(round)")
            }
            if random.chance(oneIn: 2) { await Task.yield() }
        }
        let copy = TemporaryFolder()
        for name in try folder.names where !name.hasSuffix("-shm") {
            var bytes = try folder.bytes(of: name)
            if name.hasSuffix("-wal"), !bytes.isEmpty {
                bytes.removeLast(random.integer(in: 0...bytes.count))
                if random.chance(oneIn: 2), !bytes.isEmpty { bytes[random.integer(in: 0...bytes.count - 1)] ^= 1 }
            }
            try copy.write(bytes, to: name)
        }
        await before.store.close()
        let after = try await FileEnd(copy.path("pages")).opened()
        #expect((0..<8).allSatisfy { after.isRight("/\($0)") })
        after.insert("new", at: "/new")
        await after.store.close()
        #expect(try await FileEnd(copy.path("pages")).opened().held("/new") == ["new"])
    }

    /// While a new binary takes over, both have the file open.
    @Test func aSecondProcessOnTheSameFileLosesNothing() async throws {
        let old = try await FileEnd(path).opened()
        let new = try await FileEnd(path).opened()
        for number in 0..<50 {
            old.insert("old \(number)", at: "/old/\(number)")
            new.insert("new \(number)", at: "/new/\(number)")
        }
        await old.store.close()
        old.insert("too late", at: "/late")
        await new.store.close()
        let after = try await FileEnd(path).opened()
        #expect(
            (0..<50).allSatisfy {
                after.held("/old/\($0)") == ["old \($0)"] && after.held("/new/\($0)") == ["new \($0)"]
            })
        #expect(after.held("/late") == [])
    }
}
