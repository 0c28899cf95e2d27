import Foundation
import Testing
import TestSupport

/// Clients of HTTP/2 that mean harm: each is left at a bound, the origin sees no more than that, and others go on.
@Suite(OneLine())
struct HostileClientTests {
    private struct Flood: CustomTestStringConvertible {
        let testDescription: String
        /// The code of the GOAWAY that ends it; `nil` where the connection may end without.
        let code: UInt32?
        let frames: @Sendable (_ key: String) -> [HTTP2Frame]

        init(_ name: String, code: UInt32? = nil, _ frames: @escaping @Sendable (_ key: String) -> [HTTP2Frame]) {
            (testDescription, self.code, self.frames) = (name, code, frames)
        }

        var key: String { "test-" + testDescription.lowercased().filter { $0.isLetter || $0.isNumber } }
    }

    private static let enhanceYourCalm: UInt32 = 11

    private static func get(
        _ key: String, stream: UInt32, end: Bool = true, _ more: [(String, String)] = []
    ) -> HTTP2Frame {
        let fields = [(":method", "GET"), (":scheme", "http"), (":authority", "site.test"), (":path", "/\(key)")]
        return .headers(fields + more, stream: stream, end: end)
    }

    private static func odd(_ count: Int) -> [UInt32] { (0..<count).map { UInt32(2 * $0 + 1) } }

    private static let floods: [Flood] = [
        Flood("rapid reset", code: enhanceYourCalm) { key in
            odd(1000).flatMap { [get(key, stream: $0), .reset(stream: $0)] }
        },
        Flood("resets that the server is made to send", code: enhanceYourCalm) { key in
            odd(1000).map { .headers([(":method", "GET"), ("x", "no path, for \(key)")], stream: $0) }
        },
        Flood("PING", code: enhanceYourCalm) { _ in (0..<1000).map { _ in .ping() } },
        Flood("SETTINGS", code: enhanceYourCalm) { _ in (0..<1000).map { _ in .settings([(4, 70_000)]) } },
        Flood("PRIORITY", code: enhanceYourCalm) { _ in odd(1000).map { .priority(stream: $0) } },
        Flood("empty DATA", code: enhanceYourCalm) { key in
            [get(key, stream: 1, end: false)] + (0..<1000).map { _ in .data("", end: false) }
        },
        Flood("CONTINUATION") { key in
            [.headers([(":method", "GET")], endHeaders: false)]
                + (0..<1000).map { _ in .continuation([("x-a", key)], endHeaders: false) }
        },
        Flood("empty CONTINUATION") { _ in
            [.headers([(":method", "GET")], endHeaders: false)]
                + (0..<1000).map { _ in .continuation([], endHeaders: false) }
        },
        Flood("HPACK bomb") { key in
            // One field of 3,000 bytes that is remembered, then 16,000 times one byte that stands for it: 48 MB.
            var frame = get(key, stream: 1)
            frame.payload += [0x40, 1, 0x78, 0x7F, 0xB9, 0x16] + [UInt8](repeating: 0x61, count: 3000)
            return [
                frame,
                HTTP2Frame(
                    kind: HTTP2Frame.Kind.headers, flags: HTTP2Frame.endHeaders | HTTP2Frame.endStream, stream: 3,
                    payload: [UInt8](repeating: 0xBE, count: 16_000)),
            ]
        },
        Flood("a long list of fields") { key in
            let piece = (0..<15).map { ("x-\($0)", String(repeating: "x", count: 1000)) }
            return [.headers([(":method", "GET"), (":path", "/\(key)")] + piece, endHeaders: false)]
                + (0..<5).map { .continuation(piece, endHeaders: $0 == 4) }
        },
        Flood("more streams than may be") { key in odd(1000).map { get("\(key)/slow", stream: $0) } },
        Flood("a frame that is too long") { _ in
            [HTTP2Frame(kind: HTTP2Frame.Kind.data, stream: 1, payload: [UInt8](repeating: 0, count: 20_000))]
        },
        Flood("a window beyond all bounds") { key in
            [get(key, stream: 1, end: false), .windowUpdate(by: 0x7FFF_FFFF), .windowUpdate(by: 0x7FFF_FFFF)]
        },
    ]

    /// The most requests of a flood that the origin may see: resets within 30 s, and streams at once.
    private static let mostSeen = 200 + 128

    @Test(arguments: floods)
    private func aFloodEndsItsConnectionAndNothingElse(flood: Flood) async throws {
        let (line, origin) = try #require(OneLine.current)
        try await onThread {
            origin.answer(flood.key, with: .steps(.pause(.milliseconds(500)), .send("HTTP/1.1 204 No Content\r\n\r\n")))
            let before = line.sender.residentBytes
            let client = try HTTP2Client(line.h2c)
            // Whoever is left in the midst of it can't send the rest.
            for frame in flood.frames(flood.key) { guard (try? client.send(frame)) != nil else { break } }
            let isLeft = try client.awaitClose(within: .seconds(20))
            #expect(isLeft, "still connected")
            // What a client still sends may cost it the last frame.
            if let code = flood.code { #expect([nil, code].contains(client.goAwayCode)) }
            #expect(origin.requests(flood.key).count <= Self.mostSeen)
            let more = line.sender.residentBytes - before
            #expect(Effort.isSanitized || more < 24 << 20, "it cost \(more >> 20) MiB")
            #expect(try line.get("/test-after").text == "ok")
        }
    }

    @Test func aResetEndsTheWorkOfTheOrigin() async throws {
        let (line, origin) = try #require(OneLine.current)
        try await onThread {
            origin.answer(
                "test-endless", with: .steps(.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), .endless))
            let client = try HTTP2Client(line.h2c)
            try client.send(Self.get("test-endless", stream: 1))
            while client.streams[1]?.answer.bodyBytes ?? 0 == 0, try client.read() {}
            try client.send(.reset(stream: 1))
            let isOver = eventually(within: .seconds(20)) {
                origin.requests("test-endless").first?.brokenOffAfter != nil
            }
            #expect(isOver)
            try client.send(Self.get("test-next", stream: 3))
            try client.awaitEnd(of: [3])
            #expect(client.status(3) == 200)
        }
    }
}

/// Clients of HTTP/2 on a line of their own, with short times.
struct PatientClientTests {
    private static func get(_ path: String, stream: UInt32) -> HTTP2Frame {
        .headers(
            [(":method", "GET"), (":scheme", "http"), (":authority", "site.test"), (":path", path)], stream: stream)
    }

    @Test func aClientThatTakesNothingIsLeft() async throws {
        let statistics = try StatisticsPage()
        let times = ["client.write.timeout = 1 s", "client.timeout = 2 s", statistics.setting]
        try await withLine(Line.Options(sender: times)) { line, origin in
            for (key, size) in [("test-short", 100), ("test-long", 1 << 20)] {
                origin.answer(
                    key,
                    with: .head(
                        "HTTP/1.1 200 OK", "Content-Type: text/html", "Content-Length: \(size)",
                        body: String(repeating: "x", count: size)))
            }
            // No window: heads come, bodies never.
            let client = try HTTP2Client(line.h2c, settings: [(4, 0)], grantsWindow: false)
            let streams = (0..<20).map { UInt32(2 * $0 + 1) }
            try client.send(streams.map { Self.get($0 % 4 == 1 ? "/test-short" : "/test-long", stream: $0) })
            try client.awaitEnd(of: streams)
            for stream in streams { #expect(client.streams[stream]?.resetCode != nil) }
            #expect(try statistics["readers_too_slow"] == 20)
        }
    }

    @Test func aSlowReaderThatGoesOnIsNotLeft() async throws {
        try await withLine(Line.Options(sender: ["client.write.timeout = 1 s"])) { line, origin in
            let size = 400_000
            origin.answer(
                "test-page",
                with: .head(
                    "HTTP/1.1 200 OK", "Content-Type: text/html", "Content-Length: \(size)",
                    body: String(repeating: "x", count: size)))
            // The page is with the stream as a whole, and takes three times as long as may pass without a byte.
            let client = try HTTP2Client(line.h2c, settings: [(4, 0)], grantsWindow: false)
            try client.send(.windowUpdate(by: size), Self.get("/test-page", stream: 1))
            for _ in 0..<10 {
                Thread.sleep(forTimeInterval: 0.3)
                try client.send(.windowUpdate(stream: 1, by: size / 10))
            }
            try client.awaitEnd(of: [1])
            let stream = try #require(client.streams[1])
            #expect(stream.answer.bodyBytes == size && stream.resetCode == nil, "\(stream.answer)")
        }
    }

    @Test(arguments: [false, true], [false, true])
    func aClientWithoutARequestIsLeft(asksOnce: Bool, answersPings: Bool) async throws {
        let times = [
            "client.head.timeout = 1 s", "client.timeout = 1 s", "client.write.timeout = 1 s",
        ]
        try await withLine(Line.Options(sender: times)) { line, _ in
            let client = try HTTP2Client(line.h2c, answersPings: answersPings)
            if asksOnce {
                try client.send(Self.get("/test-once", stream: 1))
                try client.awaitEnd(of: [1])
                #expect(client.status(1) == 200)
            }
            #expect(try client.awaitClose(within: .seconds(15)), "still connected")
            #expect(client.goAwayCode == 0)
        }
    }

    @Test func connectionsWithoutARequestMakeRoom() async throws {
        try await withLine(Line.Options(sender: ["client.connections = 4"])) { line, origin in
            let idle = try (0..<4).map { _ in try HTTP2Client(line.h2c) }
            for client in idle {
                try client.send(Self.get("/test-first", stream: 1))
                try client.awaitEnd(of: [1])
            }
            // Accepted only once there is room: connecting alone says nothing.
            let newcomer = try TCPSocket(connectingTo: line.http)
            for client in idle {
                #expect(try client.awaitClose(within: .seconds(10)), "still connected")
                // With a new connection it may be a fault: the library expects no acknowledgement of its settings any more.
                #expect(client.goAwayCode != nil)
            }
            newcomer.close()
            #expect(try line.get("/test-after").text == "ok")
        }
    }

    @Test func aDrainingSenderSaysGoAwayAndAnswersWhatItHas() async throws {
        try await withLine { line, origin in
            origin.answer(
                "test-slow", with: .steps(.pause(.seconds(1)), .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")))
            let client = try HTTP2Client(line.h2c)
            try client.send(Self.get("/test-slow", stream: 1))
            try origin.awaitRequest("test-slow")
            line.sender.askToEnd()
            #expect(try client.awaitClose(within: .seconds(20)))
            #expect(client.goAwayCode == 0 && client.streams[1]?.answer.text == "ok")
            #expect(line.sender.ended() == 0)
        }
    }
}
