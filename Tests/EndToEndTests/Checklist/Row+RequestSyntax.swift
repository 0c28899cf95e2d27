extension Row {
    /// A request head of these lines, with its empty line.
    static func head(_ lines: String...) -> Step { .send(lines.joined(separator: "\r\n") + "\r\n\r\n") }

    /// A GET with further lines.
    static func get(_ lines: String...) -> Step {
        .send((["GET /$K HTTP/1.1", "Host: $K.test"] + lines).joined(separator: "\r\n") + "\r\n\r\n")
    }

    private static let isGet =
        Check.passed && .origin("GET of the same path") { $0.method == "GET" && $0.target.hasPrefix("/row-") }
    private static let replacedBySpace = Check.passed && .originField("X-A", "a b")

    /// Section A: request syntax.
    static let requestSyntax: [Row] = [
        Row("A01-baseline", [get()], isGet),
        Row("A02-leading-crlf", ["\r\n\r\n", get()], isGet),
        Row("A03-bare-lf", ["GET /$K HTTP/1.1\nHost: $K.test\n\n"], .refused(400) || isGet),
        Row("A04-bare-cr-value", [get("X-A: a\rb")], .refused(400) || replacedBySpace),
        Row("A05-nul-value", [get("X-A: a\0b")], .refused(400) || replacedBySpace),
        Row("A06-ctl-value", [get("X-A: a\u{1}b")], .refused(400) || .passed),
        Row(
            "A07-sp-before-colon", [head("POST /$K HTTP/1.1", "Host: $K.test", "Content-Length : 5"), "hello"],
            ["POST"], .refused(400)),
        Row(
            "A08-ws-first-line", [head("GET /$K HTTP/1.1", " X-A: b", "Host: $K.test")],
            .refused(400) || .passed && .originLacks("X-A")),
        Row("A09-obs-fold", [get("X-A: b\r\n c")], .refused(400) || .passed && .originField("X-A", "b c")),
        Row("A10-no-colon", [get("nocolon")], .refused(400)),
        Row("A11-empty-name", [get(": x")], .refused(400)),
        Row("A12-bad-name-char", [get("X(A): 1")], .refused(400)),
        Row("A13-8bit-name", [get("X-\u{C3}\u{A9}: 1")], .refused(400)),
        Row("A14-no-host", [head("GET /$K HTTP/1.1")], .refused(400)),
        Row("A15-two-host", [get("Host: $K.test")], .refused(400)),
        Row("A16-bad-host", [head("GET /$K HTTP/1.1", "Host: a b")], .refused(400)),
        Row("A17-host-userinfo", [head("GET /$K HTTP/1.1", "Host: u@site.test")], .refused(400)),
        Row("A18-host-path", [head("GET /$K HTTP/1.1", "Host: site.test/x")], .refused(400)),
        Row(
            "A19-absolute-form", [head("GET http://abs.test/$K HTTP/1.1", "Host: other.test")],
            .passed && .originField("Host", "abs.test") && .origin("the path alone") { $0.target.hasPrefix("/row-") }),
        Row(
            "A20-http10-nohost", [head("GET /$K HTTP/1.0")], linger: .seconds(1), .statuses(200) && .seen(1) && .closed),
        Row(
            "A21-http09", ["GET /$K\r\n"],
            .unseen && .closed && (.status(400) || Check("no answer") { $0.answers.isEmpty })),
        Row("A22-version-9.9", [head("GET /$K HTTP/9.9", "Host: $K.test")], .refused(505, 400)),
        Row(
            "A23-version-1.2", [head("GET /$K HTTP/1.2", "Host: $K.test")],
            isGet && .origin("HTTP/1.1") { $0.version == "HTTP/1.1" }),
        Row("A24-version-case", [head("GET /$K http/1.1", "Host: $K.test")], .refused(400)),
        Row("A25-bad-method", [head("GE(T /$K HTTP/1.1", "Host: $K.test")], .refused(400)),
        Row(
            "A26-method-case", [head("get /$K HTTP/1.1", "Host: $K.test")],
            .unseen && .status(405, 501, 400) || .passed && .origin("the method unchanged") { $0.method == "get" }),
        Row(
            "A27-unknown-method", [head("BREW /$K HTTP/1.1", "Host: $K.test", "Content-Length: 5"), "hello"], ["BREW"],
            .unseen && .status(501)
                || .passed
                    && .origin("BREW with its body") { $0.method == "BREW" && $0.body == [UInt8](latin1: "hello") }
        ),
        Row("A28-uri-space", [head("GET /$K/a b HTTP/1.1", "Host: $K.test")], .refused(400)),
        Row("A29-uri-ctl", [head("GET /$K/\u{1} HTTP/1.1", "Host: $K.test")], .refused(400)),
        Row("A30-uri-fragment", [head("GET /$K#frag HTTP/1.1", "Host: $K.test")], .refused(400)),
        Row(
            "A31-uri-8bit", [head("GET /$K/\u{E9} HTTP/1.1", "Host: $K.test")],
            .refused(400) || .passed && .origin("the byte unchanged") { $0.target.hasSuffix("/\u{E9}") }),
        Row(
            "A32-path-bytes", [head("GET /$K/p/%2e%2e/%2F//x;y?a=%00&&b=+%7e HTTP/1.1", "Host: $K.test")],
            .passed
                && .origin("the target byte for byte") {
                    $0.target == "/row-a32pathbytes/p/%2e%2e/%2F//x;y?a=%00&&b=+%7e"
                }),
        Row("A33-get-star", [head("GET * HTTP/1.1", "Host: $K.test")], .refused(400)),
        Row(
            "A34-options-star", [head("OPTIONS * HTTP/1.1", "Host: $K.test")], ["OPTIONS"],
            .status(200, 204) && (.unseen || .origin("*") { $0.target == "*" })),
        Row(
            "A35-connect", [head("CONNECT $K.test:443 HTTP/1.1", "Host: $K.test:443")], ["GET"],
            .status(400, 405, 501) && .unseen),
        Row(
            "A36-trace", [head("TRACE /$K HTTP/1.1", "Host: $K.test", "Cookie: s=secret")], ["TRACE"],
            .status(405, 501) && .unseen
                && .answer("no cookie in it") { !$0.text.contains("secret") }),
        Row(
            "A37-trace-mf0", [head("TRACE /$K HTTP/1.1", "Host: $K.test", "Max-Forwards: 0")], ["TRACE"],
            .status(200, 405, 501) && .unseen),
        Row(
            "A38-options-mf0", [head("OPTIONS /$K HTTP/1.1", "Host: $K.test", "Max-Forwards: 0")], ["OPTIONS"],
            .status(200, 204) && .unseen),
        Row(
            "A39-options-mf3", [head("OPTIONS /$K HTTP/1.1", "Host: $K.test", "Max-Forwards: 3")], ["OPTIONS"],
            .passed && .originField("Max-Forwards", "2")),
        Row(
            "A40-uri-64k", ["GET /$K", .sendMany("x", count: 65_536), " HTTP/1.1\r\nHost: a\r\n\r\n"],
            .refused(414, 400, 431)),
        Row(
            "A41-header-256k", ["GET /$K HTTP/1.1\r\nHost: a\r\nX-A: ", .sendMany("x", count: 262_144), "\r\n\r\n"],
            .refused(431, 400)),
        Row(
            "A42-headers-5000", ["GET /$K HTTP/1.1\r\nHost: a\r\n", .sendMany("X-A: 1\r\n", count: 5000), "\r\n"],
            .refused(431, 400)),
        Row("A43-split-writes", [.eachByte("GET /$K HTTP/1.1\r\nHost: $K.test\r\n\r\n")], isGet),
        Row(
            "A44-pipeline",
            [.send((1...3).map { "GET /$K/\($0) HTTP/1.1\r\nHost: $K.test\r\n\r\n" }.joined())], ["GET", "GET", "GET"],
            origin: Script { request in
                let slow: [Script.Step] = request.name.hasSuffix("1") ? [.pause(.milliseconds(200))] : []
                return slow + [
                    .send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + String(request.target.last ?? "?"))
                ]
            },
            .statuses(200, 200, 200)
                && Check("the answers come in order") { $0.answers.map(\.text) == ["1", "2", "3"] }),
        Row(
            "A45-get-with-body",
            [
                head("GET /$K/first HTTP/1.1", "Host: $K.test", "Content-Length: 5"), "hello",
                head("GET /$K/second HTTP/1.1", "Host: $K.test"),
            ],
            ["GET", "GET"],
            .statuses(200, 200)
                && Check("the body is the first request's body") {
                    $0.seen.map(\.target).allSatisfy { $0.hasSuffix("first") || $0.hasSuffix("second") }
                        && $0.seen.filter { latin1($0.body) == "hello" }.map(\.name) == ["first"]
                }),
    ]
}
