import Foundation
import Testing
import TestSupport

/// rg-listener before real balancers of HTTP with two origins: docs/placement/before-a-balancer.md.
@Suite(.enabled(if: HAProxy.isInstalled && Nginx.isInstalled && !Line.isPeer))
struct BeforeBalancerTests {
    private static let origin = "location / { default_type text/html; return 200 'from $server_port $request_uri'; }"

    /// Asks for many pages, with pauses about as long as the balancer keeps an idle connection.
    ///
    /// - Returns: From which origins they came.
    private static func visit(_ line: Line, count: Int, keptFor milliseconds: Int) throws -> Set<String> {
        var origins: Set<String> = []
        let client = try Client(line.http)
        for number in 0..<count {
            let answer = try client.request("GET", "/page\(number)")
            try #require(answer.status == 200 && answer.text.hasSuffix(" /page\(number)"), "\(answer)")
            origins.insert(String(answer.text.split(separator: " ")[1]))
            Thread.sleep(forTimeInterval: Double(milliseconds - 5 + number % 10) / 1000)
        }
        return origins
    }

    @Test func idleConnectionsThatHAProxyClosesCostNoRequest() async throws {
        let nginx = [try Nginx(Self.origin), try Nginx(Self.origin)]
        let (folder, port) = (TemporaryFolder(), try freePort())
        let haproxy = try HAProxy.start(
            "http", port: port, servers: nginx.map(\.port), settings: ["timeout http-keep-alive 50ms"], in: folder)
        try await onThread {
            let line = try Line(originPort: port)
            #expect(try Self.visit(line, count: 60, keptFor: 50).count == 2)
            try line.requireGoodEnd()
            haproxy.stop()
        }
    }

    @Test func idleConnectionsThatNginxClosesCostNoRequest() async throws {
        let nginx = [try Nginx(Self.origin), try Nginx(Self.origin)]
        let balancer = try Nginx(
            """
            keepalive_timeout 50ms;
            location / {
              set $origin 127.0.0.1:\(nginx[0].port);
              if ($request_uri ~ "[13579]$") { set $origin 127.0.0.1:\(nginx[1].port); }
              proxy_pass http://$origin; proxy_http_version 1.1; proxy_set_header Host $host;
            }
            """)
        try await onThread {
            let line = try Line(originPort: balancer.port)
            #expect(try Self.visit(line, count: 60, keptFor: 50).count == 2)
            try line.requireGoodEnd()
        }
    }
}
