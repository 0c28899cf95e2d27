import Credentials
import Exchange
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import Link

/// Where the bytes of one visit to a page go, as `docs/numbers.md` shows them: each part by the real coders, and their
/// sum beside what a lane carried over TLS.
final class BytesOfAVisit {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("visit-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// One reload of a page by Chrome, as the sender passes it on.
    private static let request = LinkRequest(
        method: "GET", scheme: "https", authority: "news.example.org", target: "/politics/",
        fields: [
            "sec-ch-ua": "\"Chromium\";v=\"130\", \"Google Chrome\";v=\"130\", \"Not?A_Brand\";v=\"99\"",
            "sec-ch-ua-mobile": "?0", "sec-ch-ua-platform": "\"Linux\"", "upgrade-insecure-requests": "1",
            "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
                + "Chrome/130.0.0.0 Safari/537.36",
            "accept":
                "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
                + "application/signed-exchange;v=b3;q=0.7",
            "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate", "sec-fetch-user": "?1",
            "sec-fetch-dest": "document", "referer": "https://news.example.org/",
            "accept-encoding": "gzip, deflate, br, zstd", "accept-language": "en-GB,en;q=0.9,de;q=0.8",
            "cookie": "session=f3a8c1d9e27b4506a1b2c3d4e5f60718; theme=dark; _ga=GA1.2.1234567890.1700000000; "
                + "consent=eyJ2IjoyLCJhIjp0cnVlLCJ0IjoxNzAwMDAwMDAwfQ; region=europe-west; "
                + "basket=0f1e2d3c4b5a69788796a5b4c3d2e1f0",
            "x-forwarded-for": "192.0.2.7", "x-forwarded-proto": "https", "x-forwarded-host": "news.example.org",
            "forwarded": "for=192.0.2.7;proto=https;host=news.example.org", "via": "2 railgun",
        ], offers: [0xd331_c034_1268_4b84])

    private static let answer = {
        var answer = Answer.status(
            200,
            [
                "server": "nginx", "date": "Sat, 21 Nov 2026 12:00:00 GMT", "content-type": "text/html; charset=utf-8",
                "vary": "Accept-Encoding", "cache-control": "max-age=0", "etag": "\"6740c2d1-11c3e\"",
                "x-frame-options": "SAMEORIGIN", "strict-transport-security": "max-age=31536000",
            ],
            page: PageTransfer(
                base: 0, isKept: true, check: PageCheck(high: 0x31e0_087a_5186_aa47, low: 0xa8d8_5d0a_be28_48a7),
                pageBytes: 72_766))
        answer.report = OriginReport(flags: 0x33, microseconds: 37_872)
        return answer
    }()

    private static let delta = ByteBuffer(repeating: 0x5a, count: 300)

    /// Answers each request with the page.
    private final class Site: LaneOwner, Sendable {
        func laneOpened(_ lane: Lane) {}
        func laneDrains(_ lane: Lane) {}
        func laneClosed(_ lane: Lane, _ error: LinkError) {}

        func lane(
            _ lane: Lane, opened stream: LinkStream, _ request: LinkRequest, end: Bool
        ) -> (any LinkRequestReceiver)? {
            stream.answer(BytesOfAVisit.answer)
            stream.send(BytesOfAVisit.delta)
            stream.finish(trailers: nil)
            return nil
        }
    }

    /// What the wire carried for the fourth visit over TLS; the fewest of some, for a ping may come in between.
    private func carried() async throws -> WireBytes {
        _ = try CredentialFolder(path).make(ends: [
            .init(name: "sender", names: []), .init(name: "listener", names: [.init("127.0.0.1")]),
        ])
        func credentials(_ end: String) -> LinkCredentials {
            LinkCredentials(
                certificateFile: "\(path)/\(end).pem", keyFile: "\(path)/\(end).key", authorityFile: "\(path)/ca.pem")
        }
        let listener = try await LinkServer.listen(
            host: "127.0.0.1", port: 0, tls: .init(try credentials("listener").tls()),
            on: MultiThreadedEventLoopGroup.singleton
        ) { _ in (LaneSettings(), Site()) }
        let dialing = Dialing(
            to: listener.localAddress!.port!, tls: try credentials("sender").tls())
        guard case .opened? = await dialing.next() else { throw LinkError(.closed, "no lane") }
        var visits: [WireBytes] = []
        for _ in 0..<8 { visits.append(try await visit(dialing)) }
        try await dialing.stop()
        try await listener.close().get()
        return visits[3...].min { $0.sent + $0.received < $1.sent + $1.received }!
    }

    private func visit(_ dialing: Dialing) async throws -> WireBytes {
        let end = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
        let before = try await dialing.onLoop { dialer in
            let lane = dialer.lane!
            let receiver = Recorder()
            receiver.stream = lane.open(Self.request, receiver: receiver)
            receiver.stream!.finish(trailers: nil)
            receiver.whenever = { if $0 == "end" { end.succeed() } }
            return lane.wireBytes
        }
        try await end.futureResult.get()
        return try await dialing.onLoop { $0.lane!.wireBytes } - before
    }

    /// One row: what it is, and its bytes to the listener and to the sender.
    private typealias Part = (name: String, up: Int, down: Int)

    /// TLS 1.3: five bytes of head, one of type, 16 of code for each record.
    private static let recordBytes = 22

    /// The parts of the fourth visit.
    private func parts() throws -> [Part] {
        var requests = HeadEncoder(tableBytes: 65_536, maxHeadBytes: 131_072)
        var answers = HeadEncoder(tableBytes: 65_536, maxHeadBytes: 131_072)
        for _ in 0..<3 {
            _ = try requests.payload(of: Self.request)
            _ = try answers.payload(of: Self.answer)
        }
        let request = try requests.payload(of: Self.request).readableBytes
        let answer = try answers.payload(of: Self.answer).readableBytes
        let offers = bytes { $0.writeVarint(1) } + 8 * Self.request.offers.count
        let report = bytes { $0.writeVarint(Self.answer.report.microseconds) } + 1
        let page =
            bytes { $0.writeVarint(1 << 1 | 1) } + 16 + bytes { $0.writeVarint(UInt64(Self.answer.page!.pageBytes)) }
        func frame(_ kind: FrameKind, _ payloadBytes: Int) -> Int {
            bytes { $0.writeFrameHeader(kind, flags: .end, stream: 4, payloadBytes: payloadBytes) }
        }
        return [
            ("TLS records", Self.recordBytes, Self.recordBytes),
            (
                "heads of frames", frame(.request, request),
                frame(.response, answer) + frame(.data, Self.delta.readableBytes)
            ),
            ("offered versions", offers, 0),
            ("request: target and fields", request - offers, 0),
            ("the origin's time, and flags", 0, report),
            ("the page: base, check, length", 0, page),
            ("answer: status and fields", 0, answer - report - page),
            ("delta", 0, Self.delta.readableBytes),
        ]
    }

    private func bytes(_ write: (inout ByteBuffer) -> Void) -> Int {
        var buffer = ByteBuffer()
        write(&buffer)
        return buffer.readableBytes
    }

    @Test func thePartsMakeWhatALaneCarriesAndTheDocumentSaysThem() async throws {
        let (parts, carried) = (try parts(), try await carried())
        let sum: Part = ("together", parts.reduce(0) { $0 + $1.up }, parts.reduce(0) { $0 + $1.down })
        #expect(sum.up == carried.sent && sum.down == carried.received, "\(sum) \(carried)")
        let rows = (parts + [sum]).map { "| \($0.name) | \($0.up) | \($0.down) | \($0.up + $0.down) |" }
        let project = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let document = try String(contentsOf: project.appending(path: "docs/numbers.md"), encoding: .utf8)
        #expect(document.contains(rows.joined(separator: "\n")), "\n\(rows.joined(separator: "\n"))")
    }
}
