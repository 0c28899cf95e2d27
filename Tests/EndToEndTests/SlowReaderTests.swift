import Foundation
import Testing

/// A client that hardly reads holds nobody else, and makes nobody hold its answer in memory.
struct SlowReaderTests {
    @Test func slowReadersHoldNoOtherClient() async throws {
        try await withLine { line, origin in
            let body = LongBody(byteCount: 32 << 20)
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
            origin.answer(
                "test-slow",
                with: .steps(.send(head + "Transfer-Encoding: chunked\r\n\r\n"), .body(body, chunked: true)))
            for _ in 0..<20 { _ = try line.get("/test-warm") }
            let before = line.sender.residentBytes + line.listener.residentBytes
            let slow = try (0..<8).map { _ in try Client(line.http, receiveBufferBytes: 4096) }
            for client in slow { try client.send("GET", "/test-slow") }
            for _ in 0..<3 {
                for client in slow { _ = try client.socket.receive(atMost: 1000, within: .seconds(20)) }
                Thread.sleep(forTimeInterval: 0.5)
                let began = ContinuousClock.now
                let other = try line.get("/test-other")
                try #require(other.text == "ok", "\(other)")
                let elapsed = ContinuousClock.now - began
                #expect(elapsed < .seconds(5), "another client waited \(elapsed)")
            }
            let more = line.sender.residentBytes + line.listener.residentBytes - before
            #expect(
                Effort.isSanitized || more < 48 << 20, "eight slow readers of 32 MiB cost \(more >> 20) MiB of memory")
            // A whole download beside them, and one of the slow ones made fast: nothing has come to a standstill.
            let whole = try line.get("/test-slow")
            #expect(whole.cut == nil && whole.bodyHash == body.hash, "\(whole)")
            slow[1...].forEach { $0.socket.reset() }
            var rest = 0
            while let bytes = try? slow[0].socket.receive(within: .seconds(5)), !bytes.isEmpty {
                rest += bytes.count
                if rest > body.byteCount { break }
            }
            #expect(rest > body.byteCount, "a slow reader that became fast got \(rest) more bytes")
        }
    }

    @Test func anOriginThatReadsSlowlyHoldsNoOtherClient() async throws {
        try await withLine { line, origin in
            origin.answer(
                "test-lazy",
                with: .early(.pause(.seconds(5)), .readBody, .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")))
            let body = LongBody(byteCount: 16 << 20)
            let upload = try Client(line.http)
            let before = line.sender.residentBytes + line.listener.residentBytes
            Thread.detachNewThread { try? upload.upload(body, to: "/test-lazy") }
            try origin.awaitRequest("test-lazy")
            Thread.sleep(forTimeInterval: 0.5)
            let other = try line.get("/test-other", method: "POST", body: "hello")
            #expect(other.text == "ok" && origin.requests("test-lazy").first?.bodyBytes == 0, "another client waited")
            let more = line.sender.residentBytes + line.listener.residentBytes - before
            #expect(
                Effort.isSanitized || more < 16 << 20, "an upload that nobody reads costs \(more >> 20) MiB of memory")
            let answer = try upload.reader.answer(to: "PUT")
            #expect(answer.status == 200 && origin.requests("test-lazy")[0].bodyHash == body.hash)
        }
    }
}
