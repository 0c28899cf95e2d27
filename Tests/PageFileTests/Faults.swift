import Corpus
import DeltaEngine
import Foundation
import GRDB
import PageStore
import Testing
import TestSupport

@testable import PageFile

/// Files that can't be used: memory goes on, and the log says so once.
struct Faults {
    private let folder = TemporaryFolder()
    private var path: String { folder.path("pages") }

    /// Whether memory works as if there were no file.
    private func memoryGoesOn(_ end: FileEnd) -> Bool {
        let version = end.insert("a page", at: "/goes-on")
        return end.store.page(prefix: version.prefix, key: end.key("/goes-on"), owner: .shared)?.version == version
    }

    @Test func aDamagedFileIsPutAsideAndANewOneBegun() async throws {
        try folder.write("this is no database, " + String(repeating: "but long enough. ", count: 100), to: "pages")
        let end = try await FileEnd(path).opened()
        #expect(
            end.log.all == [
                "error: store.file = \(path): it was damaged, and is now \(path).damaged; a new one is begun"
            ])
        #expect(memoryGoesOn(end) && end.store.fileSummary.damagedFiles == 1)
        await end.store.close()
        #expect(try folder.text(of: "pages.damaged").hasPrefix("this is no database"))
        #expect(try await FileEnd(path).opened().held("/goes-on") == ["a page"])
    }

    @Test(arguments: UInt64(0)..<12) func damageAnywhereInTheFileIsFoundOrDoesNoHarm(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let before = try await FileEnd(path).opened()
        for number in 0..<30 {
            before.insert(random.bytes(random.integer(in: 1...9000), in: 0...255), at: "/\(number)")
        }
        await before.store.close()
        var bytes = try folder.bytes(of: "pages")
        for _ in 0..<random.integer(in: 1...40) {
            bytes[random.integer(in: 0...bytes.count - 1)] = UInt8(random.integer(in: 0...255))
        }
        try folder.write(bytes, to: "pages")
        let after = FileEnd(path)
        try await after.wait { $0.state == "open" || $0.state.hasPrefix("off") }
        #expect((0..<30).allSatisfy { after.isRight("/\($0)") })
        #expect(memoryGoesOn(after))
        await after.store.close()
    }

    @Test func aDamagedPageIsLeftOutAndRemoved() async throws {
        let before = try await FileEnd(path).opened()
        before.insert("one", at: "/1")
        before.insert("two", at: "/2")
        await before.store.close()
        let database = try DatabaseQueue(path: path)
        try await database.write {
            try $0.execute(sql: "UPDATE body SET bytes = 'tvo' WHERE bytes = CAST('two' AS BLOB)")
        }
        try database.close()
        let after = try await FileEnd(path).opened()
        #expect(after.held("/1") == ["one"] && after.held("/2") == [] && after.store.fileSummary.damagedPages == 1)
        await after.store.close()
        #expect(try await FileEnd(path).opened().store.fileSummary.damagedPages == 0)
    }

    @Test func aFileThatCanNotBeOpenedIsToldOnceAndTriedAgain() async throws {
        let inFolder = folder.path("none/pages")
        let end = FileEnd(inFolder, upkeepInterval: .milliseconds(5))
        try await end.wait { $0.failures >= 3 }
        #expect(memoryGoesOn(end))
        #expect(
            end.log.all == [
                "error: store.file = \(inFolder): it can't be opened; its folder must be there, and be writable by this "
                    + "daemon's user; until then pages are kept in memory only, and lost with a restart"
            ])
        try FileManager.default.createDirectory(atPath: folder.path("none"), withIntermediateDirectories: true)
        try await end.wait { $0.state == "open" }
        end.insert("late", at: "/late")
        await end.store.close()
        #expect(end.log.all.last == "notice: store.file = \(inFolder): pages are written again")
        #expect(try await FileEnd(inFolder).opened().held("/late") == ["late"])
    }

    @Test func theDatabaseOfAnotherProgramIsLeftAlone() async throws {
        let other = try DatabaseQueue(path: path)
        try await other.write { try $0.execute(sql: "CREATE TABLE precious (x)") }
        try other.close()
        let bytes = try folder.bytes(of: "pages")
        let end = FileEnd(path)
        try await end.wait { $0.state.hasPrefix("off: it is the database of another program") }
        #expect(memoryGoesOn(end))
        await end.store.close()
        #expect(try folder.bytes(of: "pages") == bytes && folder.names == ["pages"])
    }

    @Test func theFileOfANewerVersionIsLeftAlone() async throws {
        await (try await FileEnd(path).opened()).store.close()
        let newer = try DatabaseQueue(path: path)
        try await newer.write { try $0.execute(sql: "PRAGMA user_version = 3") }
        try newer.close()
        let end = FileEnd(path)
        try await end.wait { $0.state.hasPrefix("off: another version of railgun made it") }
        #expect(memoryGoesOn(end))
        await end.store.close()
    }

    /// A bound on the database's pages has SQLite say what it says on a full disk.
    @Test func onAFullDiskMemoryGoesOnUntilThereIsRoomAgain() async throws {
        let settings = PageFileSettings(path: path, byteLimit: 1 << 24, classRules: "rules")
        let database = try PageDatabase(settings, maxDatabasePages: 20)
        func insert(_ byteCount: Int) throws {
            let bytes = [UInt8](repeating: UInt8(byteCount & 255), count: byteCount)
            let item = FiledItem(address: "https://www.example.org/\(byteCount)", owner: .shared, expiry: nil)
            try database.write(
                [.insert(bytes: bytes, version: PageVersion(of: bytes.span), item: item)], uses: [], now: 0)
        }
        try insert(1000)
        let failure = #expect(throws: DatabaseError.self) { try insert(200_000) }
        #expect(failure.map { PageFileFailure($0).message } == "the disk is full; make room")
        try insert(1001)
        database.close()
        let after = try await FileEnd(path).opened()
        #expect(after.held("/1000").count == 1 && after.held("/1001").count == 1 && after.held("/200000") == [])
    }

    /// A disk of 4 MB, which only root can have.
    @Test(.enabled(if: getuid() == 0)) func aDiskThatFillsUpIsToldOnceAndUsedAgainOnceThereIsRoom() async throws {
        let disk = folder.path("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard mount("tmpfs", disk, "tmpfs", 0, "size=4m") == 0 else { return }  // not in every container
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let end = try await FileEnd("\(disk)/pages", upkeepInterval: .milliseconds(20)).opened()
        try folder.write([UInt8](repeating: 1, count: 3_500_000), to: "disk/filler")
        var random = SeededGenerator(seed: 3)
        while !end.store.fileSummary.state.hasPrefix("off") {
            let before = end.store.fileSummary
            end.insert(random.bytes(20_000, in: 0...255), at: "/")
            try await end.wait { $0.written + $0.dropped > before.written + before.dropped }
        }
        #expect(memoryGoesOn(end))
        try await end.wait { $0.failures > 1 || $0.state == "open" }
        for number in 0..<20 {  // opening such a file succeeds, and writing to it fails again
            end.insert(random.bytes(20_000, in: 0...255), at: "/\(number)")
            try await Task.sleep(for: .milliseconds(20))
        }
        let errors = end.log.all.filter { $0.hasPrefix("error") }
        #expect(!errors.isEmpty && errors.allSatisfy { $0.contains("disk") }, "\(errors)")
        #expect(Set(errors).count == errors.count && end.log.all.count == errors.count, "\(end.log.all)")
        try FileManager.default.removeItem(atPath: folder.path("disk/filler"))
        try await end.wait { $0.state == "open" }
        let written = end.store.fileSummary.written
        end.insert("there is room again", at: "/room")
        try await end.wait { $0.written > written }
        await end.store.close()
        #expect(end.log.all.last == "notice: store.file = \(disk)/pages: pages are written again")
        let after = try await FileEnd("\(disk)/pages").opened()
        #expect(after.held("/room") == ["there is room again"])
        await after.store.close()
    }

    @Test func theFileKeepsToItsSizeAndTheMostRecentPages() async throws {
        var random = SeededGenerator(seed: 5)
        let limit = 1_000_000
        let end = try await FileEnd(path, byteLimit: limit).opened()
        var last: PageVersion?
        for number in 1...200 {
            last = end.insert(random.bytes(20_000, in: 0...255), at: "/\(number)")
            if number % 5 == 0 { try await end.wait { $0.written + $0.dropped >= number } }
        }
        let summary = end.store.fileSummary
        #expect(summary.bytes <= limit && summary.bytes > limit / 2 && summary.dropped == 0)
        await end.store.close()
        #expect(try folder.bytes(of: "pages").count <= limit + 100_000)
        let after = try await FileEnd(path, byteLimit: limit / 4).opened()
        #expect(
            after.memory.holds(prefix: last?.prefix ?? 0, key: after.key("/200"), owner: .shared)
                && after.store.fileSummary.loaded > 5)
        await after.store.close()
        #expect(try folder.bytes(of: "pages").count <= limit / 4 + 100_000, "a smaller limit makes the file smaller")
    }

    @Test func whatWaitsForTheDiskIsBounded() {
        var pending = PendingChanges()
        let bytes = [UInt8](repeating: 0, count: 1000)
        let item = FiledItem(address: "https://www.example.org/", owner: .shared, expiry: nil)
        for _ in 0..<100 {
            _ = pending.add(.insert(bytes: bytes, version: PageVersion(of: bytes.span), item: item), byteLimit: 20_000)
        }
        #expect(pending.bytes <= 20_000 && pending.dropped == 100 - pending.changes.count && pending.changes.count > 10)
    }
}
