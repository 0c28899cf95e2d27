import Testing

@testable import Operations

/// Networks, as settings name them.
struct AddressRangeTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false), ("192.0.2.7", "192.0.2.7", true),
        ("192.0.2.7", "192.0.2.6", false), ("192.0.2.4/30", "192.0.2.7", true), ("192.0.2.4/30", "192.0.2.8", false),
        ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false), ("::1", "::1", true),
        ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
        ("127.0.0.0/8", "::ffff:127.0.0.1", true), ("10.0.0.0/8", "unknown", false),
    ])
    func anAddressIsInANetworkOrNot(range: String, address: String, isIn: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(address) == isIn)
    }

    @Test(arguments: [
        "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "::/129", "2001:db8::1/32", "10.0.0", "host.test",
        "10.0.0.0/-1",
        "10.0.0.0/8/8", "[::1]", "10.0.0.1\u{0}x",
    ])
    func whatIsNoNetworkIsRefused(text: String) {
        #expect(AddressRange(text) == nil)
    }
}
