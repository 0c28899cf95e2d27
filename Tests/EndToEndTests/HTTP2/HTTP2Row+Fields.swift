extension HTTP2Row {
    private static func refused(_ id: String, _ name: String, _ value: String) -> HTTP2Row {
        HTTP2Row(id, [get((name, value))], linger: .milliseconds(50), .refusedStream)
    }

    /// Fields that an origin behind HTTP/1.1 would read as something else (RFC 9113, section 8.2).
    static let fields: [HTTP2Row] = [
        refused("F01-name-upper-case", "X-A", "1"),
        refused("F02-name-empty", "", "1"),
        refused("F03-name-space", "x a", "1"),
        refused("F04-name-colon", "x-a:b", "1"),
        refused("F05-name-crlf", "x-a: 1\r\nx-smuggled", "1"),
        refused("F06-name-nul", "x-a\0", "1"),
        refused("F07-name-8bit", "x-\u{C3}\u{A9}", "1"),
        refused("F08-name-space-before-colon", "content-length ", "5"),
        refused("F09-value-crlf", "x-a", "1\r\nx-smuggled: 1"),
        refused("F10-value-cr", "x-a", "a\rb"),
        refused("F11-value-lf", "x-a", "a\nb"),
        refused("F12-value-nul", "x-a", "a\0b"),
        HTTP2Row("F13-value-ctl", [get(("x-a", "a\u{1}b"))], .refusedStream || .passed),
        HTTP2Row(
            "F14-value-spaces-around", [get(("x-a", " b "))], .refusedStream || .passed && .originField("X-A", "b")),
        refused("F15-value-request", "x-a", "1\r\n\r\nGET /$K/smuggled HTTP/1.1\r\nHost: $K.test\r\n\r\n"),
        refused("F16-connection", "connection", "close"),
        refused("F17-connection-host", "connection", "host"),
        refused("F18-keep-alive", "keep-alive", "timeout=5"),
        refused("F19-proxy-connection", "proxy-connection", "keep-alive"),
        refused("F20-upgrade", "upgrade", "websocket"),
        refused("F21-transfer-encoding", "transfer-encoding", "chunked"),
        refused("F22-te-gzip", "te", "gzip"),
        refused("F23-te-list", "te", "trailers, chunked"),
        HTTP2Row("F24-te-trailers", [get(("te", "trailers"))], .passed),
        HTTP2Row(
            "F25-http2-settings", [get(("http2-settings", "AAMAAABk"))],
            .refusedStream || .passed && .originLacks("HTTP2-Settings")),
        HTTP2Row(
            "F26-cookies", [get(("cookie", "a=1"), ("x-a", "1"), ("cookie", "b=2"), ("cookie", "c=3"))],
            .passed && .originField("Cookie", "a=1; b=2; c=3")),
        HTTP2Row(
            "F27-order-dup", [get(("x-a", "1"), ("x-b", "3"), ("x-a", "2"))],
            .passed && .origin("the order of X-A") { $0.fields["X-A"].joined(separator: ", ") == "1, 2" }),
        // The library keeps values as Unicode: what is none becomes U+FFFD, which is as good as lost, but harmless.
        HTTP2Row(
            "F28-obs-text", [get(("x-a", "\u{E9}\u{FF}"))],
            .refusedStream || .passed && .originField("X-A", "\u{E9}\u{FF}")
                || .passed && .originField("X-A", "\u{EF}\u{BF}\u{BD}\u{EF}\u{BF}\u{BD}")),
        HTTP2Row(
            "F29-underscore", [get(("x_a", "1"), ("content_length", "5"))],
            .refusedStream || .passed && .originLacks("Content-Length", "X-A")),
        HTTP2Row(
            "F30-via", [get(("via", "1.0 before"))],
            .passed
                && .origin("Via, appended to") { request in
                    let all = request.fields["Via"].joined(separator: ", ").split(separator: ",")
                    return all.count >= 2 && all[0] == "1.0 before"
                }),
        HTTP2Row(
            "F31-xff", [get(("x-forwarded-for", "1.2.3.4"))],
            .passed
                && .origin("X-Forwarded-For with the true address") {
                    $0.fields["X-Forwarded-For"].joined(separator: ",").hasSuffix("127.0.0.1")
                }),
        HTTP2Row(
            "F32-head-long", [get(("x-a", String(repeating: "x", count: 6_000)))],
            .passed && .origin("the whole field") { $0.fields["X-A"].first?.count == 6_000 }),
        HTTP2Row(
            "F33-head-in-three-frames",
            [
                .frame(
                    .headers(
                        pseudo(authority: "a.test", path: "/row-h2f33headinthreeframes"), endHeaders: false)),
                .frame(.continuation([("x-a", "1")], endHeaders: false)),
                .frame(.continuation([("x-b", "2")], endHeaders: true)),
            ], .passed && .originField("X-A", "1") && .originField("X-B", "2")),
        HTTP2Row(
            "F34-fields-600", [request(pseudo() + (0..<600).map { ("x-\($0)", "") })], .refusedStream),
        HTTP2Row(
            "F35-path-16300", [request(pseudo(path: "/$K" + String(repeating: "x", count: 16_300)))],
            .refusedStream || .passed),
        HTTP2Row(
            "F36-expect-unknown", [post(("expect", "foo")), .body("hello", stream: 1, end: true)],
            .unseen && .status(417) || .passed),
    ]
}
