import Foundation
import Testing
import TestSupport

/// Texts that are too long for pages, or written bit by bit: on the link, and for clients that accept gzip.
struct LongTextTests {
    private static let text = (0..<20_000).map { "<p>line \($0) of a long page</p>" }.joined(separator: "\n")

    private static func head(_ type: String = "text/html", _ fields: [String] = []) -> String {
        (["HTTP/1.1 200 OK", "Content-Type: \(type)"] + fields).joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// The text with its length and a tag, to GET; the head alone, to HEAD.
    private static let long = Script { request in
        let fields = ["Content-Length: \(text.utf8.count)", "ETag: \"tag\"", "Accept-Ranges: bytes"]
        return [.send(head("text/html", fields) + (request.method == "HEAD" ? "" : text))]
    }

    private static func chunk(_ text: String) -> Script.Step {
        .send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
    }

    /// What `compress.data` changes: the link's bytes, and nothing else.
    @Test(arguments: [0, 1])
    func aLongTextCrossesTheLinkInFewerBytesWhereThatIsSet(isSet: Int) async throws {
        try await withLine(.init(listener: ["compress.data = \(isSet)"])) { line, origin in
            origin.answer("test-long", with: Self.long)
            let bytes = try line.linkBytes {
                let answer = try line.get("/test-long")
                #expect(answer.cut == nil && answer.bodyHash == Array(Self.text.utf8).sha256, "\(answer)")
                #expect(answer.fields["Content-Length"] == ["\(Self.text.utf8.count)"])
                #expect(answer.fields["ETag"] == ["\"tag\""] && answer.fields["Accept-Ranges"] == ["bytes"])
            }
            print("compress.data = \(isSet): \(bytes.toSender) bytes of the link for \(Self.text.utf8.count)")
            #expect(isSet == 1 ? bytes.toSender < Self.text.utf8.count / 3 : bytes.toSender > Self.text.utf8.count)
        }
    }

    @Test func headsEmptyAnswersTrailersAndTunnelsAreUnharmed() async throws {
        let options = Line.Options(sender: ["compress.clients = 1"], listener: ["compress.data = 1"])
        try await withLine(options) { line, origin in
            origin.answer("test-long", with: Self.long)
            origin.answer(
                "test-none", with: .steps(.send("HTTP/1.1 204 No Content\r\nContent-Type: text/html\r\n\r\n")))
            origin.answer(
                "test-trailers",
                with: .steps(
                    .send(Self.head("text/plain", ["Transfer-Encoding: chunked"])), Self.chunk(Self.text),
                    .send("0\r\nX-Sum: 42\r\n\r\n")))
            let client = try Client(line.http)
            for fields in [[], ["Accept-Encoding: gzip"]] {
                let head = try client.request("HEAD", "/test-long", fields)
                #expect(head.status == 200 && head.bodyBytes == 0, "\(head)")
                let empty = try client.request("GET", "/test-none", fields)
                #expect(empty.status == 204 && empty.fields["Content-Encoding"].isEmpty, "\(empty)")
                let trailed = try client.request("GET", "/test-trailers", fields + ["TE: trailers"])
                #expect(trailed.trailers == [Field(name: "x-sum", value: "42")], "\(trailed.trailers)")
                #expect(fields.isEmpty == (trailed.bodyHash == Array(Self.text.utf8).sha256))
            }
        }
    }

    /// Gzip's head alone would come in any case: it has 10 bytes.
    @Test func whatIsWrittenCanBeReadAtOnceThoughItIsCompressed() async throws {
        let options = Line.Options(sender: ["compress.clients = 1"], listener: ["compress.data = 1"])
        try await withLine(options) { line, origin in
            origin.answer(
                "test-lines",
                with: .steps(
                    .send(Self.head("application/x-ndjson", ["Transfer-Encoding: chunked"])),
                    Self.chunk("{\"first\": 1}\n"), .pause(.seconds(3)), Self.chunk("{\"second\": 2}\n"),
                    .send("0\r\n\r\n")))
            let (began, client) = (ContinuousClock.now, try Client(line.http))
            var earlyBytes = 0
            let answer = try client.request("GET", "/test-lines", ["Accept-Encoding: gzip"]) { bytes in
                if ContinuousClock.now - began < .seconds(2) { earlyBytes += bytes.count }
            }
            #expect(answer.cut == nil && answer.fields["Content-Encoding"] == ["gzip"], "\(answer)")
            #expect(earlyBytes > 20 && answer.bodyBytes > earlyBytes + 10, "\(earlyBytes) of \(answer.bodyBytes)")
        }
    }

    @Test func aClientThatAcceptsGzipGetsALongTextSo() async throws {
        try await withLine(.init(sender: ["compress.clients = 1"])) { line, origin in
            origin.answer("test-long", with: Self.long)
            for version in ["--http1.1", "--http1.0", "--http2-prior-knowledge"] {
                let url = "http://127.0.0.1:\(line.http)/test-long"
                let curl = try Command("/usr/bin/curl", ["-sS", "--compressed", version, url])
                #expect(curl.exitCode == 0 && curl.output == Self.text, "\(version): \(curl.errors)")
            }
            let client = try Client(line.http)
            let zipped = try client.request("GET", "/test-long", ["Accept-Encoding: gzip"])
            let head = try client.request("HEAD", "/test-long", ["Accept-Encoding: gzip"])
            #expect(zipped.cut == nil && zipped.bodyBytes < Self.text.utf8.count / 4, "\(zipped)")
            for answer in [zipped, head] {
                #expect(answer.fields["Content-Encoding"] == ["gzip"] && answer.fields["ETag"] == ["W/\"tag\""])
                #expect(answer.fields["Vary"] == ["Accept-Encoding"] && !answer.fields.has("Accept-Ranges"))
                #expect(!answer.fields.has("Content-Length"), "\(answer)")
            }
            let plain = try client.request("GET", "/test-long")
            #expect(plain.bodyHash == Array(Self.text.utf8).sha256 && plain.fields["Vary"] == ["Accept-Encoding"])
            #expect(
                plain.fields["Content-Length"] == ["\(Self.text.utf8.count)"] && plain.fields["ETag"] == ["\"tag\""])
        }
    }

    @Test func whatMustStayAsItIsIsNotCompressed() async throws {
        try await withLine(.init(sender: ["compress.clients = 1"], listener: ["compress.data = 1"])) { line, origin in
            let length = "Content-Length: \(Self.text.utf8.count)"
            let status = ["HTTP/1.1 206 Partial Content", "Content-Type: text/html", length]
            let range = status + ["Content-Range: bytes 0-\(Self.text.utf8.count - 1)/9000000"]
            origin.answer("test-part", with: .steps(.send(range.joined(separator: "\r\n") + "\r\n\r\n" + Self.text)))
            let fixed = Self.head("text/html", [length, "Cache-Control: no-transform", "ETag: \"tag\""])
            origin.answer("test-fixed", with: .steps(.send(fixed + Self.text)))
            for (target, field) in [("/test-part", "Range: bytes=0-"), ("/test-fixed", "X-Y: z")] {
                let answer = try line.get(target, ["Accept-Encoding: gzip", field])
                #expect(answer.cut == nil && answer.bodyHash == Array(Self.text.utf8).sha256, "\(answer)")
                #expect(!answer.fields.has("Content-Encoding") && !answer.fields.has("Vary"), "\(answer)")
                #expect(answer.fields["ETag"] == (target == "/test-fixed" ? ["\"tag\""] : []))
            }
        }
    }
}
