import Reports
import Testing

struct QuantityTests {
    @Test(arguments: [
        (0, "0 B"), (266, "266 B"), (999, "999 B"), (1000, "1.0 kB"), (1234, "1.2 kB"), (9_960, "10 kB"),
        (12_345, "12 kB"), (999_400, "999 kB"), (999_950, "1.0 MB"), (3_400_000, "3.4 MB"), (55_000_000_000, "55 GB"),
    ])
    func bytesAreDecimalAndKeepTwoDigits(count: Int, text: String) {
        #expect(Quantity.bytes(count) == text)
    }

    @Test(arguments: [
        (0.0, "0 %"), (0.0029, "0.29 %"), (0.00003, "0.0030 %"), (0.026, "2.6 %"), (0.123, "12 %"), (1.0, "100 %"),
        (.nan, "–"), (.infinity, "–"),
    ])
    func percentagesKeepTwoDigits(share: Double, text: String) {
        #expect(Quantity.percent(share) == text)
    }

    @Test(
        arguments: [
            (3.4e9, "3.4 GB/s"), (120e6, "120 MB/s"), (950, "950 B/s"), (0, "–"), (.infinity, "–"),
        ] as [(Double, String)])
    func speedsChooseTheirUnit(bytesPerSecond: Double, text: String) {
        #expect(Quantity.speed(bytesPerSecond: bytesPerSecond) == text)
    }

    @Test(arguments: [
        (Duration.nanoseconds(12), "12 ns"), (.nanoseconds(12_000), "12 µs"), (.microseconds(1300), "1.3 ms"),
        (.milliseconds(999.99), "1.0 s"), (.seconds(2), "2.0 s"), (.seconds(59.4), "59 s"),
        (.seconds(125), "2 min 5 s"), (.seconds(4320), "1 h 12 min"), (.zero, "0 ns"),
    ])
    func durationsChooseTheirUnit(duration: Duration, text: String) {
        #expect(Quantity.duration(duration) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (18_204, "18,204"), (1_234_567, "1,234,567"), (-1_000, "-1,000")])
    func countsSetThousandsApart(count: Int, text: String) {
        #expect(Quantity.count(count) == text)
    }

    @Test func exactBytesKnowTheirPlural() {
        #expect([0, 1, 18_204].map(Quantity.exactBytes) == ["0 bytes", "1 byte", "18,204 bytes"])
    }

    @Test func threeDigitsWhereNearValuesAreCompared() {
        #expect(Quantity.bytes(12_345, digits: 3) == "12.3 kB")
        #expect(Quantity.times(9.996, digits: 3) == "10.0×")
    }
}
