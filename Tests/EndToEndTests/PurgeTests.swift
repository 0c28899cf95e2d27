import Foundation
import NIOConcurrencyHelpers
import Testing
import TestSupport

/// Stores that are emptied while the line works.
struct PurgeTests {
    private static func page(_ request: OriginRequest) -> String {
        // With the host: the same bytes at another address would be a base for both.
        "<p>\(request.target), visit \(request.fields["X-Visit"].first ?? "")</p>\(request.fields["Host"])\n"
            + (0..<300).map { "<li>item \($0) costs \($0 * 7919 % 1000) coins</li>\n" }.joined()
    }

    private static let changing = Script { request in
        let body = page(request)
        return [
            .send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body)
        ]
    }

    /// Whether a page came as a delta.
    private static func isDelta(_ target: String, _ line: Line, host: String = "site.test", visit: Int) throws -> Bool {
        let answer = try line.get(target, ["Host: \(host)", "X-Visit: \(visit)"])
        try #require(
            answer.status == 200 && answer.cut == nil && answer.text.hasPrefix("<p>\(target), visit \(visit)<"))
        let railgun = answer.fields["Railgun"].first ?? ""
        return !railgun.contains("normal") && !railgun.contains("stream")
    }

    private static func options(_ folder: TemporaryFolder) -> Line.Options {
        var options = Line.Options()
        options.sender = ["control.socket = sender.socket", "store.file = \(folder.path("sender.pages"))"]
        options.listener = ["control.socket = listener.socket", "store.file = \(folder.path("listener.pages"))"]
        return options
    }

    @Test(arguments: [("railgun.conf", "listener"), ("rg-sender.conf", "sender")])
    func aDaemonForgetsWhatItIsTold(file: String, end: String) async throws {
        let folder = TemporaryFolder()
        try await withLine(Self.options(folder)) { line, origin in
            origin.answer("test-a", with: Self.changing)
            origin.answer("test-b", with: Self.changing)
            func purge(_ more: String...) throws -> Command {
                try Command("rg-diag", ["purge", "--config", line.folder.path(file)] + more)
            }
            let pages = [("/test-a", "site.test"), ("/test-b?x=1", "site.test"), ("/test-a", "other.test")]
            var visit = 0
            func deltas() throws -> [Bool] {
                visit += 1
                return try pages.map { try Self.isDelta($0.0, line, host: $0.1, visit: visit) }
            }
            #expect(try deltas() == [false, false, false] && deltas() == [true, true, true])
            let one = try purge("--page", "http://site.test/test-a")
            #expect(one.exitCode == 0 && one.output.contains("memory: 1 addresses, 1 versions"), "\(one)")
            #expect(try deltas() == [false, true, true] && deltas() == [true, true, true])
            #expect(try purge("--page", "http://site.test/test-*").exitCode == 0)
            #expect(try deltas() == [false, false, true] && deltas() == [true, true, true])
            #expect(try purge("--site", "OTHER.test").exitCode == 0)
            #expect(try deltas() == [true, true, false] && deltas() == [true, true, true])
            let all = try purge()
            #expect(
                all.output.contains("memory: 3 addresses") && all.output.contains("store.file: 3 addresses"), "\(all)")
            #expect(try deltas() == [false, false, false] && deltas() == [true, true, true])
            let socket = line.folder.path("\(end).socket")
            let mode = try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try purge("--page", "site.test").exitCode != 0 && purge("--site", "a b").exitCode != 0)
            // What a stranger says on it.
            for text in ["purge everything\n", "GET / HTTP/1.1\r\n", "\n"] {
                let answer = try Command("/usr/bin/env", ["python3", "-c", Self.says, socket, text])
                #expect(answer.output == "error\nuse purge all, purge site HOST or purge page URL\n", "\(answer)")
            }
            #expect(try deltas() == [true, true, true])
        }
    }

    private static let says = """
        import socket, sys
        s = socket.socket(socket.AF_UNIX)
        s.connect(sys.argv[1])
        s.sendall(sys.argv[2].encode())
        print(s.makefile().read(), end="")
        """

    @Test func requestsUnderWayAreNotHarmed() async throws {
        let folder = TemporaryFolder()
        try await withLine(Self.options(folder)) { line, origin in
            origin.answer("test-a", with: Self.changing)
            let failures = NIOLockedValueBox<[String]>([])
            let clients = DispatchGroup()
            for number in 0..<3 {
                clients.enter()
                Thread.detachNewThread {
                    defer { clients.leave() }
                    do {
                        for visit in 0..<60 {
                            _ = try Self.isDelta("/test-a/\(visit % 5)", line, visit: number * 100 + visit)
                        }
                    } catch {
                        failures.withLockedValue { $0.append("\(error)") }
                    }
                }
            }
            for _ in 0..<10 {
                for file in ["railgun.conf", "rg-sender.conf"] {
                    let purged = try Command("rg-diag", ["purge", "--config", line.folder.path(file)])
                    #expect(purged.exitCode == 0, "\(purged)")
                }
            }
            clients.wait()
            #expect(failures.withLockedValue { $0 } == [])
        }
    }

    @Test func whatIsTurnedOffIsForgottenWithTheReload() async throws {
        let statistics = try StatisticsPage()
        let folder = TemporaryFolder()
        var options = Self.options(folder)
        options.listener.append(statistics.setting)
        try await withLine(options) { line, origin in
            origin.answer("test-a", with: Self.changing)
            for target in ["/test-a/x", "/test-a/account", "/test-a/account/1"] {
                _ = try Self.isDelta(target, line, visit: 1)
            }
            func kept() throws -> String {
                try Client(statistics.port).request("GET", "/store", ["Host: localhost"]).text
            }
            #expect(try kept().contains("account"))
            let file = URL(fileURLWithPath: line.folder.path("railgun.conf"))
            let text = try String(contentsOf: file, encoding: .utf8) + "delta.site.test/test-a/account = off\n"
            try Data(text.utf8).write(to: file)
            line.listener.send(SIGHUP)
            let isReloaded = eventually(within: .seconds(20)) {
                line.listener.log(lines: 9, about: "the configuration was reloaded") != ""
            }
            #expect(isReloaded)
            #expect(try !kept().contains("account") && kept().contains("/test-a/x"))
            #expect(try Self.isDelta("/test-a/x", line, visit: 2))
            for visit in 2..<4 { #expect(try !Self.isDelta("/test-a/account", line, visit: visit)) }
            #expect(try !kept().contains("account"))
        }
    }

    @Test func withoutASocketItIsSaidWhatToDo() async throws {
        try await withLine { line, _ in
            let refused = try Command("rg-diag", ["purge", "--config", line.folder.path("railgun.conf")])
            #expect(refused.exitCode != 0 && refused.errors.contains("add control.socket = "), "\(refused)")
            let nobody = try Command("rg-diag", ["purge", "--socket", line.folder.path("none.socket")])
            #expect(nobody.exitCode != 0 && nobody.errors.contains("No such file"), "\(nobody)")
        }
    }

    @Test(.enabled(if: Memcached.isInstalled)) func whatMemoryKnowsLeavesMemcachedToo() async throws {
        let memcached = try Memcached()
        let folder = TemporaryFolder()
        var options = Self.options(folder)
        options.listener.append("memcached.servers = 127.0.0.1:\(memcached.port)")
        try await withLine(options) { line, origin in
            origin.answer("test-a", with: Self.changing)
            for number in 0..<5 { _ = try Self.isDelta("/test-a/\(number)", line, visit: 1) }
            try #require(try eventually(within: .seconds(10)) { try memcached.keys().count == 5 })
            let purged = try Command(
                "rg-diag",
                ["purge", "--config", line.folder.path("railgun.conf"), "--page", "http://site.test/test-a/1*"])
            #expect(purged.output.contains("memcached: what memory knew"), "\(purged)")
            #expect(try memcached.keys().count == 4)
        }
    }
}
