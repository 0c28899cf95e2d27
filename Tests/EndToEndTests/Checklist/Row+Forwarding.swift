extension Row {
    private static func ok(_ lines: String...) -> String {
        (["HTTP/1.1 200 OK"] + lines + ["Content-Length: 2"]).joined(separator: "\r\n") + "\r\n\r\nok"
    }

    private static let websocketKey = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    private static let frame = "\u{81}\u{83}\0\0\0\0abc"
    private static let zipped = [UInt8](latin1: String(repeating: "<p>a page in gzip</p>\n", count: 40)).gzipStored
    private static let page = String(repeating: "<p>a page as it is</p>\n", count: 40)

    /// Section C: what is passed on, and how.
    static let forwarding: [Row] = [
        Row(
            "C01-connection-token", [get("Connection: X-Hop", "X-Hop: 1")],
            .statuses(200) && .seen(1) && .originLacks("X-Hop")),
        Row(
            "C02-connection-abuse",
            [post("Connection: Host, Content-Length, Cookie", "Cookie: a=b", "Content-Length: 5", body: "hello")],
            ["POST"],
            .refused(400)
                || .statuses(200) && .seen(1) && .originField("Host", "row-c02connectionabuse.test")
                    && .origin("the body") { latin1($0.body) == "hello" }
        ),
        Row(
            "C03-hop-known", [get("Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "TE: gzip", "Upgrade: foo")],
            .passed && .originLacks("Keep-Alive", "Proxy-Connection", "Upgrade")
                && .origin("no TE but trailers") { $0.fields["TE"].allSatisfy { $0 == "trailers" } }),
        Row(
            "C04-resp-connection-token", [get()], origin: .answers([ok("Connection: X-Hop", "X-Hop: 1")]),
            .statuses(200)
                && .answer("no X-Hop") {
                    !$0.fields.has("X-Hop") && !$0.fields["Connection"].contains { $0.contains("X-Hop") }
                }),
        Row(
            "C05-via", [get("Via: 1.0 before")],
            .passed
                && .origin("Via, appended to") { request in
                    let all = request.fields["Via"].joined(separator: ", ").split(separator: ",")
                    return all.count >= 2 && all[0] == "1.0 before"
                }),
        Row(
            "C06-xff", [get("X-Forwarded-For: 1.2.3.4")],
            .passed
                && .origin("X-Forwarded-For with the true address") {
                    $0.fields["X-Forwarded-For"].joined(separator: ",").hasSuffix("127.0.0.1")
                }),
        Row(
            "C07-order-dup", [get("X-A: 1", "X-B: 3", "X-A: 2", "Cookie: a=1", "Cookie: b=2")],
            .passed
                && .origin("the order of X-A and Cookie") {
                    let (values, cookies) = (
                        $0.fields["X-A"].joined(separator: ", "), $0.fields["Cookie"].joined(separator: "; ")
                    )
                    return values == "1, 2" && cookies == "a=1; b=2"
                }),
        Row("C08-obs-text", [get("X-A: \u{E9}\u{FF}")], .passed && .originField("X-A", "\u{E9}\u{FF}")),
        Row(
            "C09-underscore", [get("X_A: 1", "Content_Length: 5")],
            .refused(400) || .passed && .originLacks("X-A", "Content-Length")),
        Row(
            "C10-expect-100", [post("Expect: 100-continue", "Content-Length: 5", body: ""), .awaitBytes, "hello"],
            ["POST"],
            .statuses(200) && .answer("a 100 before it") { $0.interim.map(\.status) == [100] } && .seen(1)
                && .origin("the body") { latin1($0.body) == "hello" }),
        Row(
            "C11-expect-reject",
            [
                post("Expect: 100-continue", "Content-Length: 58", body: ""), .pause(.milliseconds(300)),
                "GET /smuggled HTTP/1.1\r\nHost: $K.test\r\n\r\n",
            ], ["POST"], origin: .early(.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"), .readBody),
            linger: .milliseconds(300), .statuses(401) && .notSmuggled && .nothingMore),
        Row(
            "C12-expect-unknown", [get("Expect: foo")],
            .status(417) && .unseen || .passed && .originField("Expect", "foo")),
        Row(
            "C13-expect-http10",
            [head("POST /$K HTTP/1.0", "Host: $K.test", "Expect: 100-continue", "Content-Length: 5"), "hello"],
            ["POST"],
            .statuses(200) && .answer("no 1xx before it") { $0.interim.isEmpty } && .seen(1)),
        Row(
            "C14-103", [get()],
            origin: .steps(
                .send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"), .pause(.milliseconds(100)),
                .send(ok())),
            .statuses(200)
                && .answer("a 103 before it") {
                    $0.interim.map(\.status) == [103] && $0.interim[0].fields["Link"] == ["</a.css>; rel=preload"]
                }),
        Row(
            "C15-103-http10", [head("GET /$K HTTP/1.0", "Host: $K.test")],
            origin: .answers(["HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n", ok()]),
            .statuses(200) && .answer("no 1xx before it") { $0.interim.isEmpty }),
        Row(
            "C16-101-unasked", [get(), .pause(.milliseconds(300)), "tunnelled?"],
            origin: .steps(
                .send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo\r\nConnection: Upgrade\r\n\r\n"), .echo),
            linger: .milliseconds(300), .status(502) && Check("no tunnel") { !$0.rest.contains("tunnelled") }),
        Row(
            "C17-websocket",
            [
                get("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", websocketKey),
                .awaitAnswer, .send(frame),
            ],
            origin: .steps(
                .send(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
                ),
                .echo), linger: .milliseconds(500),
            .statuses(101) && .answerField("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                && .answer("Upgrade: websocket") { $0.fields["Upgrade"] == ["websocket"] }
                && Check("bytes pass both ways") { $0.rest == frame }),
        Row(
            "C18-h2c-upgrade",
            [get("Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__", "Connection: Upgrade, HTTP2-Settings")],
            .statuses(200) && .seen(1) && .originLacks("Upgrade", "HTTP2-Settings") || .refused(400)),
        Row(
            "C19-range", [get("Range: bytes=0-3")],
            origin: .head(
                "HTTP/1.1 206 Partial Content", "Content-Range: bytes 0-3/10", "Content-Type: text/html",
                "Content-Length: 4", body: "abcd"),
            .statuses(206) && .originField("Range", "bytes=0-3") && .answerField("Content-Range", "bytes 0-3/10")
                && .body("abcd")),
        Row(
            "C20-no-transform", [get("Accept-Encoding: gzip")],
            origin: .head(
                "HTTP/1.1 200 OK", "Cache-Control: no-transform", "Content-Type: text/html", "Content-Encoding: gzip",
                "ETag: \"strong\"",
                "Content-Length: \(zipped.count)", body: latin1(zipped)),
            .statuses(200) && .answerField("ETag", "\"strong\"") && .answerField("Content-Encoding", "gzip")
                && .answer("the same bytes") { $0.body == zipped }),
        Row(
            "C21-etag-transform", [get("Accept-Encoding: gzip")],
            origin: .head(
                "HTTP/1.1 200 OK", "Content-Type: text/html", "ETag: \"strong\"", "Content-Length: \(page.utf8.count)",
                body: page),
            .statuses(200)
                && (.body(page) && .answerField("ETag", "\"strong\"")
                    || .answerField("Content-Encoding", "gzip")
                        && .answer("another ETag, and Vary") {
                            $0.fields["ETag"] != ["\"strong\""]
                                && $0.fields["Vary"].contains { $0.lowercased().contains("accept-encoding") }
                        })
        ),
    ]
}
