import EmbeddedLine
import NIOCore
import Testing

@testable import Operations
@testable import Origin

/// Origins are asked now and then whether they are well.
struct Checks {
    private func checked(_ map: String, interval: Duration = .seconds(5)) throws -> (ManyOrigins, OriginChecks) {
        let many = try ManyOrigins(map)
        many.settings.health.check = .init(target: "/health?deep=1", interval: interval, timeout: .seconds(2))
        many.update()
        let checks = OriginChecks(health: many.health, owner: many.pool.pool)
        checks.update(many.map, many.settings, tls: nil)
        return (many, checks)
    }

    /// Lets time pass, and answers each check of a host.
    private func run(
        _ many: ManyOrigins, seconds: Int, answering: (EmbeddedOrigins.Connection) -> String?
    ) {
        for _ in 0..<seconds * 10 {
            let before = many.connections.count
            many.pool.advance(.milliseconds(100))
            for connection in many.connections[before...] {
                if let text = answering(connection) { connection.send(text) }
            }
        }
    }

    private static func answer(_ status: String) -> String { "HTTP/1.1 \(status) X\r\nContent-Length: 2\r\n\r\nok" }

    @Test func eachOriginIsAskedInEachIntervalForTheSiteThatNamesItFirst() throws {
        let (many, checks) = try checked("b.test = o1, o2\na.test:81 = o1\ndefault = o3:8080")
        var heads: Set<String> = []
        run(many, seconds: 50) { connection in
            heads.insert(connection.received().split(separator: "User-Agent")[0].description)
            return Self.answer("204")
        }
        #expect(
            heads == [
                "GET /health?deep=1 HTTP/1.1\r\nHost: a.test:81\r\n", "GET /health?deep=1 HTTP/1.1\r\nHost: b.test\r\n",
                "GET /health?deep=1 HTTP/1.1\r\nHost: o3:8080\r\n",
            ])
        for address in ["o1:81", "o1:80", "o2:80", "o3:8080"] {
            let count = many.connections.filter { $0.address.description == "http://\(address)" }.count
            #expect(8...12 ~= count, "\(address): \(count)")
        }
        #expect(many.connections.allSatisfy { !$0.channel.isActive } && many.log.lines == [])
        #expect(many.health.summaries(now: many.now).map(\.state) == [.up, .up, .up, .up])
        #expect(many.pool.pool.counts == OriginCounts())
        checks.stop()
        let before = many.connections.count
        run(many, seconds: 10) { _ in nil }
        #expect(many.connections.count == before)
    }

    @Test(arguments: [
        (answer("503"), "http://o1:80 answered /health?deep=1 with 503"), (answer("404"), "with 404"),
        ("garbage\r\n\r\n", "http://o1:80: "), (nil, "http://o1:80 did not answer /health?deep=1 within 2 s"),
    ])
    func anOriginThatFailsItsChecksIsDownUntilTheyPass(text: String?, words: String) throws {
        let (many, checks) = try checked("a.test = o1, o2")
        run(many, seconds: 25) { $0.address.host == "o1" ? text : Self.answer("301") }
        #expect(many.state("o1") == .down && many.state("o2") == .up && many.pool.pool.counts.downs == 1)
        #expect(many.log.lines.count == 1 && many.log.lines[0].contains(words))
        #expect(many.log.lines[0].hasSuffix("it gets requests again once 2 checks in a row have passed"))
        let before = many.connections.count
        for _ in 0..<3 { _ = many.send() }
        #expect(many.hosts[before...] == ["o2", "o2", "o2"])
        run(many, seconds: 16) { _ in Self.answer("200") }  // one may be under way, and two have to pass
        #expect(many.log.lines.count == 2 && many.log.lines[1].hasSuffix("origin http://o1:80 of a.test is up again"))
        checks.stop()
    }

    @Test func checksThatAreSwitchedOffLeaveItToRequests() throws {
        let (many, checks) = try checked("a.test = o1, o2")
        run(many, seconds: 25) { $0.address.host == "o1" ? Self.answer("500") : Self.answer("200") }
        many.settings.health.check = nil
        many.update()
        checks.update(many.map, many.settings, tls: nil)
        let before = many.connections.count
        run(many, seconds: 10) { _ in nil }
        #expect(many.connections.count == before)
        _ = many.send()
        #expect(many.hosts.last == "o1")
    }

    @Test(arguments: [
        ("a.test = o1", nil, "http://o1:80"), ("a.test:443 = o1", nil, "https://o1:443"),
        ("a.test:443 = o1:8443", nil, "https://o1:8443"), ("a.test = o1:443", nil, "https://o1:443"),
        ("a.test = o1", true, "https://o1:443"), ("a.test = o1:443", false, "http://o1:443"),
        ("a.test = o1:8443", true, "https://o1:8443"),
    ])
    func checksGoByHTTPSWhereThatIsMeant(map: String, isTLS: Bool?, address: String) throws {
        let map = try NATMap(Settings(map, file: "f"))
        let check = OriginHealthSettings.Check(target: "/", isTLS: isTLS, interval: .seconds(1), timeout: .seconds(1))
        let target = try #require(OriginCheckTarget.all(map, check, isInsecure: false).first)
        #expect(target.key.description == address && (target.tlsName == nil || target.tlsName == "a.test"))
        #expect(OriginCheckTarget.all(map, check, isInsecure: true)[0].key.isTLS == false)
    }
}
