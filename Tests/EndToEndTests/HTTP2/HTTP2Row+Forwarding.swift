extension HTTP2Row {
    private static func ok(_ lines: String...) -> Script {
        .answers([(["HTTP/1.1 200 OK"] + lines + ["Content-Length: 2"]).joined(separator: "\r\n") + "\r\n\r\nok"])
    }

    private static let again = request(pseudo(path: "/$K/again"), stream: 3)

    /// This first, and 200 to the next request.
    private static func first(_ answer: String) -> Script {
        Script { $0.name == "again" ? Script.ok.steps($0) : [.send(answer)] }
    }

    /// What is passed on, both ways.
    static let forwarding: [HTTP2Row] = [
        HTTP2Row(
            "C01-response-connection", [get()], origin: ok("Connection: X-Hop", "X-Hop: 1", "Keep-Alive: a"),
            .statuses(200)
                && .answer("no field of the origin's connection") {
                    !$0.fields.has("X-Hop") && !$0.fields.has("Connection") && !$0.fields.has("Keep-Alive")
                }),
        HTTP2Row(
            "C02-response-upgrade", [get()], origin: ok("Upgrade: h2c", "Proxy-Connection: close"),
            .statuses(200)
                && .answer("no Upgrade") { !$0.fields.has("Upgrade") && !$0.fields.has("Proxy-Connection") }),
        HTTP2Row(
            "C03-response-names", [get()], origin: ok("X-Upper: 1"),
            .statuses(200)
                && .answer("names in lower case") { $0.fields.allSatisfy { $0.name == $0.name.lowercased() } }),
        HTTP2Row(
            "C04-expect-100", [post(("expect", "100-continue")), .body("hello", stream: 1, end: true)],
            .statuses(200) && .seen(1) && .origin("the body") { latin1($0.body) == "hello" }),
        HTTP2Row(
            "C05-103", [get()],
            origin: .answers([
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            ]),
            .statuses(200) && .answer("103 before it") { $0.interim.map(\.status) == [103] }),
        HTTP2Row(
            "C06-101-unasked", [get()],
            origin: .answers(["HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n"]),
            .status(502)),
        HTTP2Row(
            "C07-range", [get(("range", "bytes=0-3"))],
            origin: .head(
                "HTTP/1.1 206 Partial Content", "Content-Range: bytes 0-3/10", "Content-Length: 4", body: "0123"),
            .statuses(206) && .body("0123") && .answerField("content-range", "bytes 0-3/10")
                && .originField("Range", "bytes=0-3")),
        HTTP2Row(
            "C08-head", [request(pseudo(method: "HEAD")), .awaitAnswer(stream: 1), again], answers: [1, 3],
            origin: first("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n"),
            .statuses(200, 200) && .answerField("content-length", "12345") && .body("")),
        HTTP2Row(
            "C09-204", [get(), .awaitAnswer(stream: 1), again], answers: [1, 3],
            origin: first("HTTP/1.1 204 No Content\r\n\r\n"),
            .statuses(204, 200) && .answer("no length") { !$0.fields.has("content-length") }),
        HTTP2Row(
            "C10-304", [get(("if-none-match", "\"e\"")), .awaitAnswer(stream: 1), again], answers: [1, 3],
            origin: first("HTTP/1.1 304 Not Modified\r\nETag: \"e\"\r\nContent-Length: 500\r\n\r\n"),
            .statuses(304, 200) && .answerField("etag", "\"e\"") && .body("")),
        HTTP2Row(
            "C11-set-cookie", [get()], origin: ok("Set-Cookie: a=1; Path=/", "Set-Cookie: b=2"),
            .statuses(200) && .answerField("set-cookie", "a=1; Path=/", "b=2")),
        HTTP2Row(
            "C12-response-trailers", [get(("te", "trailers"))],
            origin: .answers([
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n"
            ]),
            .statuses(200) && .body("ok")
                && .answer("no trailer among its fields, no Transfer-Encoding") {
                    !$0.fields.has("x-t") && !$0.fields.has("transfer-encoding")
                }),
        HTTP2Row(
            "C13-early-final", [post(), .body(String(repeating: "x", count: 16_000), stream: 1, end: false)],
            origin: .early(.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig"), .readBody),
            linger: .milliseconds(100), .statuses(413) && .body("big") && .notSmuggled),
        HTTP2Row(
            "C14-date", [get()], origin: ok(),
            .statuses(200) && .answer("a Date") { $0.fields["date"].count == 1 }),
        HTTP2Row(
            "C15-other-streams-go-on",
            [request(pseudo(path: "/$K/a b")), .awaitAnswer(stream: 1), again], answers: [3],
            .statuses(200) && .seen(1)),
    ]

    private static func broken(_ id: String, _ steps: Script.Step..., expecting check: Check) -> HTTP2Row {
        HTTP2Row(id, [get()], origin: Script { _ in steps }, linger: .milliseconds(50), check)
    }

    private static let half = String(repeating: "x", count: 50)
    private static let chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    private static let refusedOrASpace = Check.status(502) || .statuses(200) && .answerField("x-a", "a b")

    /// Answers that break HTTP/1.1's rules: none of them becomes another answer in HTTP/2.
    static let answers: [HTTP2Row] = [
        broken(
            "D01-trunc-cl", .send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + half), .finish, expecting: .cut),
        broken("D02-trunc-chunked", .send(chunkedHead + "32\r\n" + half + "\r\n"), .finish, expecting: .cut),
        broken(
            "D03-rst-mid-body", .send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + half),
            .pause(.milliseconds(100)), .reset, expecting: .cut),
        broken(
            "D04-close-delimited", .send("HTTP/1.1 200 OK\r\n\r\nhello"), .finish,
            expecting: .statuses(200) && .body("hello")),
        broken("D05-garbage", .send("\u{81}\u{A6}garbage"), .finish, expecting: .status(502)),
        broken("D06-empty", .finish, expecting: .status(502)),
        broken(
            "D07-bad-status", .send("HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok"), .finish, expecting: .status(502)),
        broken(
            "D08-two-lengths", .send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
            expecting: .status(502)),
        broken(
            "D09-nul", .send("HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 2\r\n\r\nok"), expecting: refusedOrASpace),
        broken(
            "D10-bare-cr", .send("HTTP/1.1 200 OK\r\nX-A: a\rb\r\nContent-Length: 2\r\n\r\nok"),
            expecting: refusedOrASpace),
        broken(
            "D11-obs-fold", .send("HTTP/1.1 200 OK\r\nX-A: a\r\n b\r\nContent-Length: 2\r\n\r\nok"),
            expecting: refusedOrASpace),
        broken(
            "D12-cl-te",
            .send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
            expecting: .status(502) || .statuses(200) && .body("hello")),
        broken(
            "D13-204-with-body", .send("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"), .finish,
            expecting: .statuses(204) && .body("")),
        broken(
            "D14-pseudo-from-origin", .send("HTTP/1.1 200 OK\r\n:status: 500\r\nContent-Length: 2\r\n\r\nok"),
            expecting: .status(502)),
        broken(
            "D15-forged-second",
            .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"),
            expecting: .statuses(200) && .body("ok")),
    ]
}
