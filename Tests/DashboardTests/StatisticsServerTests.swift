import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import Dashboard
@testable import Operations

struct StatisticsServerTests {
    @Test func theServerAnswersWhatItIsAskedFor() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let statistics = Statistics(role: "rg-test", version: "1.2", group: group)
        statistics.add(.init("store") { ["pages": 7] })
        let loop = group.next()
        try await loop.submit {
            let counters = statistics.onLoop(loop)
            counters.counters.deltaPageBytes = 100_000
            counters.counters.deltaBytes = 290
        }.get()
        let server = try await Server(
            pages: statistics.pages.merging([
                "/store": { (200, "text/plain", [UInt8]("all of it".utf8)) },
                "/readyz": { (503, "text/plain", [UInt8]("not yet".utf8)) },
            ]) { own, _ in own })
        let json = try await server.ask("/")
        #expect(json.status == 200 && json.head.lowercased().contains("content-type: application/json"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.body.utf8)) as? [String: Any])
        #expect(object["role"] as? String == "rg-test" && object["version"] as? String == "1.2")
        #expect(object["delta_compression_ratio"] as? Int == 29)
        #expect((object["store"] as? [String: Int]) == ["pages": 7])
        #expect((object["memory_resident_bytes"] as? Int ?? 0) > 1_000_000)
        let times = try #require(object["latencies"] as? [String: [String: Double]])
        #expect(times["request"]?["p99_ms"] == 0.0)
        #expect(try await server.ask("/metrics?x").body.contains("railgun_delta_bytes_total 290\n"))
        #expect(try await server.ask("/store").body == "all of it")
        let ready = try await server.ask("/readyz")
        #expect(ready.status == 503 && ready.body == "not yet")
        let head = try await server.ask("/store", method: "HEAD")
        #expect(head.body == "" && head.head.lowercased().contains("content-length: 9"))
        let nothing = try await server.ask("/nothing")
        #expect(nothing.status == 404 && nothing.body == "There are: / /dashboard /metrics /readyz /store\n")
        let refused = try await server.ask("/", method: "POST")
        #expect(refused.status == 405 && refused.head.lowercased().contains("allow: get, head"))
        try await server.stop()
    }

    @Test func aBrowserIsSentToTheDashboardAndACollectorGetsJSON() async throws {
        let server = try await Server(pages: [
            "/": { (200, "application/json", [0x7B, 0x7D]) }
        ])
        let browser = try await server.ask("/", fields: ["Accept: text/html,application/xhtml+xml,*/*;q=0.8"])
        #expect(browser.status == 303 && browser.head.lowercased().contains("location: /dashboard"))
        for accept in ["*/*", "application/json", "application/json, text/html"] {
            #expect(try await server.ask("/", fields: ["Accept: \(accept)"]).body == "{}", "\(accept)")
        }
        try await server.stop()
    }

    @Test func namesThatOthersCouldOwnGetNothing() async throws {
        let server = try await Server(names: ["stats.example.org"])
        for host in ["127.0.0.1", "127.0.0.1:24089", "[::1]:24089", "localhost", "x.localhost:1", "STATS.example.org."]
        {
            #expect(try await server.ask("/dashboard", host: host).status == 200, "\(host)")
        }
        for host in [
            "evil.example.com", "evil.example.com:24089", "127.0.0.1.evil.example", "localhost.evil.example", "a b",
            "\u{fffd}",
        ] {
            let answer = try await server.ask("/dashboard", host: host)
            #expect(answer.status == 403 || answer.status == 400, "\(host)")
            #expect(!answer.body.contains("rg-sender"), "\(host)")
        }
        let answer = try await server.ask("/dashboard", host: "evil.example.com")
        #expect(
            answer.body
                == "This port answers to its address, to localhost and to the names of the setting stats.names only.\n")
        try await server.stop()
    }

    @Test func pagesOfOtherSitesCantLoadAnythingButMayLinkHere() async throws {
        let server = try await Server()
        let image = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"]
        #expect(try await server.ask("/dashboard/events", fields: image).status == 403)
        #expect(
            try await server.ask("/dashboard", fields: ["Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: cors"]).status
                == 403)
        #expect(
            try await server.ask("/dashboard", fields: ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"])
                .status == 200)
        #expect(try await server.ask("/dashboard", fields: ["Sec-Fetch-Site: same-origin"]).status == 200)
        try await server.stop()
    }

    @Test(arguments: ["/dashboard", "/dashboard/pages/1", "/dashboard/pages/99", "/nothing", "/dashboard/style.css"])
    func everyAnswerTellsBrowsersWhatTheyMayDo(path: String) async throws {
        let server = try await Server()
        let head = try await server.ask(path).head.lowercased()
        for field in [
            "x-content-type-options: nosniff", "referrer-policy: no-referrer", "frame-ancestors 'none'",
            "default-src 'none'", "cross-origin-resource-policy: same-origin",
        ] { #expect(head.contains(field), "\(path)") }
        #expect(!head.contains("access-control-allow") && !head.contains("unsafe-inline"))
        try await server.stop()
    }

    @Test func aConnectionAnswersMoreThanOneRequest() async throws {
        let server = try await Server()
        let request = "GET /dashboard/icon.svg HTTP/1.1\r\nHost: localhost\r\n\r\n"
        let text = try await server.exchange(request + request) { $0.components(separatedBy: "</svg>").count == 3 }
        #expect(text.components(separatedBy: "HTTP/1.1 200").count == 3)
        try await server.stop()
    }

    @Test func aSocketOfSomebodyElseIsListenedOn() async throws {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
        let sockets = ListeningSockets([descriptor])
        let server = try await Server(sockets: sockets)
        #expect(try await server.ask("/dashboard").status == 200)
        #expect(sockets.closeUnused().isEmpty)
        try await server.stop()
    }

    @Test func whoeverWatchesGetsEverythingFirstAndThenWhatChanged() async throws {
        let ticks = Ticks()
        let server = try await Server(overview: { Sample.overview(tick: await ticks.next()) })
        let text = try await server.exchange("GET /dashboard/events HTTP/1.1\r\nHost: localhost\r\n\r\n") {
            $0.components(separatedBy: "data: ").count > 3
        }
        #expect(text.lowercased().contains("content-type: text/event-stream"))
        let events = text.components(separatedBy: "data: ").dropFirst().map { $0.prefix { $0 != "\n" } }
        let parts = try events.prefix(2).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String])
        }
        #expect(parts[0].keys.sorted() == OverviewPage(Sample.overview()).fragments.map(\.id).sorted())
        #expect(parts[1]["savings"]?.contains("answers") == true && parts[1]["sites"] == nil)
        try await server.stop()
    }

    @Test func thereIsRoomForSixteenWatchersAndForOthersWhenTheyLeave() async throws {
        let server = try await Server()
        let request = "GET /dashboard/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
        var watchers: [any Channel] = []
        for _ in 0..<16 {
            let (channel, received) = try await server.connect(request) { $0.contains("data: ") }
            #expect(try await received.get().contains("data: "))
            watchers.append(channel)
        }
        let refused = try await server.ask("/dashboard/events")
        #expect(refused.status == 503 && refused.body == "16 others watch already.\n")
        try await watchers[0].close()
        try await eventually {
            try await server.exchange(request) { $0.contains("data: ") || $0.contains("503") }.contains("data: ")
        }
        for watcher in watchers.dropFirst() { try? await watcher.close() }
        try await server.stop()
    }

    @Test func whoDoesNotReadIsDropped() async throws {
        let ticks = Ticks()
        // Some MB an event: what the kernel keeps for a reader is soon full.
        let server = try await Server(interval: .milliseconds(5)) {
            var overview = Sample.overview(tick: await ticks.next())
            overview.role = "rg-sender"
            overview.version = String(repeating: "\(overview.uptimeSeconds)", count: 400_000)
            return overview
        }
        let (channel, _) = try await server.connect("GET /dashboard/events HTTP/1.1\r\nHost: localhost\r\n\r\n") { _ in
            false
        }
        try await channel.setOption(.autoRead, value: false).get()
        try await eventually { server.watcherCount == 1 }
        try await eventually { server.watcherCount == 0 }
        channel.close(promise: nil)
        try await server.stop()
    }

    @Test func aDrainEndsTheEventsAtOnceAndOtherConnectionsWithTheirNextAnswer() async throws {
        let server = try await Server()
        let (_, events) = try await server.connect("GET /dashboard/events HTTP/1.1\r\nHost: localhost\r\n\r\n") { _ in
            false
        }
        let request = "GET /dashboard/icon.svg HTTP/1.1\r\nHost: localhost\r\n\r\n"
        let (kept, all) = try await server.connect(request) { _ in false }
        try await eventually { server.watcherCount == 1 }
        // Accepted before the drain: an answer came.
        try await eventually { try await server.ask("/dashboard/icon.svg").status == 200 }
        await server.server.drain()
        #expect(try await events.get().hasSuffix("0\r\n\r\n"))
        try await kept.writeAndFlush(ByteBuffer(string: request))
        let text = try await all.get()
        #expect(text.components(separatedBy: "</svg>").count == 3 && text.lowercased().contains("connection: close"))
        #expect(try await server.ask("/dashboard").status == 200)
        try await server.stop()
    }
}

extension Server {
    var watcherCount: Int { server.routes.watchers.count }
}

/// Waits until something holds.
func eventually(_ holds: () async throws -> Bool) async throws {
    for _ in 0..<1_000 {
        if try await holds() { return }
        try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("this did not come about in 20 s")
}

/// Counts how often somebody looked.
actor Ticks {
    private var count = 0

    func next() -> Int {
        count += 1
        return count
    }
}
