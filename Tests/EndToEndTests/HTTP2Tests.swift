import Foundation
import Testing
import TestSupport

/// HTTP/2 clients that others wrote: curl and nghttp.
struct HTTP2Tests {
    private func curl(_ line: Line, _ arguments: [String]) throws -> Command {
        try Command("/usr/bin/curl", ["-sS", "--max-time", "30", "--cacert", line.certificatePath] + arguments)
    }

    private static let page = String(repeating: "<p>a page for HTTP/2</p>", count: 300)
    private static let pageScript = Script.head(
        "HTTP/1.1 200 OK", "Content-Type: text/html", "ETag: \"e\"", "Content-Length: \(page.utf8.count)", body: page)

    /// Its first visit goes on while it comes, as gzip without a length; the second one is rebuilt of a delta.
    @Test(arguments: ["--http1.0", "--http1.1", "--http2-prior-knowledge"])
    func aLongPageComesAsGzipAtItsFirstVisitAndLater(version: String) async throws {
        try await withLine(Line.Options(sender: ["compress.clients = 1"])) { line, origin in
            let page = (0..<6000).map { "<p>line \($0) of \($0 &* 2_654_435_761 % 99_991)</p>\n" }.joined()
            let length = "Content-Length: \(page.utf8.count)"
            origin.answer("test-page", with: .head("HTTP/1.1 200 OK", "Content-Type: text/html", length, body: page))
            for visit in 1...3 {
                let port = version.contains("http2") ? line.h2c : line.http
                let got = try curl(line, [version, "--compressed", "-i", "http://localhost:\(port)/test-page"])
                #expect(got.exitCode == 0 && got.output.hasSuffix(page), "\(visit): \(got.output.prefix(500))")
                let head = got.output.prefix(1000).lowercased()
                #expect(head.contains("content-encoding: gzip") && head.contains("normal") == (visit == 1), "\(head)")
            }
        }
    }

    @Test func eachWayToHTTP2GivesThePage() async throws {
        try await withLine { line, origin in
            origin.answer("test-page", with: Self.pageScript)
            let ways: [(String, [String], String)] = [
                ("2", ["--http2-prior-knowledge"], "http://localhost:\(line.h2c)"),
                ("2", ["--http2"], "https://localhost:\(line.https)"),
                ("1.1", ["--http1.1"], "https://localhost:\(line.https)"),
                ("1.1", ["--no-alpn"], "https://localhost:\(line.https)"),
                ("1.1", ["--http1.1"], "http://localhost:\(line.http)"),
            ]
            for (version, way, base) in ways {
                let get = try curl(line, way + ["-w", "\n%{http_version} %{http_code}", "\(base)/test-page"])
                #expect(get.output == "\(Self.page)\n\(version) 200", "\(way): \(get.errors)")
                let head = try curl(line, way + ["-I", "\(base)/test-page"])
                #expect(
                    head.exitCode == 0 && head.output.lowercased().contains("etag: \"e\""), "\(way): \(head.errors)")
            }
            let schemes = origin.requests("test-page").flatMap { $0.fields["X-Forwarded-Proto"] }
            #expect(Line.isPeer || schemes.filter { $0 == "https" }.count == 6, "\(schemes)")
        }
    }

    @Test func bodiesPassOverHTTP2BothWays() async throws {
        try await withLine { line, origin in
            let body = LongBody(byteCount: 3 << 20)
            origin.answer(
                "test-down",
                with: .steps(.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), .body(body, chunked: true))
            )
            let sent = try line.folder.write((0..<body.blockCount).flatMap { body.block($0) }, to: "sent").path
            let base = "http://localhost:\(line.h2c)"
            let way = "--http2-prior-knowledge"
            let up = try curl(line, [way, "--data-binary", "@\(sent)", "\(base)/test-up"])
            #expect(up.output == "ok", "\(up.errors)")
            // Standard input: a length that nobody knows beforehand.
            let piped = try Command("/bin/sh", ["-c", "cat \(sent) | curl -sS \(way) -T - \(base)/test-piped"])
            #expect(piped.output == "ok", "\(piped.errors)")
            for key in ["test-up", "test-piped"] {
                #expect(origin.requests(key).map(\.bodyHash) == [body.hash], "\(key): \(origin.requests(key))")
            }
            let down = try curl(line, [way, "\(base)/test-down"])
            #expect(down.outputBytes.sha256 == body.hash, "\(down.exitCode) \(down.errors)")
        }
    }

    @Test func manyStreamsShareOneConnection() async throws {
        try await withLine { line, origin in
            origin.answer("test-many", with: Script { [.pause(.milliseconds(50)), .send(Self.answer($0.name))] })
            let names = (0..<60).map { "n\($0)" }
            // Over TLS: curl 7.88 fails with its second request on a connection of prior knowledge, to any server.
            let urls = names.flatMap {
                ["https://localhost:\(line.https)/test-many/\($0)", "-o", line.folder.path($0)]
            }
            let curl = try curl(line, ["--http2", "--parallel", "--parallel-max", "60"] + urls)
            #expect(curl.exitCode == 0, "\(curl.errors)")
            for name in names { #expect(try line.folder.text(of: name) == name) }

            let nghttp = try Command(
                "/usr/bin/nghttp", ["-nv", "--no-dep"] + names.map { "http://127.0.0.1:\(line.h2c)/test-many/\($0)" })
            #expect(nghttp.output.components(separatedBy: ":status: 200").count - 1 == 60, "\(nghttp.errors)")
            #expect(!nghttp.output.contains("RST_STREAM"))
        }
    }

    private static func answer(_ body: String) -> String {
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func trailersOfARequestAreNoFields() async throws {
        try await withLine { line, origin in
            let body = try line.folder.write("hello", to: "body").path
            let url = "http://127.0.0.1:\(line.h2c)/test-trailer"
            let nghttp = try Command("/usr/bin/nghttp", ["-nv", "--data=\(body)", "--trailer=x-t: 1", url])
            try #require(nghttp.output.contains(":status: 200"), "\(nghttp.output) \(nghttp.errors)")
            let seen = try #require(origin.requests("test-trailer").first)
            #expect(latin1(seen.body) == "hello" && !seen.fields.has("X-T"), "\(seen)")
        }
    }

    @Test(arguments: [
        "Content-Length: 100\r\n\r\n0123456789", "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n",
    ])
    func aCutAnswerIsAResetStream(answer: String) async throws {
        try await withLine { line, origin in
            origin.answer(
                "test-cut", with: .steps(.send("HTTP/1.1 200 OK\r\n\(answer)"), .pause(.milliseconds(100)), .finish))
            let curl = try curl(line, ["--http2-prior-knowledge", "http://localhost:\(line.h2c)/test-cut"])
            #expect(curl.exitCode != 0, "curl took a cut answer for a whole one: \(curl.output)")
            let next = try self.curl(line, ["--http2-prior-knowledge", "http://localhost:\(line.h2c)/test-next"])
            #expect(next.output == "ok")
        }
    }

    /// A request as a frame: GET for a path of `localhost`, with more bytes of its field block behind.
    private func request(_ stream: UInt8, _ path: String, authority: [UInt8] = [0x01], _ more: [UInt8] = []) -> [UInt8]
    {
        let host = Array("localhost".utf8)
        let block = [0x82, 0x86, 0x04, UInt8(path.utf8.count)] + Array(path.utf8) + authority + [9] + host + more
        return [0, 0, UInt8(block.count), 1, 5, 0, 0, 0, stream] + block
    }

    /// Sends frames to a line, and reads until some bytes came or the connection ended.
    private func bytes(_ line: Line, sending frames: [UInt8], until wanted: String) throws -> String {
        let socket = try TCPSocket(connectingTo: line.h2c)
        try socket.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0] + frames)
        var got = ""
        while !got.contains(wanted) {
            let more = try socket.receive(within: .seconds(20))
            if more.isEmpty { break }
            got += latin1(more)
        }
        return got
    }

    @Test func aMalformedRequestLeavesOtherStreamsAlone() async throws {
        try await withLine { line, origin in
            origin.answer(
                "test-slow",
                with: .steps(
                    .pause(.milliseconds(500)), .send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nunder way")))
            let capital: [UInt8] = [0x00, 1, UInt8(ascii: "X"), 1, UInt8(ascii: "1")]
            let frames = request(1, "/test-slow") + request(3, "/test-bad", capital) + request(5, "/test-slow")
            let got = try bytes(line, sending: frames, until: "under way")
            #expect(got.contains("under way"), "\(got.debugDescription)")
            #expect(origin.requests("test-bad").isEmpty)
        }
    }

    @Test func hostStandsForAnAuthorityThatIsMissing() async throws {
        try await withLine { line, origin in
            let got = try bytes(line, sending: request(1, "/test-host", authority: [0x0f, 0x17]), until: "ok")
            #expect(got.contains("ok"), "\(got.debugDescription)")
            #expect(origin.requests("test-host").first?.fields["Host"].first == "localhost")
        }
    }
}
