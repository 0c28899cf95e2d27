import Foundation
import Testing
import TestSupport

/// Nothing of a page, a cookie or a query is in a log, whatever goes wrong: every test looks for such in the logs of its
/// daemons when they end, and here is what they are tempted with.
struct SecretsTests {
    private static func planted(_ place: String) -> String { Planted.secret(place) }

    private static let target = "/test-secrets/a;sid=\(planted("parameter"))?token=\(planted("query"))"
    private static let fields = [
        "Cookie: session=\(planted("cookie")); _ga=\(planted("counter"))", "Authorization: Bearer \(planted("bearer"))",
        "X-Api-Key: \(planted("key"))", "Referer: http://site.test/?q=\(planted("referer"))",
        "User-Agent: \(planted("agent"))",
    ]

    /// Requests that are refused, each for another reason.
    private static let refused: [String] = {
        let secret = planted("refused")
        let get = "GET /test-secrets?q=\(secret) HTTP/1.1\r\n"
        let host = "Host: site.test\r\n"
        return [
            "\(get)\(host)Cookie: a=\(secret)\u{1}\r\n\r\n", "\(get)\(host)Authorization : Bearer \(secret)\r\n\r\n",
            "\(get)\(host)X: a\r\n \(secret)\r\n\r\n", "\(get)\(host)Cookie: \(secret)\rb\r\n\r\n",
            "\(get)\(host)\(secret)\r\n\r\n", "\(get)\(host): \(secret)\r\n\r\n", "\(get)\(host)(\(secret)): a\r\n\r\n",
            "\(get)\(host)Content-Length: \(secret)\r\n\r\n", "\(get)\(host)Transfer-Encoding: \(secret)\r\n\r\n",
            "\(get)\(host)Expect: \(secret)\r\n\r\n", "\(get)\(host)Connection: host, \(secret)\r\n\r\n",
            "\(get)\(host)Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n\(secret)",
            "\(get)Host: user:\(secret)@site.test\r\n\r\n", "\(get)\r\n", "\(get)\(host)Host: \(secret)@b\r\n\r\n",
            "GET http://user:\(secret)@site.test/ HTTP/1.1\r\n\(host)\r\n",
            "GET /test-secrets?q=\(secret)#\(secret) HTTP/1.1\r\n\(host)\r\n",
            "GET /test-secrets?q=\u{1}\(secret) HTTP/1.1\r\n\(host)\r\n", "GET ?\(secret) HTTP/1.1\r\n\(host)\r\n",
            "GET /test-secrets?\(secret) HTTP/\(secret)\r\n\(host)\r\n", "\(secret)\r\n\r\n",
            "CONNECT user:\(secret)@site.test:443 HTTP/1.1\r\n\(host)\r\n",
            "TRACE /test-secrets?\(secret) HTTP/1.1\r\n\(host)Max-Forwards: 0\r\nCookie: \(secret)\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\n\(host)Max-Forwards: 0\r\nCookie: \(secret)\r\n\r\n",
            "GET /\(String(repeating: "a", count: 20_000))?\(secret) HTTP/1.1\r\n\(host)\r\n",
            "\(get)\(host)Cookie: \(secret)\(String(repeating: "b", count: 90_000))\r\n\r\n",
            "POST /test-secrets?\(secret) HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n\(secret)\r\n",
            "POST /test-secrets?\(secret) HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n3\r\n\(secret)\r\n0\r\n\r\n",
            "\(get)\(host)Upgrade: \(secret)\r\nConnection: upgrade\r\n\r\n",
        ]
    }()

    /// Answers that can't be passed on.
    private static let broken: [String] = {
        let secret = planted("answer")
        let ok = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: a=\(secret)\r\n"
        return [
            "HTTP/1.1 \(secret)\r\n\r\n", "\(secret)", "\(ok)Set-Cookie: \(secret)\u{1}\r\n\r\n",
            "\(ok)Content-Length: \(secret)\r\n\r\n", "\(ok)\(secret)\r\n\r\n",
            "\(ok)Content-Length: 900\r\n\r\n\(secret)",
            "\(ok)Transfer-Encoding: chunked\r\n\r\n\(secret)\r\n", "\(ok)Transfer-Encoding: \(secret)\r\n\r\n",
            "\(ok)Content-Encoding: gzip\r\nContent-Length: \(secret.utf8.count)\r\n\r\n\(secret)",
            "HTTP/1.1 101 Switching\r\nUpgrade: \(secret)\r\nConnection: upgrade\r\n\r\n",
        ]
    }()

    private static let page = Script.head(
        "HTTP/1.1 200 OK", "Content-Type: text/html", "Set-Cookie: session=\(planted("set")); HttpOnly",
        "ETag: \"\(planted("etag"))\"", "Content-Length: \(pageText.utf8.count)", body: pageText)
    private static let pageText = "<p>\(planted("page"))</p>" + String(repeating: "<p>All of it.</p>\n", count: 200)

    @Test(arguments: [0, 1, 5], ["text", "json"]) func nothingSecretIsLogged(level: Int, format: String) async throws {
        let statistics = try (StatisticsPage(), StatisticsPage())
        var options = Line.Options()
        options.sender = ["log.format = \(format)", statistics.0.setting]
        options.listener = [
            "log.format = \(format)", statistics.1.setting, "activation.railgun_host = 127.0.0.1:9",
            "activation.token = rgt-\(Self.planted("token").padding(toLength: 64, withPad: "A", startingAt: 0))",
        ]
        options.logLevel = level
        try await withLine(options) { line, origin in
            origin.answer("test-secrets", with: Self.page)
            for visit in 0..<3 {
                let fields = visit == 2 ? [] : Self.fields
                let answer = try line.get(Self.target, fields)
                try #require(answer.text == Self.pageText && answer.cut == nil, "\(answer)")
            }
            let form = "card=\(Self.planted("form"))"
            #expect(try line.get(Self.target, Self.fields, method: "POST", body: form).status == 200)
            for request in Self.refused {
                let socket = try TCPSocket(connectingTo: line.http)
                try? socket.send([UInt8](latin1: request))
                socket.finish()
                while let bytes = try? socket.receive(within: .seconds(10)), !bytes.isEmpty {}
            }
            for (index, answer) in Self.broken.enumerated() {
                origin.answer("test-secrets", with: .steps(.send(answer), index.isMultiple(of: 2) ? .reset : .finish))
                _ = try? line.get(Self.target, Self.fields)
                _ = try? line.get(Self.target, Self.fields, method: "POST", body: form)
            }
            try? TCPSocket(connectingTo: line.wan).send(
                [UInt8](latin1: "GET /?\(Self.planted("stranger")) HTTP/1.1\r\n\r\n"))
            origin.stop()
            #expect(try line.get(Self.target, Self.fields).status == 502)
            for port in [statistics.0.port, statistics.1.port] {
                for path in ["/", "/metrics", "/store", "/dashboard"] {
                    let shown = try Client(port).request("GET", path, ["Host: localhost"]).text
                    #expect(Planted.found(in: shown, keysIn: line.folder.url).isEmpty, "\(shown)")
                }
            }
            line.listener.askToEnd()
            _ = line.listener.ended()
            #expect(try line.get(Self.target, Self.fields, method: "POST", body: form).status == 527)
            if level > 0 {
                #expect(line.sender.log(lines: 3, about: "/test-secrets/a;...") != "", "the requests are logged")
                #expect(line.sender.log(lines: 3, about: "/test-secrets?...") != "")
            }
        }
    }

    /// Without this, the test above might look for the wrong thing.
    @Test func whatIsLoggedOnPurposeIsFound() async throws {
        try await onThread {
            let origin = try ScriptedOrigin()
            var options = Line.Options()
            options.sender = ["log.query = 1"]
            let line = try Line(originPort: origin.port, options)
            #expect(try line.get("/test-x?a=\(Self.planted("query"))").status == 200)
            #expect(throws: DaemonFailure.self) { try line.sender.requireGoodEnd() }
            try line.listener.requireGoodEnd()
        }
    }
}
