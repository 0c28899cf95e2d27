import Foundation
import Testing

/// How long the tests may take, and how much they may move: set by the environment.
enum Effort {
    /// Under a sanitizer, which takes memory and time of its own.
    static let isSanitized = ["ASAN_OPTIONS", "TSAN_OPTIONS"].contains {
        ProcessInfo.processInfo.environment[$0] != nil
    }
    static let isLong = ProcessInfo.processInfo.environment["RAILGUN_LONG"] != nil
    /// How many generated pages pass through the line.
    static let pages =
        ProcessInfo.processInfo.environment["RAILGUN_PAGES"].flatMap { Int($0) } ?? (isLong ? 10_000 : 600)
}

/// Bodies that no memory should hold: of 1 GiB in `make long-test`, else of 96 MiB.
@Suite(.serialized) struct LongTransferTests {
    private static let body = LongBody(byteCount: (Effort.isLong ? 1024 : 96) << 20)
    private static let allowedBytes = 32 << 20

    @Test(.timeLimit(.minutes(10)), arguments: [true, false])
    func aLongDownloadTakesNoMemory(chunked: Bool) async throws {
        try await withLine { line, origin in
            let framing = chunked ? "Transfer-Encoding: chunked" : "Content-Length: \(Self.body.byteCount)"
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\(framing)\r\n\r\n"
            origin.answer("test-long", with: .steps(.send(head), .body(Self.body, chunked: chunked)))
            let more = try line.memoryGrowth {
                let answer = try line.get("/test-long")
                try #require(answer.cut == nil && answer.bodyHash == Self.body.hash, "\(answer)")
            }
            let isWithinBounds = more.sender < Self.allowedBytes && more.listener < Self.allowedBytes
            #expect(Effort.isSanitized || isWithinBounds, "\(more)")
        }
    }

    @Test(.timeLimit(.minutes(10)), arguments: [true, false])
    func aLongUploadTakesNoMemory(chunked: Bool) async throws {
        try await withLine { line, origin in
            let more = try line.memoryGrowth {
                let client = try Client(line.http)
                try client.upload(Self.body, to: "/test-long", chunked: chunked)
                let answer = try client.reader.answer(to: "PUT")
                try #require(answer.status == 200, "\(answer)")
            }
            #expect(origin.requests("test-long").map(\.bodyHash) == [Self.body.hash])
            let isWithinBounds = more.sender < Self.allowedBytes && more.listener < Self.allowedBytes
            #expect(Effort.isSanitized || isWithinBounds, "\(more)")
        }
    }
}

extension Line {
    /// By how many bytes the daemons' memory grows at most while `body` runs.
    func memoryGrowth(during body: () throws -> Void) throws -> (sender: Int, listener: Int) {
        for _ in 0..<20 { _ = try get("/test-warm") }
        let before = (sender: sender.residentBytes, listener: listener.residentBytes)
        for daemon in [sender, listener] { daemon.forgetPeak() }
        try body()
        return (sender.peakResidentBytes - before.sender, listener.peakResidentBytes - before.listener)
    }
}
