import Testing

@testable import Operations

struct HostTableTests {
    private func map(_ text: String) throws -> NATMap { try NATMap(Settings(text, file: "nat.conf")) }

    @Test(arguments: [
        ("example.com", 80, "10.0.0.5:80", true, false), ("example.com", 2083, "127.0.0.1:2083", true, false),
        ("EXAMPLE.com", 443, "10.0.0.5:443", true, false), ("other.org", 8080, "127.0.0.1:8080", true, true),
        ("2001:db8::1", 443, "[::1]:8443", true, false),
    ])
    func theMostSpecificLineWins(host: String, port: Int, address: String, mapped: Bool, byDefault: Bool) throws {
        let found = try map(
            """
            default = 127.0.0.1
            Example.com = 10.0.0.5
            example.com.:2083 = 127.0.0.1:2083
            [2001:db8::1]:443 = [::1]:8443
            """
        ).target(host: host, port: port)
        let only = try #require(found.origins.first)
        #expect(found.origins.count == 1)
        #expect(HostAndPort(host: only.host, port: only.port ?? found.port).description == address)
        #expect(found.isMapped == mapped && found.isDefault == byDefault)
    }

    @Test func withoutALineAHostIsWhereItSays() throws {
        for map in [try map("a = b"), NATMap()] {
            let found = map.target(host: "example.com", port: 81)
            #expect(
                found == .init(origins: [.init(host: "example.com")], port: 81, line: nil, isDefault: false))
        }
    }

    @Test func whatIsNoHostIsRefused() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try map("a = 10.0.0.256\nb:0 = c\nc:99999 = d\nA. = e\na = f:0\nx_y = z\n*.d = e\nA = g\nh =")
        }
        let use =
            "use HOST or HOST:PORT, such as 10.0.0.5 or 127.0.0.1:8080; or up to 64 different ones with commas "
            + "between them, each with weight=1 … weight=1000 or backup behind it if need be, but not all of them backups"
        #expect(
            error?.problems.map(\.description) == [
                "nat.conf:1: a = 10.0.0.256: \(use)", "nat.conf:2: b:0 = c: use HOST, HOST:PORT or default as key",
                "nat.conf:3: c:99999 = d: use HOST, HOST:PORT or default as key",
                "nat.conf:5: a = f:0: is given twice; the first is in line 1",
                "nat.conf:7: *.d = e: use HOST, HOST:PORT or default as key",
                "nat.conf:8: A = g: this host has a line before", "nat.conf:9: h =: \(use)",
            ])
    }

    @Test func aLineMayNameSeveralOrigins() throws {
        let target = try map("a = b:81 weight=3,[::1]:82 , 10.0.0.7 backup weight=1000").target(host: "a", port: 90)
        #expect(
            target.origins == [
                .init(host: "b", port: 81, weight: 3), .init(host: "::1", port: 82),
                .init(host: "10.0.0.7", weight: 1000, isBackup: true),
            ])
        #expect(try map("default = backup").target(host: "a", port: 1).origins == [.init(host: "backup")])
    }

    @Test(arguments: [
        "b c", "b,", ",b", "b,,c", "b weight=0", "b weight=1001", "b weight=", "b weight=1 weight=1", "b backup backup",
        "b backup", "b backup, c backup", "b, c, b", "b:0, c", "b Backup, c", "weight=3, c",
        (1...65).map { "10.0.0.\($0)" }.joined(separator: ", "),
    ])
    func whatIsNoListOfOriginsIsRefused(list: String) throws {
        #expect(throws: ConfigurationError.self) { try map("a = \(list)") }
    }

    @Test func theLinesOfAMapAreNamed() throws {
        let lines = try map("default = d\nb.org:81 = e\nb.org = f\na.org = g").lines
        #expect(lines.map { "\($0.host ?? "-"):\($0.port ?? 0)" } == ["a.org:0", "b.org:0", "b.org:81", "-:0"])
        #expect(lines.map { $0.line.origins[0].host } == ["g", "f", "e", "d"])
    }

    @Test(arguments: [
        ("a.b:1", "a.b:1"), ("[::1]:80", "[::1]:80"), ("A:65535", "a:65535"), ("1.2.3.4:5", "1.2.3.4:5"),
    ])
    func addressesAreReadAndShown(text: String, shown: String) {
        #expect(HostAndPort(text)?.description == shown)
    }

    @Test(arguments: [
        "a", "a:0", ":80", "a:", "[::1]", "::1:80:", "a b:1", "[a]:1", "1.2.3:4", "a..b:1", "a/b:1", "a:+1",
        "1.2.3.4\u{0}x:1", "[::1\u{0}]:1",
    ])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(HostAndPort(text) == nil)
    }
}
