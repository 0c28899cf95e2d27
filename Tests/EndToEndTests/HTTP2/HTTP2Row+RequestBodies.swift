extension HTTP2Row {
    private static let smuggled = "0\r\n\r\nGET /$K/smuggled HTTP/1.1\r\nHost: $K.test\r\n\r\n"

    private static func uploaded(_ text: String) -> Check {
        .statuses(200) && .seen(1) && .origin("the body \(text.debugDescription)") { latin1($0.body) == text }
    }

    /// A body against the length that the head says.
    private static func length(_ id: String, _ lengths: [String], body: String, _ check: Check) -> HTTP2Row {
        let fields = pseudo(method: "POST") + lengths.map { ("content-length", $0) }
        return HTTP2Row(
            id, [.head(fields, stream: 1, end: false), .body(body, stream: 1, end: true)],
            linger: .milliseconds(100), check)
    }

    private static func trailers(_ id: String, _ fields: [(String, String)], _ check: Check) -> HTTP2Row {
        HTTP2Row(
            id, [post(), .body("hello", stream: 1, end: false), .head(fields, stream: 1, end: true)],
            linger: .milliseconds(100), check)
    }

    /// Lengths that only some parsers take for a number.
    private static let badLengths = ["+5", "-1", "0x5", "5 5", "", "1e1", "5_0", "5;", "\u{D9}\u{A5}"]

    /// Bodies: frames end them, whatever the head says (RFC 9113, section 8.1.1).
    static let requestBodies: [HTTP2Row] =
        [
            HTTP2Row("B01-body", [post(), .body("hello", stream: 1, end: true)], uploaded("hello")),
            HTTP2Row(
                "B02-body-in-pieces",
                [
                    post(), .body("he", stream: 1, end: false), .pause(.milliseconds(50)),
                    .body("llo", stream: 1, end: true),
                ], uploaded("hello")),
            HTTP2Row(
                "B03-end-alone",
                [post(), .body("hello", stream: 1, end: false), .body("", stream: 1, end: true)], uploaded("hello")),
            HTTP2Row("B04-body-empty", [post(), .body("", stream: 1, end: true)], uploaded("")),
            length("B05-length", ["5"], body: "hello", uploaded("hello")),
            length("B06-length-short", ["3"], body: "hello", .brokenOffStream),
            length("B07-length-long", ["10"], body: "hello", .brokenOffStream),
            length("B08-length-zero", ["0"], body: smuggled, .brokenOffStream),
            length("B09-two-lengths", ["5", "6"], body: "hello", .brokenOffStream),
            length("B10-two-lengths-alike", ["5", "5"], body: "hello", .brokenOffStream || uploaded("hello")),
            length("B11-length-list", ["5, 5"], body: "hello", .brokenOffStream || uploaded("hello")),
            length("B12-length-overflow", ["18446744073709551621"], body: "hello", .brokenOffStream),
            HTTP2Row(
                "B13-length-without-body", [request(pseudo(method: "POST") + [("content-length", "5")])],
                linger: .milliseconds(100), .brokenOffStream),
            HTTP2Row(
                "B14-chunks-in-data", [post(), .body("5\r\nhello\r\n" + smuggled, stream: 1, end: true)],
                .statuses(200) && .seen(1) && .notSmuggled),
            HTTP2Row(
                "B15-te-and-chunks",
                [post(("transfer-encoding", "chunked")), .body(smuggled, stream: 1, end: true)],
                linger: .milliseconds(100), .brokenOffStream),
            HTTP2Row(
                "B16-get-with-body", [.head(pseudo(), stream: 1, end: false), .body(smuggled, stream: 1, end: true)],
                .statuses(200) && .seen(1) && .notSmuggled),
            HTTP2Row(
                "B17-length-injection",
                [post(("content-length", "5\r\ntransfer-encoding: chunked")), .body(smuggled, stream: 1, end: true)],
                linger: .milliseconds(100), .brokenOffStream),
            trailers("B18-trailer", [("x-t", "1")], uploaded("hello") && .originLacks("X-T")),
            trailers(
                "B19-trailer-forbidden", [("content-length", "3"), ("host", "evil.test"), ("authorization", "x")],
                (uploaded("hello") || .brokenOffStream)
                    && Check("no forbidden trailer reaches the origin") { exchange in
                        exchange.seen.allSatisfy { request in
                            request.trailers.isEmpty && !request.fields.has("Authorization")
                                && request.fields["Host"] == ["\(exchange.key).test"]
                        }
                    }),
            trailers("B20-trailer-pseudo", [(":path", "/$K/smuggled")], .brokenOffStream),
            trailers("B21-trailer-status", [(":status", "200")], .brokenOffStream),
            trailers("B22-trailer-crlf", [("x-t", "1\r\n\r\nGET /$K/smuggled HTTP/1.1")], .brokenOffStream),
            trailers("B23-trailer-te", [("transfer-encoding", "chunked")], .brokenOffStream),
            HTTP2Row(
                "B24-trailer-without-end",
                [
                    post(), .body("hello", stream: 1, end: false), .head([("x-t", "1")], stream: 1, end: false),
                    .body("smuggled", stream: 1, end: true),
                ], linger: .milliseconds(100), .brokenOffStream),
            HTTP2Row(
                "B25-reset-in-body",
                [
                    post(("content-length", "10")), .body("hello", stream: 1, end: false), .pause(.milliseconds(100)),
                    .frame(.reset(stream: 1)),
                ], answers: [], linger: .milliseconds(100), .neverComplete),
            HTTP2Row(
                "B26-reset-in-body-unknown-length",
                [
                    post(), .body("hello", stream: 1, end: false), .pause(.milliseconds(100)),
                    .frame(.reset(stream: 1)),
                ], answers: [], linger: .milliseconds(100), .neverComplete),
            HTTP2Row(
                "B27-closed-in-body",
                [post(), .body("hello", stream: 1, end: false), .pause(.milliseconds(100)), .closeNow], answers: [],
                .neverComplete),
            HTTP2Row(
                "B28-two-streams-mixed",
                [
                    post(stream: 1), post(stream: 3), .body("on", stream: 1, end: false),
                    .body("thr", stream: 3, end: false), .body("e", stream: 1, end: true),
                    .body("ee", stream: 3, end: true),
                ], answers: [1, 3],
                .statuses(200, 200) && .seen(2)
                    && Check("each body whole") { Set($0.seen.map { latin1($0.body) }) == ["one", "three"] }),
            HTTP2Row(
                "B29-data-after-end",
                [post(), .body("hello", stream: 1, end: true), .body(smuggled, stream: 1, end: true)],
                linger: .milliseconds(100),
                .notSmuggled
                    && Check("one request at most, with its own body") {
                        $0.complete.allSatisfy { latin1($0.body) == "hello" } && $0.seen.count <= 1
                    }),
        ]
        + badLengths.enumerated().map { length("B30-length-bad \($0)", [$1], body: "hello", .brokenOffStream) }
}
