import Foundation
import Testing
import TestSupport

/// `/metrics`, `/healthz` and `/readyz` of both daemons.
struct MetricsTests {
    private static let page = Script.head(
        "HTTP/1.1 200 OK", "Content-Type: text/html", "Content-Length: \(pageText.utf8.count)", body: pageText)
    private static let pageText = String(repeating: "<p>All of it.</p>\n", count: 400)

    /// What `docs/metrics.md` and a daemon say of a metric.
    private struct Described: Hashable {
        var kind = "", help = "", labels: Set<String> = []
    }

    /// The metrics of a daemon, by name; only what the test needs of the form: promtool reads all of it.
    private struct Scrape {
        var described: [String: Described] = [:]
        /// By name and labels, as they are written.
        var values: [String: Double] = [:]

        init(_ port: UInt16) throws {
            let answer = try Client(port).request("GET", "/metrics", ["Host: localhost"])
            try #require(
                answer.status == 200
                    && answer.fields["Content-Type"] == ["text/plain; version=0.0.4; charset=utf-8"])
            let complaints = try Promtool.complaints(about: answer.text)
            #expect(complaints == "")
            for line in answer.text.split(separator: "\n") {
                let words = line.split(separator: " ", maxSplits: 3).map(String.init)
                switch words[0] + words[1] {
                case "#HELP": described[words[2], default: .init()].help = words[3]
                case "#TYPE": described[words[2], default: .init()].kind = words[3]
                default: take(line)
                }
            }
        }

        private mutating func take(_ line: Substring) {
            let space = line.lastIndex(of: " ")!
            values[String(line[..<space])] = Double(line[space...].dropFirst())
            var name = String(line.prefix { $0 != "{" && $0 != " " })
            for suffix in ["_bucket", "_sum", "_count"]
            where described[name] == nil && name.hasSuffix(suffix) { name.removeLast(suffix.count) }
            let labels = line.matches(of: /[{,]([a-z]+)="/).map { String($0.1) }
            described[name]?.labels.formUnion(labels.filter { $0 != "le" })
        }
    }

    /// The tables of `docs/metrics.md`, by name and daemon.
    private static func documented() throws -> [String: [String: Described]] {
        var rows: [String: [String: Described]] = ["sender": [:], "listener": [:]]
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/metrics.md")
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 5 else { continue }
            let labels = cells[3].split(separator: ",").map { $0.trimmingCharacters(in: .init(charactersIn: " `")) }
            let described = Described(kind: cells[1], help: cells[4], labels: Set(labels))
            for end in cells[2] == "both" ? ["sender", "listener"] : [cells[2]] {
                rows[end]?[cells[0].trimmingCharacters(in: .init(charactersIn: "`"))] = described
            }
        }
        return rows
    }

    @Test func theGuideListsWhatBothDaemonsPrint() async throws {
        try #require(Promtool.isInstalled, "scripts/setup --dev installs promtool")
        let (sender, listener) = (try StatisticsPage(), try StatisticsPage())
        let folder = TemporaryFolder()
        let common = ["stats.price = 0.09 USD"]
        let options = Line.Options(
            sender: common + [sender.setting, "store.file = \(folder.path("sender"))"],
            listener: common + [
                listener.setting, "store.file = \(folder.path("listener"))",
                "memcached.servers = 127.0.0.1:\(try freePort())",
            ])
        try await withLine(options) { line, origin in
            origin.answer("test-metrics", with: Self.page)
            for _ in 0..<3 { #expect(try line.get("/test-metrics").text == Self.pageText) }
            let wanted = try Self.documented()
            // The listener may still have to hear that the last answer is on its way.
            let isCounted = try eventually(within: .seconds(10)) { try listener["requests_completed"] == 3 }
            try #require(isCounted)
            let scrapes = ["sender": try Scrape(sender.port), "listener": try Scrape(listener.port)]
            for (end, scrape) in scrapes {
                let printed = scrape.described
                let documented = try #require(wanted[end])
                #expect(Set(printed.keys).subtracting(documented.keys) == [], "not in docs/metrics.md: \(end)")
                #expect(Set(documented.keys).subtracting(printed.keys) == [], "not printed: \(end)")
                for (name, printed) in printed {
                    let documented = documented[name] ?? .init()
                    #expect(printed.kind == documented.kind && printed.help == documented.help, "\(name)")
                    // A metric may have more labels at the other end.
                    #expect(printed.labels.isSubset(of: documented.labels), "\(name)")
                }
                let labels = Dictionary(
                    scrapes.values.flatMap { $0.described.map { ($0.key, $0.value.labels) } }
                ) { $0.union($1) }
                for (name, described) in documented { #expect(labels[name] == described.labels, "\(name)") }
                #expect(scrape.values["railgun_ready"] == 1)
                #expect(scrape.values["railgun_requests_total{outcome=\"completed\"}"] == 3)
                #expect(scrape.values["railgun_request_seconds_count"] == 3)
                #expect(scrape.values["railgun_request_seconds_bucket{le=\"+Inf\"}"] == 3)
                #expect(scrape.values["railgun_responses_total{class=\"2xx\"}"] == 3)
                // Both ends count the same bytes.
                #expect(scrape.values["railgun_answer_bytes_total"] == Double(3 * Self.pageText.utf8.count))
                #expect(scrape.values["railgun_price_per_gigabyte{currency=\"USD\"}"] == 0.09)
                #expect(scrape.values["railgun_store_pages"] == 1)
                #expect(scrape.values["railgun_store_limit_bytes"] == 256_000_000)
            }
            let values = scrapes.flatMap(\.value.values)
            #expect(values.contains { $0.key.hasPrefix("railgun_origin_up{origin=") && $0.value == 1 })
            #expect(values.contains { $0.key.hasPrefix("railgun_listener_up{group=\"default\"") && $0.value == 1 })
        }
    }

    private func page(_ path: String, of statistics: StatisticsPage) throws -> String {
        let answer = try Client(statistics.port).request("GET", path, ["Host: localhost"])
        return "\(answer.status) \(answer.text)"
    }

    @Test func aSenderIsReadyWhileALinkIsOpen() async throws {
        let statistics = try StatisticsPage()
        try await withLine(Line.Options(sender: [statistics.setting])) { line, _ in
            #expect(try page("/readyz", of: statistics) == "200 ready\n")
            line.relay.refuseConnections(true)
            line.relay.cut()
            let isDown = try eventually(within: .seconds(20)) {
                try page("/readyz", of: statistics) == "503 no link to a listener is open\n"
            }
            #expect(isDown)
            #expect(try page("/healthz", of: statistics) == "200 ok\n")
            #expect(try Scrape(statistics.port).values["railgun_ready"] == 0)
            line.relay.refuseConnections(false)
            let isUp = try eventually(within: .seconds(20)) { try page("/readyz", of: statistics) == "200 ready\n" }
            #expect(isUp)
        }
    }

    @Test func aSenderThatMayAskOriginsIsReadyWithoutALink() async throws {
        let statistics = try StatisticsPage()
        let options = Line.Options(sender: [statistics.setting, "origin.default = http://127.0.0.1:9"])
        try await withLine(options) { line, _ in
            line.listener.kill()
            let answer = try page("/readyz", of: statistics)
            #expect(answer == "200 ready\n")
        }
    }

    @Test func whatDrainsIsNotReady() async throws {
        let (sender, listener) = (try StatisticsPage(), try StatisticsPage())
        let options = Line.Options(sender: [sender.setting], listener: [listener.setting])
        try await withLine(options) { line, origin in
            #expect(try page("/readyz", of: listener) == "200 ready\n")
            // Under way until the rest of its body comes.
            let client = try Client(line.http)
            let head = ["POST /test-drains HTTP/1.1", "Host: site.test", "Connection: close", "Content-Length: 4"]
            try client.socket.send(Array("\(head.joined(separator: "\r\n"))\r\n\r\nok".utf8))
            try origin.awaitRequest("test-drains")
            for (daemon, statistics) in [(line.listener, listener), (line.sender, sender)] {
                daemon.askToEnd()
                let drains = try eventually(within: .seconds(20)) {
                    try page("/readyz", of: statistics) == "503 \(daemon.name) is draining\n"
                }
                #expect(try drains && page("/healthz", of: statistics) == "200 ok\n", "\(daemon.name)")
            }
            try client.socket.send(Array("ok".utf8))
            #expect(try client.reader.answer(to: "POST").text == "ok")
            #expect(line.sender.ended() == 0 && line.listener.ended() == 0)
        }
    }
}
