import Foundation
import GRDB
import PageFile
import PageStore
import Testing
import TestSupport

/// Pages that are to be forgotten are nowhere any more.
struct Purges {
    private let folder = TemporaryFolder()
    private var path: String { folder.path("pages") }

    /// What the file and the files beside it hold.
    private func bytes() -> Data {
        ["", "-wal"].reduce(Data()) { $0 + ((try? Data(contentsOf: URL(filePath: path + $1))) ?? Data()) }
    }

    @Test func whatIsPurgedIsNeitherInMemoryNorInTheFile() async throws {
        let end = try await FileEnd(path).opened()
        let text = String(repeating: "the secret of anna ", count: 100)
        end.insert(text + "1", at: "/account")
        try await end.wait { $0.written == 1 }
        end.insert(text + "2", at: "/account/2")  // maybe not written yet
        end.insert(String(repeating: "news ", count: 200), at: "/news")
        let purged = await end.store.purge { $0.contains("/account") }
        #expect(purged.addresses == 2 && purged.versions.count == 2 && purged.filedAddresses == 2)
        #expect(purged.fileFailure == nil && end.held("/account") == [] && end.held("/news").count == 1)
        #expect(
            bytes().range(of: Data("secret of anna".utf8)) == nil && bytes().range(of: Data("news news".utf8)) != nil)
        await end.store.close()
        let next = try await FileEnd(path).opened()
        #expect(next.held("/account") == [] && next.held("/account/2") == [] && next.held("/news").count == 1)
        await next.store.close()
    }

    @Test func aFileThatIsOffIsToldOf() async throws {
        let end = FileEnd(folder.path("none/pages"))
        try await end.wait { $0.state.hasPrefix("off") }
        end.insert("a page", at: "/account")
        let purged = await end.store.purge { _ in true }
        #expect(
            purged.addresses == 1 && purged.filedAddresses == nil && purged.fileFailure?.contains("is off: ") == true)
        await end.store.close()
    }

    @Test(arguments: ["other rules", "rules"], [1, 2])
    func pagesThatOtherRulesHaveKeptAreForgotten(rules: String, format: Int) async throws {
        let end = try await FileEnd(path).opened()
        end.insert("a page of anna", at: "/account")
        await end.store.close()
        if format == 1 {
            let file = try DatabaseQueue(path: path)
            try await file.write { try $0.execute(sql: "DROP TABLE rules; PRAGMA user_version = 1") }
            try file.close()
        }
        let next = try await FileEnd(path, rules: rules).opened()
        #expect(next.held("/account").isEmpty == (rules != "rules" || format == 1))
        await next.store.close()
    }

    /// A reload has other rules take effect: what was kept by those is no page of the first ones.
    @Test(arguments: ["rules", "other rules"])
    func aFileBelongsToTheRulesOfTheLastReload(rules: String) async throws {
        let end = try await FileEnd(path).opened()
        end.insert("a page of anna", at: "/account")
        await end.store.adopt(rules: "other rules")
        end.insert("another page of hers", at: "/account/2")
        await end.store.close()
        let next = try await FileEnd(path, rules: rules).opened()
        #expect(next.held("/account").count == (rules == "rules" ? 0 : 1))
        #expect(next.held("/account/2").count == (rules == "rules" ? 0 : 1))
        await next.store.close()
    }

    /// The old process goes on for a while after an upgrade.
    @Test func aProcessWithTheRulesBeforeLeavesTheFileToTheNextOne() async throws {
        let old = try await FileEnd(path, upkeepInterval: .milliseconds(5)).opened()
        let next = try await FileEnd(path, rules: "other rules").opened()
        next.insert("news", at: "/news")
        old.insert("a page of anna", at: "/account")
        try await old.wait { $0.state.hasPrefix("off: another process with other rules") }
        try await Task.sleep(for: .milliseconds(50))  // for some rounds of upkeep
        #expect(old.store.fileSummary.failures == 1 && old.held("/account").count == 1)
        await old.store.close()
        await next.store.close()
        let after = try await FileEnd(path, rules: "other rules").opened()
        #expect(after.held("/account") == [] && after.held("/news") == ["news"])
        await after.store.close()
    }
}
