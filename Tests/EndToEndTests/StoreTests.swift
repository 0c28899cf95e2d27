import Foundation
import Testing
import TestSupport

/// Pages that outlive a daemon, or belong to several of them.
struct StoreTests {
    private static let filler = (0..<1500).map { "<li>item \($0) costs \($0 * 7919 % 1000) coins</li>\n" }.joined()

    /// Pages of the path `/test-pages/NUMBER` that differ a little from visit to visit.
    private static let changing = Script { request in
        let body = page(request.target, visit: request.fields["X-Visit"].first ?? "")
        return [
            .send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body)
        ]
    }

    private static func page(_ target: String, visit: String) -> String {
        "<p>\(target), visit \(visit)</p>\n" + filler
    }

    /// Visits a page, checks its bytes, and gives how it crossed the link.
    @discardableResult
    private func visit(_ target: String, _ number: Int, _ line: Line, port: UInt16? = nil) throws -> String {
        let answer = try Client(port ?? line.http).request("GET", target, ["X-Visit: \(number)"])
        try #require(answer.text == Self.page(target, visit: "\(number)") && answer.cut == nil, "\(answer)")
        return answer.fields["Railgun"].first ?? ""
    }

    private func isDelta(_ railgun: String) -> Bool { !railgun.contains("normal") && !railgun.contains("stream") }

    @Test func afterKill9OfBothPagesGoOnAsDeltas() async throws {
        let folder = TemporaryFolder()
        var options = Line.Options()
        options.sender = ["store.file = \(folder.path("sender.pages"))"]
        options.listener = ["store.file = \(folder.path("listener.pages"))"]
        let targets = (0..<20).map { "/test-pages/\($0)" }
        try await withLine(options) { line, origin in
            origin.answer("test-pages", with: Self.changing)
            for target in targets { try visit(target, 1, line) }
            for target in targets { #expect(isDelta(try visit(target, 2, line))) }
            // What was stored a moment ago may be lost, and no more.
            for name in ["sender", "listener"] {
                #expect(
                    eventually(within: .seconds(10)) {
                        let files = ["", "-wal"].map { "\(folder.path("\(name).pages"))\($0)" }
                        return files.reduce(0) { $0 + ((try? Data(contentsOf: URL(filePath: $1)).count) ?? 0) }
                            > 1_000_000
                    })
            }
            line.sender.kill()
            line.listener.kill()
            try line.listener.start()
            try line.sender.start()
            let isBack = try eventually(within: .seconds(15)) { try line.get("/test-other").status == 200 }
            try #require(isBack)
            var deltas = 0
            for target in targets { if isDelta(try visit(target, 3, line)) { deltas += 1 } }
            #expect(deltas >= 19, "\(deltas) of 20 pages came as deltas")
        }
    }

    @Test(arguments: [false, true]) func privatePagesOutliveARestartWhereAllowed(isAllowed: Bool) async throws {
        let folder = TemporaryFolder()
        try folder.write((0..<32).map { _ in UInt8.random(in: 0...255) }, to: "key")
        let lines = isAllowed ? ["store.private = 1", "store.key.file = \(folder.path("key"))"] : []
        var options = Line.Options()
        options.sender = ["store.file = \(folder.path("sender.pages"))"] + lines
        options.listener = ["store.file = \(folder.path("listener.pages"))"] + lines
        try await withLine(options) { line, origin in
            let account = Script { request in
                let body = Self.page("/test-account", visit: request.fields["X-Visit"].first ?? "")
                return [
                    .send(
                        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nCache-Control: private\r\n"
                            + "Content-Length: \(body.utf8.count)\r\n\r\n" + body)
                ]
            }
            origin.answer("test-account", with: account)
            func visit(_ number: Int) throws -> Bool {
                let fields = ["X-Visit: \(number)", "Cookie: session=anna"]
                let answer = try Client(line.http).request("GET", "/test-account", fields)
                try #require(answer.text == Self.page("/test-account", visit: "\(number)"), "\(answer)")
                return isDelta(answer.fields["Railgun"].first ?? "")
            }
            let first = try (visit(1), visit(2))
            #expect(first == (false, true))
            #expect(line.sender.stop() == 0 && line.listener.stop() == 0)
            try line.listener.start()
            try line.sender.start()
            let isBack = try eventually(within: .seconds(15)) { try line.get("/test-other").status == 200 }
            try #require(isBack)
            let after = try (visit(3), visit(4))
            #expect(after == (isAllowed, true))
        }
    }

    @Test(.enabled(if: Memcached.isInstalled)) func aBaseThatAnotherListenerKeptIsFoundInMemcached() async throws {
        let memcached = try Memcached()
        var options = Line.Options()
        options.listener = ["memcached.servers = 127.0.0.1:\(memcached.port)", "memcached.timeout = 5 s"]
        let targets = (0..<20).map { "/test-pages/\($0)" }
        try await withLine(options) { line, origin in
            origin.answer("test-pages", with: Self.changing)
            for target in targets { try visit(target, 1, line) }
            let isWritten = try eventually(within: .seconds(10)) { try memcached.keys().count == 20 }
            try #require(isWritten)
            // For the sender, this is another listener.
            line.listener.kill()
            try line.listener.start()
            let isBack = try eventually(within: .seconds(15)) { try line.get("/test-other").status == 200 }
            try #require(isBack)
            var deltas = 0
            for target in targets { if isDelta(try visit(target, 2, line)) { deltas += 1 } }
            #expect(deltas == 20, "\(deltas) of 20 pages came as deltas")
        }
    }

    @Test(.enabled(if: Memcached.isInstalled), arguments: [false, true])
    func twoListenersThatShareMemcachedAreAsGoodAsOne(isShared: Bool) async throws {
        let memcached = try Memcached()
        var options = Line.Options()
        let store = isShared ? ["memcached.servers = 127.0.0.1:\(memcached.port)", "memcached.timeout = 5 s"] : []
        options.listener = store
        try await withLine(options) { line, origin in
            origin.answer("test-pages", with: Self.changing)
            let other = try line.startListener("other", store)
            let sender = try line.startSender(
                "both", to: "127.0.0.1:\(line.wan) 127.0.0.1:\(other.port)", ["listeners.policy = round-robin"])
            var deltas = 0
            for number in 1...20 {
                if isDelta(try visit("/test-pages/1", number, line, port: sender.port)) { deltas += 1 }
                guard isShared, number == 1 else { continue }
                let isWritten = try eventually(within: .seconds(10)) { try memcached.keys().count == 1 }
                try #require(isWritten)
            }
            // Alone, each of the two has to see the page whole once.
            #expect(deltas == (isShared ? 19 : 18), "\(deltas) of 20 visits were deltas")
            try sender.daemon.requireGoodEnd()
            try other.daemon.requireGoodEnd()
        }
    }

    @Test(.enabled(if: Memcached.isInstalled), arguments: ["killed", "frozen", "poisoned"])
    func aMemcachedThatFailsCostsNoAnswer(how: String) async throws {
        let memcached = try Memcached()
        var options = Line.Options()
        options.listener = ["memcached.servers = 127.0.0.1:\(memcached.port)", "memcached.timeout = 200 ms"]
        try await withLine(options) { line, origin in
            origin.answer("test-pages", with: Self.changing)
            let targets = (0..<10).map { "/test-pages/\($0)" }
            for target in targets { try visit(target, 1, line) }
            let isWritten = try eventually(within: .seconds(10)) { try memcached.keys().count == 10 }
            try #require(isWritten)
            line.listener.kill()
            switch how {
            case "killed": memcached.kill()
            case "frozen": memcached.freeze()
            default: for key in try memcached.keys() { try memcached.poison(key, with: "poison") }
            }
            try line.listener.start()
            let isBack = try eventually(within: .seconds(15)) { try line.get("/test-other").status == 200 }
            try #require(isBack)
            for visitNumber in 2...4 { for target in targets { try visit(target, visitNumber, line) } }
            memcached.thaw()
        }
    }
}
