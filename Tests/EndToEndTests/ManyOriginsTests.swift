import Foundation
import TestSupport
import Testing

/// One listener and several origins of a site: real nginx, which end and begin.
@Suite(.enabled(if: Nginx.isInstalled, "needs nginx: apt-get install nginx-light"))
struct ManyOriginsTests {
    /// Servers that answer with their own names, `a`, `b`, `c`; where they are sick, `/health` answers 500.
    private func origins(_ count: Int) throws -> [Nginx] {
        try ["a", "b", "c"].prefix(count).map { name in
            try Nginx(
                """
                keepalive_requests 1000000; default_type text/plain;
                location / { return 200 "\(name)"; }
                location /health { if (-f $FOLDER/sick) { return 500; } return 200 "well"; }
                """)
        }
    }

    private static func options(_ line: String, _ origins: [Nginx], _ settings: [String] = []) -> Line.Options {
        let names = zip(["$a", "$b", "$c"], origins.map { "127.0.0.1:\($0.port)" })
        let named = names.reduce(line) { $0.replacing($1.0, with: $1.1) }
        return Line.Options(listener: settings, natMap: ["site.test = \(named)"])
    }

    /// Who answered each of `count` requests.
    private static func ask(_ count: Int, _ line: Line) throws -> [String: Int] {
        let client = try Client(line.http)
        var counts: [String: Int] = [:]
        for _ in 0..<count {
            let answer = try client.request("GET", "/")
            try #require(answer.status == 200 && answer.cut == nil, "\(answer)")
            counts[answer.text, default: 0] += 1
        }
        return counts
    }

    private static func isLogged(_ text: String, _ line: Line) -> Bool {
        eventually(within: .seconds(20)) { !line.listener.log(lines: 1, about: text).isEmpty }
    }

    @Test func requestsAreSharedByWeightAndABackupGetsNone() async throws {
        let origins = try origins(3)
        let stats = try freePort()
        let options = Self.options(
            "$a weight=3, $b, $c backup", origins, ["stats.listen = 127.0.0.1:\(stats)"])
        try await withLine(origin: origins[0], options) { line in
            #expect(try Self.ask(400, line) == ["a": 300, "b": 100])
            let shown = try Client(stats).request("GET", "/", ["Host: localhost"]).text
            let object = try #require(try JSONSerialization.jsonObject(with: Data(shown.utf8)) as? [String: Any])
            let rows = try #require(object["origins"] as? [[String: Any]])
            #expect(Set(rows.compactMap { $0["requests"] as? Int }) == [300, 100], "\(rows)")
            #expect(rows.allSatisfy { $0["state"] as? String == "up" && $0["site"] as? String == "site.test" })
        }
    }

    @Test func anOriginThatIsKilledUnderLoadCostsNoAnswerAndComesBack() async throws {
        let origins = try origins(2)
        let options = Self.options("$a, $b", origins, ["origin.fail.timeout = 1 s"])
        try await withLine(origin: origins[0], options) { line in
            let load = Load(line, pause: .milliseconds(10))  // other tests need the processor too
            try load.awaitAnswers(200)
            origins[1].kill()
            #expect(Self.isLogged("\(origins[1].port) of site.test is down: ", line))
            try load.awaitAnswers(200)
            try origins[1].start()
            #expect(Self.isLogged("\(origins[1].port) of site.test is up again", line))
            try load.awaitAnswers(50, text: "b")
            #expect(try load.stop().failed == [], "\(line.listener.log(lines: 20, about: "error"))")
        }
    }

    @Test func anOriginWhoseCheckFailsIsLeftOutUntilItPasses() async throws {
        let origins = try origins(2)
        let options = Self.options(
            "$a, $b", origins,
            ["origin.check = /health", "origin.check.interval = 100 ms", "origin.fail.timeout = 100 ms"])
        try await withLine(origin: origins[0], options) { line in
            try origins[0].folder.write("", to: "sick")
            #expect(Self.isLogged("answered /health with 500; it gets requests again once", line))
            #expect(try Self.ask(20, line) == ["b": 20])
            try FileManager.default.removeItem(atPath: origins[0].folder.path("sick"))
            #expect(Self.isLogged("\(origins[0].port) of site.test is up again", line))
            let bothAnswer = try eventually(within: .seconds(20)) { try Self.ask(10, line).count == 2 }
            #expect(bothAnswer)
        }
    }

    @Test func whereAllAreDownAVisitorIsToldAndTheFirstToReturnAnswersAtOnce() async throws {
        let origins = try origins(2)
        let options = Self.options("$a, $b backup", origins, ["origin.fail.timeout = 3600 s"])
        try await withLine(origin: origins[0], options) { line in
            for origin in origins { origin.kill() }
            for _ in 0..<6 { #expect(try line.get("/").status == 502) }
            #expect(Self.isLogged("\(origins[1].port) can't be reached: Connection refused", line))
            try origins[1].start()
            let answer = try line.get("/")
            #expect(answer.status == 200 && answer.text == "b", "\(answer)\n\(line.logs())")
        }
    }

    @Test func aPostThatWasSentIsNotSentAgainAndAGetIs() async throws {
        let other = try ScriptedOrigin()
        let origin = try ScriptedOrigin()
        let options = Line.Options(
            natMap: ["site.test = 127.0.0.1:\(origin.port), 127.0.0.1:\(other.port) backup"])
        for key in ["test-get", "test-post"] { origin.answer(key, with: .steps(.reset)) }
        try await onThread {
            let line = try Line(originPort: origin.port, options)
            #expect(try line.get("/test-post", method: "POST", body: "once").status == 502)
            #expect(other.requests("test-post").isEmpty && origin.requests("test-post").count == 1)
            #expect(try line.get("/test-get").status == 200)
            #expect(other.requests("test-get").count == 1 && origin.requests("test-get").count == 1)
            try line.requireGoodEnd()
        }
    }
}
