import Foundation
import Testing
import TestSupport

/// What the client sees when the link, the listener or the origin fails.
struct LinkFaultTests {
    private static let busy: Set<Int> = [502, 503, 504, 527]
    private static let slowScript = Script.steps(
        .pause(.seconds(1)), .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))

    @Test func withoutAListenerTheClientIsToldSo() async throws {
        try await withLine { line, _ in
            line.listener.kill()
            let answer = try line.get("/test-gone")
            try #require(Self.busy.contains(answer.status) && answer.cut == nil, "\(answer)")
            #expect(
                answer.fields["Content-Type"].first?.hasPrefix("text/") == true && answer.bodyBytes > 40, "\(answer)")
            try line.listener.start()
            let isBack = try eventually(within: .seconds(15)) { try line.get("/test-back").status == 200 }
            #expect(isBack, "the link doesn't come back")
        }
    }

    @Test func withoutAListenerThePageComesFromTheOriginWhereOneIsNamed() async throws {
        let origin = try ScriptedOrigin()
        let options = Line.Options(sender: ["origin.default = http://127.0.0.1:\(origin.port)"])
        try await onThread {
            let line = try Line(originPort: origin.port, options)
            let before = try line.get("/test-before")
            #expect(before.text == "ok" && before.fields["Railgun"].first?.contains("direct") != true, "\(before)")
            line.listener.kill()
            Thread.sleep(forTimeInterval: 0.5)  // what is sent into a dying link can't be repeated: it is a POST
            for _ in 0..<3 {
                let answer = try line.get("/test-direct", method: "POST", body: "hello")
                try #require(answer.status == 200 && answer.text == "ok", "\(answer)\n\(line.logs())")
                #expect(answer.fields["Railgun"].first?.contains("direct") == true, "\(answer)")
            }
            let seen = origin.requests("test-direct")
            #expect(seen.count == 3 && seen.allSatisfy { latin1($0.body) == "hello" }, "\(seen)")
            try line.listener.start()
            let isBack = try eventually(within: .seconds(15)) {
                try line.get("/test-back").fields["Railgun"].first?.contains("direct") == false
            }
            #expect(isBack, "the link isn't used again")
            try line.requireGoodEnd()
        }
    }

    @Test func aLinkCutBeforeTheAnswerIsNotSeenByAGet() async throws {
        try await withLine { line, origin in
            origin.answer("test-cut", with: Self.slowScript)
            let client = try Client(line.http)
            try client.send("GET", "/test-cut")
            try origin.awaitRequest("test-cut")
            line.relay.cut()
            let answer = try client.reader.answer(to: "GET")
            try #require(answer.status == 200 && answer.text == "ok" && answer.cut == nil, "\(answer)")
            #expect(origin.requests("test-cut").count == 2)
        }
    }

    @Test func aLinkCutAfterAPostWasSentIsToldAndThePostNotRepeated() async throws {
        try await withLine { line, origin in
            origin.answer("test-cut", with: Self.slowScript)
            let client = try Client(line.http)
            try client.send("POST", "/test-cut", body: "hello")
            try origin.awaitRequest("test-cut")
            line.relay.cut()
            let answer = try client.reader.answer(to: "POST")
            try #require(answer.status == 527 && answer.cut == nil && answer.bodyBytes > 40, "\(answer)")
            Thread.sleep(forTimeInterval: 1.5)
            #expect(origin.requests("test-cut").count == 1)
            let isBack = try eventually(within: .seconds(15)) { try line.get("/test-back").status == 200 }
            #expect(isBack)
        }
    }

    @Test(arguments: ["Content-Length: 200000", "Transfer-Encoding: chunked"])
    func aLinkCutInsideABodyNeverMakesAWholeAnswer(framing: String) async throws {
        try await withLine { line, origin in
            let half = String(repeating: "half of a page\n", count: 6000)
            let piece = framing.contains("chunked") ? "\(String(half.utf8.count, radix: 16))\r\n\(half)\r\n" : half
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\(framing)\r\n\r\n"
            origin.answer("test-half", with: .steps(.send(head), .send(piece), .pause(.seconds(3)), .finish))
            let client = try Client(line.http)
            try client.send("GET", "/test-half")
            Thread.sleep(forTimeInterval: 0.7)
            line.relay.cut()
            do {
                let answer = try client.reader.answer(to: "GET")
                #expect(answer.cut != nil || Self.busy.contains(answer.status), "\(answer)")
                #expect(answer.status != 200 || half.hasPrefix(answer.text), "wrong bytes")
            } catch WireFailure.finished, WireFailure.cut {}
        }
    }

    /// A page of some 200 kB, which takes over 100 kB of the link when it crosses for the first time.
    private static let longPage = {
        var random = SystemRandomNumberGenerator()
        return (0..<3000).map { _ in "<p>\(String(random.next(), radix: 16)) \(random.next())</p>\n" }.joined()
    }()

    /// What is there of it goes on to the visitor; its end doesn't, and it is never kept.
    @Test(arguments: ["Accept-Encoding: gzip", "Accept-Encoding: identity"])
    func aLinkCutInsideAFirstPageNeverMakesAWholeAnswer(asked: String) async throws {
        try await withLine(Line.Options(sender: ["compress.clients = 1"])) { line, origin in
            let length = "Content-Length: \(Self.longPage.utf8.count)"
            origin.answer(
                "test-page", with: .head("HTTP/1.1 200 OK", "Content-Type: text/html", length, body: Self.longPage))
            let client = try Client(line.http)
            line.relay.hold(afterToSender: 60_000)
            try client.send("GET", "/test-page", [asked])
            while client.reader.unread.count < 30_000 { try #require(try client.reader.fill()) }
            line.relay.cut()
            let answer = try client.reader.answer(to: "GET")
            #expect(answer.status == 200 && answer.cut != nil, "\(answer)")
            #expect(answer.fields.has("Content-Length") == asked.contains("identity"), "\(answer)")
            let again = try eventually(within: .seconds(15)) {
                let whole = try line.get("/test-page")
                return whole.cut == nil && whole.text == Self.longPage
                    && whole.fields["Railgun"].first?.contains("normal") == true
            }
            #expect(again, "it doesn't come whole, or was kept")
        }
    }

    @Test(.timeLimit(.minutes(5))) func aPeerThatFallsSilentIsNoticedWithinTenSeconds() async throws {
        try await withLine { line, _ in
            #expect(try line.get("/test-before").text == "ok")
            line.relay.freeze()
            let began = ContinuousClock.now
            let answer = try line.get("/test-silent")
            let elapsed = ContinuousClock.now - began
            #expect(answer.status == 200 || Self.busy.contains(answer.status), "\(answer)")
            #expect(elapsed < .seconds(16), "\(elapsed)")
            let isBack = try eventually(within: .seconds(15)) { try line.get("/test-back").status == 200 }
            #expect(isBack)
        }
    }

    @Test func anOriginThatRefusesIs502AndOneThatSleepsIs504() async throws {
        let options = Line.Options(listener: ["lan.timeout = 1 s"])
        try await withLine(options) { line, origin in
            origin.answer("test-sleeps", with: .steps(.pause(.seconds(20))))
            let began = ContinuousClock.now
            let slow = try line.get("/test-sleeps")
            #expect(slow.status == 504 && slow.bodyBytes > 40, "\(slow)")
            #expect(ContinuousClock.now - began < .seconds(15))
            origin.stop()
            let refused = try eventually(within: .seconds(15)) { try line.get("/test-refused").status == 502 }
            #expect(refused)
        }
    }
}
