import Foundation
import Testing

/// What strangers may read of a failure, and what the log tells those who run the site.
struct ErrorPageTests {
    /// The number at the page's end, which a line of the log has too.
    private static func number(of page: String) throws -> String {
        String(try #require(page.firstMatch(of: /look for ([0-9a-f]{12})\./)).1)
    }

    @Test func aBrokenAnswerIsCalledSoAndOnlyTheLogNamesTheOrigin() async throws {
        try await withLine { line, origin in
            origin.answer("test-broken", with: .steps(.send("HTTP/1.1 200 OK\r\nBad Name: 1\r\n\r\n"), .finish))
            let answer = try line.get("/test-broken")
            try #require(answer.status == 502, "\(answer)")
            #expect(answer.text.contains("sent an answer that cannot be understood"), "\(answer.text)")
            #expect(answer.text.contains("site.test") && !answer.text.contains("127.0.0.1"), "\(answer.text)")
            let number = try Self.number(of: answer.text)
            let isLogged = eventually(within: .seconds(5)) {
                line.sender.log(lines: 1, about: number).contains("127.0.0.1:\(origin.port): ")
            }
            #expect(isLogged, "\(line.sender.log(lines: 9))")
        }
    }

    @Test func withoutALinkNeitherPageNorHeaderNamesTheListenerAndTheLogSaysItOnce() async throws {
        let origin = try ScriptedOrigin()
        let options = Line.Options(sender: ["origin.direct.test = http://127.0.0.1:\(origin.port)"])
        try await onThread {
            let line = try Line(originPort: origin.port, options)
            line.listener.kill()
            line.relay.cut()
            let isNoticed = eventually(within: .seconds(10)) { line.sender.log(lines: 9).contains("no link to") }
            #expect(isNoticed)
            let page = try line.get("/test-page")
            try #require(page.status == 527, "\(page)")
            #expect(!page.text.contains("127.0.0.1") && !page.text.contains("\(line.relay.port)"), "\(page.text)")
            let number = try Self.number(of: page.text)
            #expect(eventually(within: .seconds(5)) { !line.sender.log(lines: 1, about: number).isEmpty })
            let direct = try line.get("/test-direct", ["Host: direct.test"])
            let header = direct.fields["Railgun"].first ?? ""
            #expect(header.contains("direct (no link)"), "\(header)")
            let reports = line.sender.log(lines: 99, about: "no link to 127.0.0.1").split(separator: "\n")
            let reasons = reports.map {
                $0.components(separatedBy: "no link to")[1].components(separatedBy: "; it is tried")[0]
            }
            #expect(Set(reasons).count == reasons.count, "\(reports)")
        }
    }

    private static let requests = [
        200: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400: "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        414: "GET /\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\n\r\n",
        431: "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 200_000))\r\n\r\n",
        505: "GET / HTTP/9.9\r\n\r\n",
    ]

    @Test(arguments: requests.keys.sorted())
    func whatTheSenderAnswersItselfIsInItsAccessLog(status: Int) async throws {
        try await withLine { line, _ in
            let client = try Client(line.http)
            try? client.socket.send(Array(Self.requests[status]!.utf8))
            let answer = try client.reader.answer(to: "GET")
            #expect(answer.status == status, "\(answer)")
            let isLogged = eventually(within: .seconds(5)) {
                line.sender.log(lines: 9, about: " client=127.0.0.1 ").contains(" \(status) ")
            }
            #expect(isLogged, "\(line.sender.log(lines: 9))")
        }
    }

    @Test func aSiteThatNobodyNamedIs421WithItsNameEscaped() async throws {
        try await withLine(Line.Options(sender: ["site.known.test = default"])) { line, _ in
            let answer = try line.get("/", ["Host: other.test"])
            #expect(answer.status == 421 && answer.text.contains("other.test"), "\(answer)")
            #expect(answer.text.contains("site.HOST"))
        }
    }
}
