import Corpus
import NIOCore
import NIOEmbedded
import Testing

@testable import ProxyProtocol

private let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10]

/// A header of version 2, with the length that its rest has.
private func binary(_ command: UInt8, _ family: UInt8, _ rest: [UInt8]) -> [UInt8] {
    signature + [command, family, UInt8(rest.count >> 8), UInt8(rest.count & 255)] + rest
}

private let fourBytes: [UInt8] = [192, 0, 2, 7, 198, 51, 100, 1, 0xdc, 0x04, 0x01, 0xbb]
private let sixteenBytes: [UInt8] =
    [0x20, 1, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [7] + [UInt8](repeating: 1, count: 16) + [
        0, 80, 1, 0xbb,
    ]

struct ProxyHeaderTests {
    static let good: [(bytes: [UInt8], header: ProxyHeader)] = [
        (Array("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n".utf8), .client(address: "192.0.2.7", port: 56324)),
        (
            Array("PROXY TCP4 255.255.255.255 255.255.255.255 65535 0\r\n".utf8),
            .client(address: "255.255.255.255", port: 65535)
        ),
        (Array("PROXY TCP6 2001:DB8::7 ::1 80 443\r\n".utf8), .client(address: "2001:db8::7", port: 80)),
        (Array("PROXY UNKNOWN\r\n".utf8), .unknown),
        (Array("PROXY UNKNOWN ffff:f...f:ffff ffff 65535 65535\r\n".utf8), .unknown),
        (binary(0x21, 0x11, fourBytes), .client(address: "192.0.2.7", port: 56324)),
        (binary(0x21, 0x11, fourBytes + [3, 0, 4, 1, 2, 3, 4]), .client(address: "192.0.2.7", port: 56324)),
        (binary(0x21, 0x21, sixteenBytes), .client(address: "2001:db8::7", port: 80)),
        (binary(0x20, 0x00, []), .unknown),
        (binary(0x20, 0x11, fourBytes), .unknown),
        (binary(0x21, 0x00, [1, 2, 3]), .unknown),
        (binary(0x21, 0x31, [UInt8](repeating: 0x2f, count: 216)), .unknown),
        (binary(0x21, 0x12, fourBytes), .unknown),
        (
            binary(0x21, 0x11, fourBytes + [UInt8](repeating: 4, count: 4096 - 12)),
            .client(address: "192.0.2.7", port: 56324)
        ),
    ]

    static let bad: [[UInt8]] =
        [
            "GET / HTTP/1.1\r\n", "PROXY", "proxy TCP4 192.0.2.7 198.51.100.1 1 2\r\n",
            "PROXY  TCP4 192.0.2.7 198.51.100.1 1 2\r\n", "PROXY TCP4 192.0.2.7 198.51.100.1 1 2\n",
            "PROXY TCP4 192.0.2.7 198.51.100.1 1\r\n", "PROXY TCP4 192.0.2.7 198.51.100.1 1 2 3\r\n",
            "PROXY TCP4 192.0.2.07 198.51.100.1 1 2\r\n", "PROXY TCP4 192.0.2 198.51.100.1 1 2\r\n",
            "PROXY TCP4 ::1 ::1 1 2\r\n", "PROXY TCP6 192.0.2.7 198.51.100.1 1 2\r\n",
            "PROXY TCP4 192.0.2.7 198.51.100.1 65536 2\r\n", "PROXY TCP4 192.0.2.7 198.51.100.1 +1 2\r\n",
            "PROXY TCP4 192.0.2.7 198.51.100.1 01 2\r\n", "PROXY TCP4 192.0.2.7 198.51.100.1 -1 2\r\n",
            "PROXY TCP4 192.0.2.7 198.51.100.1  2\r\n", "PROXY UDP4 192.0.2.7 198.51.100.1 1 2\r\n", "PROXY \r\n",
            "PROXY\r\n", "PROXY UNKNOWN" + String(repeating: " x", count: 60) + "\r\n",
            "PROXY TCP4 192.0.2.7\r\n198.51.100.1 1 2\r\n", "PROXY TCP4 192.0.2.7\u{0}x 198.51.100.1 1 2\r\n",
            String(repeating: "P", count: 200),
        ].map { Array($0.utf8) } + [
            binary(0x11, 0x11, fourBytes), binary(0x22, 0x11, fourBytes), binary(0x21, 0x11, [1, 2, 3]),
            binary(0x21, 0x21, fourBytes), binary(0x21, 0x41, fourBytes), binary(0x21, 0x13, fourBytes),
            binary(0x21, 0x11, [UInt8](repeating: 0, count: 4097)), signature + [0x21, 0x11, 0xff, 0xff],
        ]

    @Test(arguments: good) func headersAreRead(bytes: [UInt8], header: ProxyHeader) {
        #expect(ProxyHeader.read(bytes) == .header(header, byteCount: bytes.count))
        #expect(ProxyHeader.read(bytes + [13, 10, 0]) == .header(header, byteCount: bytes.count))
        for count in 0..<bytes.count { #expect(ProxyHeader.read(bytes.prefix(count)) == .incomplete) }
    }

    @Test(arguments: bad) func allElseIsRefusedWithinBounds(bytes: [UInt8]) {
        switch ProxyHeader.read(bytes) {
        case .header(let header, _): Issue.record("\(header)")
        case .incomplete: #expect(bytes == Array("PROXY".utf8))  // it may become one
        case .broken: break
        }
    }

    @Test(arguments: UInt64(0)..<500) func garbageIsNeverWaitedForLong(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bytes = Self.good[Int.random(in: 0..<Self.good.count, using: &random)].bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        bytes += [UInt8](repeating: 0x78, count: ProxyHeader.maxBytes)
        if case .header(_, let count) = ProxyHeader.read(bytes) { #expect(count <= ProxyHeader.maxBytes) }
        #expect(ProxyHeader.read(bytes) != .incomplete)
    }
}

struct ProxyHeaderHandlerTests {
    private final class Seen { var (header, refusal): (ProxyHeader?, String?) }
    private let seen = Seen()

    private func channel() -> EmbeddedChannel {
        let seen = seen
        let channel = EmbeddedChannel(
            handler: ProxyHeaderHandler(timeout: .seconds(10)) {
                seen.header = $0
            } refuse: {
                seen.refusal = $0
            })
        channel.connect(to: try! SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        return channel
    }

    @Test(arguments: ProxyHeaderTests.good.indices) func whatFollowsPassesWhereverItIsCut(number: Int) throws {
        let good = ProxyHeaderTests.good[number]
        let bytes = good.bytes + Array("hello".utf8)
        for cut in stride(from: 1, to: bytes.count, by: max(1, bytes.count / 100)) {
            seen.header = nil
            let channel = channel()
            try channel.writeInbound(ByteBuffer(bytes: bytes[..<cut]))
            try channel.writeInbound(ByteBuffer(bytes: bytes[cut...]))
            var rest = ByteBuffer()
            while var part = try channel.readInbound(as: ByteBuffer.self) { rest.writeBuffer(&part) }
            #expect(seen.header == good.header && String(buffer: rest) == "hello")
            channel.embeddedEventLoop.advanceTime(by: .seconds(11))
            #expect(channel.isActive && seen.refusal == nil, "the deadline is over")
        }
    }

    @Test func whoSaysNothingOrAnythingElseIsCutOff() throws {
        let silent = channel()
        silent.embeddedEventLoop.advanceTime(by: .seconds(11))
        #expect(!silent.isActive && seen.refusal?.contains("within 10 s") == true)
        let plain = channel()
        try plain.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"))
        #expect(!plain.isActive && seen.header == nil && seen.refusal?.contains("doesn't begin") == true)
        #expect(try plain.readInbound(as: ByteBuffer.self) == nil)
    }
}
