import Testing

@testable import Operations

/// `delta.HOST`, `delta.HOST/PATH`, `delta.default` and `delta.cookies.ignored`.
struct SharingTests {
    private func table(_ lines: String...) throws -> SharingTable {
        var settings = Settings(lines.joined(separator: "\n"), file: "f")
        let table = SharingTable(&settings)
        try settings.finish()
        return table
    }

    private func problems(_ lines: String...) -> [String] {
        var settings = Settings(lines.joined(separator: "\n"), file: "f")
        _ = PageSettings(&settings)
        do throws(ConfigurationError) { try settings.finish() } catch { return error.problems.map(\.description) }
        return []
    }

    @Test func theLongestPathCounts() throws {
        let table = try table(
            "delta.www.example.org = shared", "delta.www.example.org/account = off",
            "delta.www.example.org/account/news/ = private", "delta.other.example/a = shared")
        func value(_ target: String, _ authority: String = "www.example.org") -> Sharing {
            table.value(authority: authority, target: target)
        }
        #expect(value("/") == .shared && value("/accounts") == .shared && value("/account2") == .shared)
        #expect(value("/account") == .off && value("/account/x") == .off && value("/account?a=/b") == .off)
        #expect(value("/account/news") == .private && value("/account/news/1") == .private)
        #expect(value("/", "WWW.example.org:8443") == .shared && value("/account", "www.example.org:8443") == .off)
        #expect(value("/a", "other.example") == .shared && value("/", "other.example") == .private)
        #expect(value("/account", "third.example") == .private)
        #expect(table.value(address: "https://www.example.org/account?x=1") == .off)
        #expect(table.value(address: "https://www.example.org:8443/") == .shared)
    }

    @Test(arguments: [
        "/%61ccount", "//account", "/x/../account", "/./account/1", "/x/%2e%2e/account", "/ACCOUNT", "/account;a=b/x",
        "/%2Faccount", "/\\account", "/x/..;a/account", "/account%2f1", "/account/%2e",
    ])
    func anOddPathIsTakenForTheStricterOfItsReadings(_ target: String) throws {
        let table = try table("delta.a.example = shared", "delta.a.example/account = off")
        #expect(table.value(authority: "a.example", target: target) == .off)
        let inverse = try self.table("delta.a.example = off", "delta.a.example/account = shared")
        let isPlain = ["/ACCOUNT", "/account;a=b/x"].contains(target)
        #expect(
            inverse.value(authority: "a.example", target: target) == (isPlain ? .shared : .off)
                || target.hasPrefix("/account"))
    }

    @Test(arguments: [80, 443]) func theLineOfASchemesOwnPortCountsWhereNoPortIsNamed(port: Int) throws {
        let table = try table("delta.a.example = shared", "delta.a.example:\(port) = off")
        #expect(table.value(authority: "a.example", target: "/") == .off)
        #expect(table.value(authority: "a.example:\(port)", target: "/") == .off)
        #expect(table.value(authority: "a.example:8443", target: "/") == .shared)
        #expect(table.value(address: "https://a.example/") == .off)
    }

    @Test func aPortOfItsOwnCountsWhereThePathIsAsLong() throws {
        let table = try table(
            "delta.a.example = off", "delta.a.example:8443 = shared", "delta.a.example/x = private",
            "delta.default = shared")
        func value(_ authority: String, _ target: String) -> Sharing {
            table.value(authority: authority, target: target)
        }
        #expect(value("a.example", "/") == .off && value("a.example:8443", "/") == .shared)
        #expect(value("a.example:8443", "/x/y") == .private && value("b.example", "/x") == .shared)
        #expect(value("a.example.", "/") == .off && value("a.example.:8443", "/") == .shared)
    }

    @Test func whatIsWrongIsNamed() {
        #expect(problems("delta.default = none")[0].contains("use off or private or shared"))
        #expect(problems("delta.a.example/x = on")[0].contains("use off or private or shared"))
        for path in ["x?y", "%61", "a//b", "../a", "a;b", "a/./b"] {
            #expect(problems("delta.a.example/\(path) = off")[0].contains("use a path as it is"), "\(path)")
        }
        #expect(problems("delta.a_/../b = off").count == 1 && problems("delta.a.example:0 = off").count == 1)
        #expect(problems("delta.a.example/X = off", "delta.a.example/x/ = off")[0].contains("line before"))
        #expect(problems("delta.cookies.ignored = a=b")[0].contains("names of cookies"))
        #expect(problems("delta.cookies.ignored = default ab_*", "delta.default = off") == [])
    }
}
