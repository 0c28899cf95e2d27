import Foundation
import Testing
import TestSupport

/// Whose word on the visitor an origin gets, and which site a request of HTTP/2 is for.
struct TrustedProxyTests {
    private static let claims = [
        "X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: https", "X-Forwarded-Host: www.test",
        "Forwarded: for=192.0.2.7;proto=https",
    ]

    @Test func whatATrustedProxySaysIsContinuedAndWhatOthersSayReplaced() async throws {
        try await withLine { line, origin in
            try #require(try line.get("/test-stranger", Self.claims).status == 200)
            let seen = try #require(origin.requests("test-stranger").first).fields
            #expect(seen["X-Forwarded-For"] == ["127.0.0.1"] && seen["X-Forwarded-Proto"] == ["http"])
            #expect(seen["X-Forwarded-Host"] == ["site.test"])
            #expect(seen["Forwarded"] == ["for=127.0.0.1;proto=http;host=site.test"])
        }
        try await withLine(Line.Options(sender: ["trusted.proxies = 10.0.0.0/8 127.0.0.0/8"])) { line, origin in
            try #require(try line.get("/test-proxy", Self.claims).status == 200)
            let seen = try #require(origin.requests("test-proxy").first).fields
            #expect(seen["X-Forwarded-For"] == ["192.0.2.7, 127.0.0.1"] && seen["X-Forwarded-Proto"] == ["https"])
            #expect(seen["X-Forwarded-Host"] == ["www.test"])
            #expect(
                seen["Forwarded"] == ["for=192.0.2.7;proto=https, for=127.0.0.1;proto=http;host=site.test"])
        }
    }

    @Test(arguments: [("127.0.0.1", 200), ("other.test", 400)])
    func anHTTP2RequestMayNotNameTwoSites(host: String, status: Int) async throws {
        try await withLine { line, origin in
            let url = "http://127.0.0.1:\(line.h2c)/test-host"
            let field = host == "127.0.0.1" ? "host: 127.0.0.1:\(line.h2c)" : "host: \(host)"
            let nghttp = try Command("/usr/bin/nghttp", ["-nv", "-H", field, url])
            #expect(nghttp.output.contains(":status: \(status)"), "\(nghttp.output) \(nghttp.errors)")
            #expect(origin.requests("test-host").count == (status == 200 ? 1 : 0))
        }
    }
}
