extension Row {
    /// Section D: what an origin answers.
    static let responses: [Row] = plainResponses + brokenResponses + connectionRows

    private static let again = head("GET /$K/again HTTP/1.1", "Host: $K.test")

    /// Answers the first request so, and every other one with `200 ok`.
    private static func first(_ text: String) -> Script {
        Script { request in request.name.hasSuffix("again") ? Script.ok.steps(request) : [.send(text)] }
    }

    private static func ok(_ lines: String..., body: String = "ok") -> Script {
        .answers([
            (["HTTP/1.1 200 OK"] + lines + ["Content-Length: \(body.utf8.count)"]).joined(separator: "\r\n")
                + "\r\n\r\n" + body
        ])
    }

    private static let download = LongBody(byteCount: 32 << 20)
    private static let chunkedHead = Script.Step.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")

    private static let plainResponses: [Row] = [
        Row(
            "D01-head", [head("HEAD /$K HTTP/1.1", "Host: $K.test"), again], ["HEAD", "GET"],
            origin: first("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n"),
            .statuses(200, 200) && .answerField("Content-Length", "12345")
                && Check("the next answer is intact") { $0.answers.last?.text == "ok" }),
        Row(
            "D02-204", [get(), again], ["GET", "GET"], origin: first("HTTP/1.1 204 No Content\r\n\r\n"),
            .statuses(204, 200)
                && .answer("no framing") { !$0.fields.has("Content-Length") && !$0.fields.has("Transfer-Encoding") }),
        Row(
            "D03-304", [get("If-None-Match: \"e\""), again], ["GET", "GET"],
            origin: first("HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\nETag: \"e\"\r\n\r\n"),
            .statuses(304, 200) && .answerField("ETag", "\"e\"")
                && Check("the next answer is intact") { $0.answers.last?.text == "ok" }),
        Row(
            "D04-204-with-body", [get(), again], ["GET", "GET"],
            origin: first("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"),
            linger: .milliseconds(200),
            .nothingMore
                && Check("the five bytes are no answer") {
                    [[204, 200], [502, 200], [502]].contains($0.statuses) && $0.answers.last?.text != "hello"
                }),
        Row(
            "D16-close-delimited", [get()],
            origin: .steps(.send("HTTP/1.1 200 OK\r\n\r\nhello"), .pause(.milliseconds(100)), .send(" world"), .finish),
            .statuses(200) && .body("hello world")),
        Row(
            "D17-http10-origin", [get()], origin: .steps(.send("HTTP/1.0 200 OK\r\n\r\nhello"), .finish),
            .statuses(200) && .body("hello") && .answer("HTTP/1.1") { $0.version == "HTTP/1.1" }),
        Row(
            "D21-no-reason", [get()], origin: .head("HTTP/1.1 200", "Content-Length: 2", body: "ok"),
            .statuses(200) && .body("ok")),
        Row(
            "D22-status-599", [get()], origin: .head("HTTP/1.1 599 Odd", "Content-Length: 2", body: "ok"),
            .statuses(599) && .body("ok")),
        Row(
            "D26-set-cookie", [get()], origin: ok("Set-Cookie: a=1; Path=/", "Set-Cookie: b=2"),
            .statuses(200) && .answerField("Set-Cookie", "a=1; Path=/", "b=2")),
        Row(
            "D27-date-missing", [get()], origin: ok(),
            .statuses(200) && .answer("a Date") { $0.fields["Date"].count == 1 }),
        Row(
            "D28-date-kept", [get()], origin: ok("Date: Tue, 15 Nov 1994 08:12:31 GMT"),
            .statuses(200) && .answerField("Date", "Tue, 15 Nov 1994 08:12:31 GMT")),
        Row(
            "D36-resp-trailers", [get("TE: trailers", "Connection: TE")],
            origin: .answers([
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n"
            ]),
            .statuses(200) && .body("ok") && .answer("no trailer among its fields") { !$0.fields.has("X-T") }),
        Row(
            "D38-download-32m", [get()], origin: .steps(chunkedHead, .body(download, chunked: true)),
            .statuses(200)
                && .answer("the same bytes") { [hash = download.hash] in $0.bodyHash == hash && $0.cut == nil }),
        Row(
            "D39-streaming", [get()],
            origin: .steps(chunkedHead, .send("5\r\nfirst\r\n"), .pause(.seconds(4)), .send("4\r\nlast\r\n0\r\n\r\n")),
            .statuses(200) && .body("firstlast")
                && .answer("its first bytes long before the last") {
                    $0.arrivals.count >= 2 && $0.arrivals.last! - $0.arrivals[0] > .seconds(1)
                }),
    ]

    private static func broken(_ id: String, _ steps: Script.Step..., expecting check: Check) -> Row {
        Row(id, [get()], origin: Script { _ in steps }, linger: .milliseconds(100), check)
    }

    private static let brokenResponses: [Row] = [
        broken(
            "D05-resp-cl-te",
            .send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
            expecting: .status(502)
                || .statuses(200) && .body("hello")
                    && .answer("no foreign length") {
                        ["5"] == $0.fields["Content-Length"] || !$0.fields.has("Content-Length")
                    }
        ),
        broken(
            "D06-resp-cl-diff", .send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
            expecting: .status(502)),
        broken(
            "D07-resp-cl-bad", .send("HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\nhello"), .finish,
            expecting: .status(502)),
        broken(
            "D08-resp-obs-fold", .send("HTTP/1.1 200 OK\r\nX-A: a\r\n b\r\nContent-Length: 2\r\n\r\nok"),
            expecting: .status(502) || .statuses(200) && .answerField("X-A", "a b")),
        broken(
            "D09-resp-sp-colon", .send("HTTP/1.1 200 OK\r\nX-A : b\r\nContent-Length: 2\r\n\r\nok"),
            expecting: .status(502) || .statuses(200) && .answerField("X-A", "b")),
        broken(
            "D10-resp-nul", .send("HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 2\r\n\r\nok"),
            expecting: .status(502) || .statuses(200) && .answerField("X-A", "a b")),
        broken(
            "D11-resp-bare-cr", .send("HTTP/1.1 200 OK\r\nX-A: a\rb\r\nContent-Length: 2\r\n\r\nok"),
            expecting: .status(502) || .statuses(200) && .answerField("X-A", "a b")),
        broken(
            "D12-trunc-cl", .send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + half), .finish, expecting: .cut),
        broken("D13-trunc-chunked", chunkedHead, .send("32\r\n" + half + "\r\n"), .finish, expecting: .cut),
        broken(
            "D14-rst-mid-body", .send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + half),
            .pause(.milliseconds(100)), .reset, expecting: .cut),
        broken(
            "D15-rst-chunked", chunkedHead, .send("32\r\n" + half + "\r\n"), .pause(.milliseconds(100)), .reset,
            expecting: .cut),
        broken("D18-garbage", .bytes((0..<200).map { UInt8(($0 * 37 + 129) & 255) }), .finish, expecting: .status(502)),
        broken("D19-http09-resp", .send("<html>hello"), .finish, expecting: .status(502)),
        broken(
            "D20-bad-status", .send("HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok"), .finish, expecting: .status(502)),
        broken(
            "D23-empty", .finish,
            expecting: .status(502) && Check("at most one retry") { (1...2).contains($0.seen.count) }),
        broken("D24-half-head", .send("HTTP/1.1 200 OK\r\nContent-Le"), .finish, expecting: .status(502)),
        broken(
            "D25-head-1m",
            .send(
                "HTTP/1.1 200 OK\r\nX-A: " + String(repeating: "x", count: 1 << 20) + "\r\nContent-Length: 2\r\n\r\nok"),
            expecting: .status(502)),
    ]

    private static let half = String(repeating: "x", count: 50)

    /// Breaks off at once where the connection was used before; else answers.
    private static let staleWhenReused = Script { request in
        request.name.hasSuffix("again") && request.place > 0 ? [.finish] : Script.ok.steps(request)
    }

    private static let connectionRows: [Row] = [
        Row(
            "D29-extra-bytes", [get(), .awaitAnswer, .pause(.milliseconds(100)), again, .awaitAnswer, again],
            ["GET", "GET", "GET"],
            origin: first(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"),
            .statuses(200, 200, 200)
                && Check("the forged answer is never delivered") { $0.answers.allSatisfy { $0.text == "ok" } }),
        Row(
            "D30-stale-get", [get(), .awaitAnswer, again], ["GET", "GET"], origin: staleWhenReused,
            .statuses(200, 200) && Check("at most one retry") { $0.seen.count <= 3 }),
        Row(
            "D31-stale-post",
            [get(), .awaitAnswer, head("POST /$K/again HTTP/1.1", "Host: $K.test", "Content-Length: 5"), "hello"],
            ["GET", "POST"],
            origin: staleWhenReused,
            Check("502, 503 or 527, or a fresh connection") {
                $0.statuses.count == 2 && [200, 502, 503, 527].contains($0.statuses[1])
            }
                && Check("never sent twice") { $0.seen.filter { $0.method == "POST" }.count == 1 }),
        Row(
            "D32-post-once", [post("Content-Length: 5", body: "hello")], ["POST"], origin: .steps(.finish),
            linger: .milliseconds(300),
            .status(502) && .seen(1)),
        Row(
            "D33-http10-client", [head("GET /$K HTTP/1.0", "Host: $K.test")],
            origin: .answers(["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "2\r\nok\r\n", "0\r\n\r\n"]),
            .statuses(200) && .body("ok") && .answer("no Transfer-Encoding") { !$0.fields.has("Transfer-Encoding") }),
        Row(
            "D34-conn-close", [get("Connection: close")], linger: .seconds(2),
            .statuses(200) && .body("ok")
                && .answer("Connection: close") { $0.fields["Connection"].contains { $0.lowercased() == "close" } }
                && .closed),
        Row(
            "D35-half-close", [get(), .finish],
            origin: .steps(.pause(.milliseconds(200)), .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")),
            .statuses(200) && .body("ok")),
        Row(
            "D37-client-abort", [get(), .awaitBytes, .closeNow, .pause(.seconds(5))], [],
            origin: .steps(chunkedHead, .endless),
            .origin("the end of its connection within 5 s") {
                $0.brokenOffAfter.map { $0 < .milliseconds(5300) } ?? false
            }),
        Row(
            "D40-early-final", [post("Transfer-Encoding: chunked", body: ""), .body(LongBody(byteCount: 1 << 20))],
            ["POST"],
            origin: .early(.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig"), .readBody),
            .statuses(413) && .body("big") && .nothingMore && .notSmuggled),
    ]
}
