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
        #expect(found.address.description == address)
        #expect(found.isMapped == mapped && found.isDefault == byDefault)
    }

    @Test func withoutALineAHostIsWhereItSays() throws {
        for map in [try map("a = b"), NATMap()] {
            let found = map.target(host: "example.com", port: 81)
            #expect(
                found == .init(address: .init(host: "example.com", port: 81), isMapped: false, isDefault: false))
        }
    }

    @Test func whatIsNoHostIsRefused() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try map("a = 10.0.0.256\nb:0 = c\nc:99999 = d\nA. = e\na = f:0\nx_y = z\n*.d = e\nA = g\nh =")
        }
        let use = "use HOST or HOST:PORT, such as 10.0.0.5 or 127.0.0.1:8080"
        #expect(
            error?.problems.map(\.description) == [
                "nat.conf:1: a = 10.0.0.256: \(use)", "nat.conf:2: b:0 = c: use HOST, HOST:PORT or default as key",
                "nat.conf:3: c:99999 = d: use HOST, HOST:PORT or default as key",
                "nat.conf:5: a = f:0: is given twice; the first is in line 1",
                "nat.conf:7: *.d = e: use HOST, HOST:PORT or default as key",
                "nat.conf:8: A = g: this host has a line before", "nat.conf:9: h =: \(use)",
            ])
    }

    @Test(arguments: [
        ("a.b:1", "a.b:1"), ("[::1]:80", "[::1]:80"), ("A:65535", "a:65535"), ("1.2.3.4:5", "1.2.3.4:5"),
    ])
    func addressesAreReadAndShown(text: String, shown: String) {
        #expect(HostAndPort(text)?.description == shown)
    }

    @Test(arguments: [
        "a", "a:0", ":80", "a:", "[::1]", "::1:80:", "a b:1", "[a]:1", "1.2.3:4", "a..b:1", "a/b:1", "a:+1",
    ])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(HostAndPort(text) == nil)
    }
}
