import Foundation
import Testing
import TestSupport

/// Daemons that end and begin again.
struct RestartTests {
    private static let filler = (0..<1500).map { "<li>item \($0) costs \($0 * 7919 % 1000) coins</li>\n" }.joined()

    /// A page that differs a little from visit to visit.
    private static let changing = Script { request in
        let body = "<p>visit \(request.fields["X-Visit"].first ?? "")</p>\n" + filler
        return [
            .send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body)
        ]
    }

    /// Visits the page, checks its bytes, and gives those of the link.
    private func visit(_ number: Int, _ line: Line) throws -> Int {
        try line.relay.bytes {
            let answer = try line.get("/test-page", ["X-Visit: \(number)"])
            try #require(answer.text == "<p>visit \(number)</p>\n" + Self.filler && answer.cut == nil, "\(answer)")
        }.total
    }

    @Test func aRestartedSenderGetsThePageWholeOnceAndThenDeltas() async throws {
        try await withLine { line, origin in
            origin.answer("test-page", with: Self.changing)
            let first = try visit(1, line)
            let second = try visit(2, line)
            #expect(line.sender.stop() == 0)
            try line.sender.start()
            let whole = try visit(3, line)
            let delta = try visit(4, line)
            #expect(second * 5 < first && delta * 5 < whole, "\([first, second, whole, delta]) bytes")
        }
    }

    @Test func aRestartedListenerAnswersWholeInTheSameExchange() async throws {
        try await withLine { line, origin in
            origin.answer("test-page", with: Self.changing)
            for number in 1...2 { _ = try visit(number, line) }
            line.listener.kill()
            try line.listener.start()
            let isBack = try eventually(within: .seconds(15)) { try line.get("/test-other").status == 200 }
            try #require(isBack)
            let seen = origin.requests("test-page").count
            _ = try visit(3, line)
            #expect(origin.requests("test-page").count == seen + 1)
            let delta = try visit(4, line)
            #expect(delta < 5000, "\(delta) bytes")
        }
    }

    @Test func whoHasJustConnectedToASenderThatEndsGetsAnAnswer() async throws {
        try await withLine { line, _ in
            let clients = try (0..<4).map { _ in try Client(line.http) }
            Thread.sleep(forTimeInterval: 0.1)
            line.sender.askToEnd()
            Thread.sleep(forTimeInterval: 0.1)
            // All at once: who says nothing for two seconds is left.
            for client in clients { try client.send("GET", "/test-last") }
            for client in clients {
                let answer = try client.reader.answer(to: "GET")
                #expect(answer.text == "ok" && answer.fields["Connection"] == ["close"])
                client.socket.close()
            }
            #expect(line.sender.ended(within: .seconds(5)) == 0)
        }
    }

    @Test(arguments: ["sender", "listener"]) func whoeverIsAskedToEndFinishesWhatRuns(name: String) async throws {
        try await withLine { line, origin in
            origin.answer(
                "test-runs",
                with: .steps(
                    .pause(.seconds(1)), .send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwe"),
                    .pause(.milliseconds(500)), .send("ll")))
            let client = try Client(line.http)
            try client.send("GET", "/test-runs")
            try origin.awaitRequest("test-runs")
            let daemon = name == "sender" ? line.sender : line.listener
            daemon.askToEnd()
            let answer = try client.reader.answer(to: "GET")
            try #require(answer.status == 200 && answer.text == "well" && answer.cut == nil, "\(answer)")
            client.socket.close()
            #expect(daemon.ended() == 0, "it had to be killed")
        }
    }
}
