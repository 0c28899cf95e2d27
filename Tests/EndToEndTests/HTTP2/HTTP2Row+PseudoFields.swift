extension HTTP2Row {
    private static let isGet =
        Check.passed && .origin("GET of the same path") { $0.method == "GET" && $0.target.hasPrefix("/row-") }

    private static func head(_ id: String, _ fields: [(String, String)], _ check: Check) -> HTTP2Row {
        HTTP2Row(id, [request(fields)], linger: .milliseconds(50), check)
    }

    /// What stands for the request line, and the name of the site (RFC 9113, section 8.3).
    static let pseudoFields: [HTTP2Row] = [
        head("P01-baseline", pseudo(), isGet && .originField("Host", "row-h2p01baseline.test")),
        head("P02-no-method", pseudo(method: nil), .refusedStream),
        head("P03-no-scheme", pseudo(scheme: nil), .refusedStream),
        head("P04-no-path", pseudo(path: nil), .refusedStream),
        head("P05-two-methods", [(":method", "POST")] + pseudo(), .refusedStream),
        head("P06-two-schemes", [(":scheme", "http")] + pseudo(), .refusedStream),
        head("P07-two-paths", [(":path", "/other")] + pseudo(), .refusedStream),
        head("P08-two-authorities", [(":authority", "$K.test")] + pseudo(), .refusedStream),
        head("P09-unknown-pseudo", pseudo() + [(":foo", "bar")], .refusedStream),
        head("P10-status-in-request", pseudo() + [(":status", "200")], .refusedStream),
        head("P11-pseudo-after-field", [("x-a", "1")] + pseudo(), .refusedStream),
        head("P12-pseudo-upper-case", pseudo(path: nil) + [(":Path", "/$K")], .refusedStream),
        head("P13-path-empty", pseudo(path: ""), .refusedStream),
        head("P14-path-without-slash", pseudo(path: "$K"), .refusedStream),
        head("P15-path-absolute", pseudo(path: "http://other.test/$K"), .refusedStream),
        head("P16-path-star-get", pseudo(path: "*"), .refusedStream),
        head(
            "P17-path-star-options", pseudo(method: "OPTIONS", path: "*"),
            .status(200, 204) && (.unseen || .origin("*") { $0.target == "*" })),
        head("P18-path-space", pseudo(path: "/$K/a b"), .refusedStream),
        head("P19-path-crlf", pseudo(path: "/$K HTTP/1.1\r\nX-A: smuggled\r\nX-B: "), .refusedStream),
        head("P20-path-ctl", pseudo(path: "/$K/\u{1}"), .refusedStream),
        head("P21-path-nul", pseudo(path: "/$K/\0"), .refusedStream),
        head("P22-path-fragment", pseudo(path: "/$K#frag"), .refusedStream),
        head(
            "P23-path-8bit", pseudo(path: "/$K/\u{E9}"),
            .refusedStream || .passed && .origin("the byte unchanged") { $0.target.hasSuffix("/\u{E9}") }),
        head(
            "P24-path-bytes", pseudo(path: "/$K/p/%2e%2e/%2F//x;y?a=%00&&b=+%7e"),
            .passed
                && .origin("the target byte for byte") {
                    $0.target == "/row-h2p24pathbytes/p/%2e%2e/%2F//x;y?a=%00&&b=+%7e"
                }),
        head("P25-scheme-other", pseudo(scheme: "ftp"), .refusedStream),
        head("P26-scheme-empty", pseudo(scheme: ""), .refusedStream),
        head("P27-scheme-injection", pseudo(scheme: "http://evil.test/?x="), .refusedStream),
        head("P28-scheme-crlf", pseudo(scheme: "http\r\nx-a: b"), .refusedStream),
        head("P29-scheme-of-a-proxy", pseudo(scheme: "https"), isGet),
        head("P30-authority-user", pseudo(authority: "u@$K.test"), .refusedStream),
        head("P31-authority-path", pseudo(authority: "$K.test/x"), .refusedStream),
        head("P32-authority-space", pseudo(authority: "$K .test"), .refusedStream),
        head("P33-authority-crlf", pseudo(authority: "$K.test\r\nX-A: smuggled"), .refusedStream),
        head("P34-authority-empty", pseudo(authority: ""), .refusedStream),
        head("P35-authority-port", pseudo(authority: "$K.test:99999"), .refusedStream),
        head(
            "P36-host-alone", pseudo(authority: nil) + [("host", "$K.test")],
            isGet && .originField("Host", "row-h2p36hostalone.test")),
        head("P37-host-differs", pseudo() + [("host", "other.test")], .refusedStream),
        head(
            "P38-host-the-same", pseudo() + [("host", "$K.test")],
            .refusedStream || isGet && .originField("Host", "row-h2p38hostthesame.test")),
        head(
            "P39-two-hosts", pseudo(authority: nil) + [("host", "$K.test"), ("host", "other.test")], .refusedStream),
        head("P40-no-site", pseudo(authority: nil), .refusedStream),
        head("P41-connect", [(":method", "CONNECT"), (":authority", "$K.test:443")], .refusedStream),
        head("P42-connect-with-path", pseudo(method: "CONNECT"), .refusedStream),
        head("P43-extended-connect", pseudo(method: "CONNECT") + [(":protocol", "websocket")], .refusedStream),
        head("P44-protocol-with-get", pseudo() + [(":protocol", "websocket")], .refusedStream),
        head(
            "P45-trace", pseudo(method: "TRACE") + [("cookie", "s=secret")],
            .refusedStream && Check("no cookie in the answer") { $0.answers.allSatisfy { !$0.text.contains("secret") } }
        ),
        head("P46-method-bad", pseudo(method: "GE(T"), .refusedStream),
        head("P47-method-empty", pseudo(method: ""), .refusedStream),
        head("P48-method-injection", pseudo(method: "GET /$K/smuggled HTTP/1.1\r\nX: "), .refusedStream),
        head("P49-method-space", pseudo(method: "GET /$K/smuggled"), .refusedStream),
        head(
            "P50-method-case", pseudo(method: "get"),
            .refusedStream || .passed && .origin("the method unchanged") { $0.method == "get" }),
        head("P51-options-mf0", pseudo(method: "OPTIONS") + [("max-forwards", "0")], .status(200, 204) && .unseen),
        head(
            "P52-options-mf3", pseudo(method: "OPTIONS") + [("max-forwards", "3")],
            .passed && .originField("Max-Forwards", "2")),
    ]
}
