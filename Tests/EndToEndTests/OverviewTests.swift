import Foundation
import Testing
import TestSupport

/// What the dashboard shows is what happened on the line.
struct OverviewTests {
    /// A page that changes with each visit.
    private static func page(_ type: String, _ more: String = "") -> Script {
        Script { request in
            let body =
                "<p>\(request.target), visit \(request.fields["X-Visit"].first ?? "")</p>\n"
                + (0..<400).map { "<li>item \($0) costs \($0 * 7919 % 1000) coins</li>\n" }.joined()
            return [
                .send(
                    "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\(more)\r\n"
                        + body)
            ]
        }
    }

    @Test func bothEndsTellWhatTheirLogsSay() async throws {
        let pages = [try StatisticsPage(), try StatisticsPage()]
        var options = Line.Options()
        options.sender = [pages[0].setting, "log.format = json", "compress.clients = 1"]
        options.listener = [
            pages[1].setting, "log.format = json", "delta.off.test = off",
        ]
        try await withLine(options) { line, origin in
            origin.answer("test-news", with: Self.page("text/html"))
            origin.answer("test-image", with: Self.page("image/png"))
            origin.answer("test-fault", with: Script { _ in [.send("HTTP/1.1 ")] + [.reset] })
            _ = try pages.map(Self.overview)  // from now on, somebody watches
            for visit in 0..<6 {
                let gzip = visit.isMultiple(of: 2) ? ["Accept-Encoding: gzip"] : []
                _ = try line.get("/news/test-news?key=1", ["Host: a.test", "X-Visit: \(visit)"] + gzip)
                _ = try line.get("/account/test-news", ["Host: a.test", "Cookie: user=7", "X-Visit: \(visit)"])
                _ = try line.get("/news/test-news", ["Host: off.test", "X-Visit: \(visit)"])
                _ = try line.get("/pictures/test-image", ["Host: a.test", "X-Visit: \(visit)"])
            }
            #expect(try line.get("/test-fault?key=1", ["Host: a.test"]).status == 502)
            for (daemon, page) in zip([line.sender, line.listener], pages) {
                try Self.check(page, daemon)
            }
        }
    }

    private static func check(_ page: StatisticsPage, _ daemon: Daemon) throws {
        let isSender = daemon.name == "rg-sender"
        var logged: [LoggedLine] = []
        let isLogged = eventually(within: .seconds(20)) {
            logged = daemon.log(lines: .max, about: "\"link_bytes\"").split(separator: "\n").compactMap {
                try? JSONDecoder.snake.decode(LoggedLine.self, from: Data($0.utf8))
            }
            return logged.count == 25
        }
        try #require(isLogged, "\(daemon.name): \(logged.count)")
        let overview = try overview(page)
        #expect(overview.total.requests == 25)
        #expect(overview.total.linkBytes == logged.reduce(0) { $0 + $1.linkBytes })
        // The lines that say what the client got as it is, for the client may get it compressed.
        let plain = logged.filter { $0.target == "/account/test-news" || $0.target == "/pictures/test-image" }
        #expect(plain.count == 12)
        let all = try #require(overview.sites.first { $0.site == "a.test" })
        for path in ["/account/", "/pictures/"] {
            let row = try #require(all.paths.first { $0.path == path })
            let lines = plain.filter { $0.target.hasPrefix(path) }
            #expect(row.savings.pageBytes == lines.reduce(0) { $0 + $1.sentBytes }, "\(path)")
            #expect(row.savings.linkBytes == lines.reduce(0) { $0 + $1.linkBytes }, "\(path)")
            #expect(row.savings.requests == 6 && row.medianMilliseconds != nil)
        }
        let news = try #require(all.paths.first { $0.path == "/news/" }).savings
        #expect(news.pageBytes > 6 * 10_000 && news.linkBytes < news.pageBytes / 3)
        #expect(news.gzipBytes > news.pageBytes / 50 && news.gzipBytes < news.pageBytes / 2, "\(news)")
        let pictures = try #require(all.paths.first { $0.path == "/pictures/" }).savings
        #expect(pictures.gzipBytes == pictures.pageBytes)
        let (total, hour) = (overview.total, overview.lastHour)
        #expect(hour.requests == 25 && hour.pageBytes == total.pageBytes && hour.linkBytes == total.linkBytes)

        // What is one visitor's, or off, has no source.
        for page in overview.pages {
            let isShown = page.hasSource
            #expect(!isShown || (page.path == "/news/test-news?..." && page.site == "a.test"), "\(page)")
        }
        #expect(overview.pages.count { $0.hasSource } == 6, "\(daemon.name)")
        #expect(overview.pages.contains { $0.crossing == "delta" && $0.linkBytes < $0.pageBytes / 10 })
        let failure = try #require(overview.failures.first { $0.status == 502 })
        #expect(failure.site == "a.test" && failure.path == "/test-fault?..." && failure.count == 1)
        #expect(failure.explanation.contains("Check that the origin server runs") && !failure.what.isEmpty)
        #expect(overview.links.contains { $0.isWell && $0.state == "open" && $0.bytesReceived > 0 })
        // It is looked at once in five seconds, and a step has five.
        let isSeen = try eventually(within: .seconds(30)) {
            let overview = try Self.overview(page)
            let steps = overview.steps.reduce(0) { $0 + $1.savings.requests }
            return overview.store.pages >= 2 && steps == 25
        }
        let store = try Self.overview(page).store
        #expect(isSeen && store.sizes.reduce(0) { $0 + $1.pages } == store.pages && store.limitBytes > store.bytes)
        let names = overview.latencies.filter { $0.count > 0 }.map(\.name)
        #expect(names.contains("request") && names.contains("origin") && names.contains(isSender ? "decode" : "encode"))
    }

    private static func overview(_ page: StatisticsPage) throws -> Overview {
        let answer = try Client(page.port).request("GET", "/overview", ["Host: localhost"])
        #expect(!answer.text.contains("key=1") && !answer.text.contains("user=7"))
        return try JSONDecoder.snake.decode(Overview.self, from: Data(answer.body))
    }
}

extension JSONDecoder {
    fileprivate static var snake: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}

/// A line of the access log.
private struct LoggedLine: Decodable {
    let target: String
    let sentBytes, linkBytes: Int
}

/// The document, as far as the test reads it.
private struct Overview: Decodable {
    struct Savings: Decodable { let requests, pageBytes, gzipBytes, linkBytes: Int }
    struct Site: Decodable {
        let site: String
        let paths: [Path]
    }
    struct Path: Decodable {
        let path: String
        let savings: Savings
        let medianMilliseconds: Double?
    }
    struct Latency: Decodable {
        let name: String
        let count: Int
    }
    struct Link: Decodable {
        let state: String
        let isWell: Bool
        let bytesReceived: Int
    }
    struct Step: Decodable { let savings: Savings }
    struct Share: Decodable { let pages: Int }
    struct Store: Decodable {
        let pages, bytes, limitBytes: Int
        let sizes: [Share]
    }
    struct Failure: Decodable {
        let count, status: Int
        let site, path, what, explanation: String
    }
    struct Page: Decodable {
        let site, path, crossing: String
        let pageBytes, linkBytes: Int
        let hasSource: Bool
    }
    let total, lastHour: Savings
    let steps: [Step]
    let sites: [Site]
    let latencies: [Latency]
    let links: [Link]
    let store: Store
    let failures: [Failure]
    let pages: [Page]
}
