import Foundation
import Testing

/// Server-sent events and other answers that are written bit by bit.
struct EventStreamTests {
    @Test(arguments: [0, 1])
    func eachEventArrivesAtOnce(compressesData: Int) async throws {
        try await withLine(.init(listener: ["compress.data = \(compressesData)"])) { line, origin in
            let pairs = (0..<9).flatMap { _ in [Script.Step.event, .pause(.milliseconds(500))] }
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
            origin.answer("test-events", with: Script { _ in [.send(head)] + pairs + [.send("0\r\n\r\n")] })
            var delays: [Double] = []
            let answer = try Client(line.http).request("GET", "/test-events", ["Accept: text/event-stream"]) { bytes in
                let now = DispatchTime.now().uptimeNanoseconds
                let sent = latin1(bytes).split(separator: "\n").last?.split(separator: " ").last.flatMap { UInt64($0) }
                delays.append(Double(now - (sent ?? 0)) / 1e6)
            }
            try #require(answer.status == 200 && answer.cut == nil && delays.count == 9, "\(answer) \(delays)")
            let sorted = delays.sorted()
            // A busy machine may hold one or two; whoever waits for the next event before he sends one is 500 ms late.
            #expect(
                Effort.isSanitized || sorted[sorted.count / 2] < 250, "milliseconds from origin to client: \(sorted)")
            #expect(
                Effort.isSanitized || sorted[sorted.count - 1] < 2000, "milliseconds from origin to client: \(sorted)")
        }
    }

    @Test func theHeadArrivesBeforeTheBodyBegins() async throws {
        try await withLine { line, origin in
            origin.answer(
                "test-late",
                with: .steps(
                    .send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"),
                    .pause(.seconds(6)), .send("2\r\nok\r\n0\r\n\r\n")))
            let client = try Client(line.http)
            let began = ContinuousClock.now
            try client.send("GET", "/test-late")
            _ = try client.reader.fill()
            #expect(Effort.isSanitized || ContinuousClock.now - began < .seconds(5))
            let answer = try client.reader.answer(to: "GET")
            #expect(answer.text == "ok")
        }
    }
}
