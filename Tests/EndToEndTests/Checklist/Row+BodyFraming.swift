extension Row {
    /// A POST with these lines, and what follows its head.
    static func post(_ lines: String..., body: String) -> Step {
        .send((["POST /$K HTTP/1.1", "Host: $K.test"] + lines).joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    private static let smuggled = "GET /$K/smuggled HTTP/1.1\r\nHost: $K.test\r\n\r\n"
    private static let listening = Duration.milliseconds(300)

    private static func uploaded(_ text: String) -> Check {
        .statuses(200) && .seen(1) && .origin("the body \(text)") { latin1($0.body) == text }
    }

    /// Transfer-Encoding wins: one request, no length beside it, and the connection is closed.
    private static let chunkedWins =
        Check.statuses(200) && .seen(1) && .notSmuggled && .closed
        && .origin("one framing") { !$0.fields.has("Content-Length") || !$0.fields.has("Transfer-Encoding") }

    private static func framing(_ id: String, _ lines: String..., body: String, _ check: Check) -> Row {
        let head = ["POST /$K HTTP/1.1", "Host: $K.test"] + lines
        return Row(id, [.send(head.joined(separator: "\r\n") + "\r\n\r\n" + body)], ["POST"], linger: listening, check)
    }

    private static let badLengths: [(String, String)] = [
        ("plus", "+5"), ("minus", "-1"), ("hex", "0x5"), ("space", "5 5"), ("empty", ""), ("exponent", "1e1"),
        ("underscore", "5_0"), ("semicolon", "5;"), ("arabic", "\u{D9}\u{A5}"),
    ]
    private static let badChunkSizes: [(String, String)] = [
        ("hex", "0x5"), ("plus", "+5"), ("space", "5 "), ("tab", "\t5"), ("underscore", "5_"), ("empty", ""),
        ("letter", "G"),
        ("minus", "-5"),
    ]

    /// Section B: where a request's body ends.
    static let bodyFraming: [Row] =
        [
            framing(
                "B01-cl-te", "Content-Length: 60", "Transfer-Encoding: chunked", body: "0\r\n\r\n" + smuggled,
                .refused(400) || chunkedWins),
            framing(
                "B02-te-cl", "Transfer-Encoding: chunked", "Content-Length: 4",
                body: "3b\r\n" + "GET /smuggled HTTP/1.1\r\nHost: row-b02tecl.test\r\nX-A: 12\r\n\r\n"
                    + "\r\n0\r\n\r\n",
                .refused(400) || chunkedWins),
            framing(
                "B03-te-xchunked", "Transfer-Encoding: xchunked", "Content-Length: 5", body: "hello", .refused(400, 501)
            ),
            framing(
                "B04-te-identity", "Transfer-Encoding: identity", "Content-Length: 5", body: "hello", .refused(400, 501)
            ),
            framing(
                "B05-te-not-final", "Transfer-Encoding: chunked, gzip", body: "5\r\nhello\r\n0\r\n\r\n",
                .refused(400, 501)),
            Row(
                "B06-te-http10",
                [
                    .send(
                        "POST /$K HTTP/1.0\r\nHost: $K.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
                            + smuggled)
                ],
                ["POST"], linger: .seconds(1), .refused(400) || uploaded("hello") && .closed && .notSmuggled),
            framing(
                "B07-te-twice", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked",
                body: "5\r\nhello\r\n0\r\n\r\n", .refused(400)),
            framing(
                "B08-te-vtab", "Transfer-Encoding: \u{B}chunked", body: "5\r\nhello\r\n0\r\n\r\n", .refused(400, 501)),
            framing(
                "B09-te-obs-fold", "Transfer-Encoding:\r\n chunked", "Content-Length: 5", body: "0\r\n\r\n" + smuggled,
                .refused(400)),
            framing(
                "B10-te-quoted", "Transfer-Encoding: \"chunked\"", "Content-Length: 5", body: "hello",
                .refused(400, 501)),
            framing(
                "B12-cl-overflow", "Content-Length: 18446744073709551621", body: "hello" + smuggled, .refused(400, 413)),
            framing("B13-cl-two-diff", "Content-Length: 5", "Content-Length: 6", body: "hello!", .refused(400)),
            framing(
                "B14-cl-two-same", "Content-Length: 5", "Content-Length: 5", body: "hello",
                .refused(400) || uploaded("hello") && .originField("Content-Length", "5")),
            framing(
                "B15-cl-list-same", "Content-Length: 5, 5", body: "hello",
                .refused(400) || uploaded("hello") && .originField("Content-Length", "5")),
            framing(
                "B17-chunk-overflow", "Transfer-Encoding: chunked",
                body: "10000000000000005\r\nhello\r\n0\r\n\r\n" + smuggled,
                .brokenOff(400, 413)),
            framing(
                "B18-chunk-ext", "Transfer-Encoding: chunked", body: "5;a=b;c=\"d\"\r\nhello\r\n0\r\n\r\n",
                uploaded("hello")),
            Row(
                "B19-chunk-ext-1m",
                [
                    head("POST /$K HTTP/1.1", "Host: $K.test", "Transfer-Encoding: chunked"), "5;a=",
                    .sendMany("x", count: 1 << 20),
                    "\r\nhello\r\n0\r\n\r\n",
                ], ["POST"], .brokenOff(400, 413, 431)),
            framing("B20-chunk-no-crlf", "Transfer-Encoding: chunked", body: "5\r\nhelloXX0\r\n\r\n", .brokenOff(400)),
            framing("B21-chunk-bare-lf", "Transfer-Encoding: chunked", body: "5\nhello\n0\n\n", .brokenOff(400)),
            framing("B22-chunk-ext-lf", "Transfer-Encoding: chunked", body: "2;\nxx\r\n0\r\n\r\n", .brokenOff(400)),
            framing(
                "B23-trailer", "Transfer-Encoding: chunked", body: "5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
                uploaded("hello") && .originLacks("X-T")),
            framing(
                "B24-trailer-forbidden", "Transfer-Encoding: chunked",
                body: "5\r\nhello\r\n0\r\nContent-Length: 3\r\nHost: evil.test\r\nAuthorization: x\r\n\r\n",
                (uploaded("hello") || .brokenOff(400))
                    && Check("no forbidden trailer reaches the origin") { exchange in
                        exchange.seen.allSatisfy { request in
                            request.trailers.isEmpty && !request.fields.has("Authorization")
                                && request.fields["Host"] == ["\(exchange.key).test"]
                        }
                    }),
            Row("B25-trunc-cl", [post("Content-Length: 10", body: "hello"), .finish], ["POST"], .neverComplete),
            Row(
                "B26-trunc-chunked", [post("Transfer-Encoding: chunked", body: "5\r\nhello\r\n"), .finish], ["POST"],
                .neverComplete),
            Row(
                "B27-upload-8m", [post("Transfer-Encoding: chunked", body: ""), .body(upload)], ["POST"],
                .statuses(200) && .seen(1) && .origin("the same bytes") { [hash = upload.hash] in $0.bodyHash == hash }),
        ]
        + badLengths.map { name, value in
            framing("B11-cl-bad \(name)", "Content-Length: \(value)", body: "hello" + smuggled, .refused(400))
        }
        + badChunkSizes.map { name, value in
            framing(
                "B16-chunk-bad \(name)", "Transfer-Encoding: chunked",
                body: "\(value)\r\nhello\r\n0\r\n\r\n" + smuggled, .brokenOff(400))
        }

    private static let upload = LongBody(byteCount: 8 << 20)
}
