import Foundation
import Testing
import TestSupport

/// rg-sender and rg-listener behind real balancers: docs/placement/behind-a-balancer.md.
@Suite(.enabled(if: HAProxy.isInstalled && !Line.isPeer))
struct BehindBalancerTests {
    @Test(arguments: ["send-proxy", "send-proxy-v2"])
    func theVisitorsAddressComesThroughHAProxy(version: String) async throws {
        let statistics = try StatisticsPage()
        let options = Line.Options(
            sender: ["proxy.protocol = 1", "trusted.proxies = 127.0.0.0/8", statistics.setting])
        try await withLine(options) { line, origin in
            for front in [line.http, line.https] {
                let port = try freePort()
                let haproxy = try HAProxy.start("tcp", port: port, servers: [front], version, in: line.folder)
                // From another address of this machine than HAProxy's own.
                let scheme = front == line.http ? "http" : "https"
                let curl = try Command(
                    "/usr/bin/curl",
                    [
                        "-sk", "--interface", "127.0.0.7", "-H", "X-Forwarded-For: 203.0.113.9",
                        "\(scheme)://127.0.0.1:\(port)/test-\(scheme)",
                    ])
                #expect(curl.output == "ok", "\(curl.errors)")
                let seen = try #require(origin.requests("test-\(scheme)").first).fields
                #expect(seen["X-Forwarded-For"] == ["203.0.113.9, 127.0.0.7"])
                let isLogged = eventually(within: .seconds(10)) {
                    line.sender.log(lines: 9, about: "target=/test-\(scheme)").contains("client=127.0.0.7 ")
                }
                #expect(isLogged)
                haproxy.stop()
            }
            // Without a header nobody gets in.
            #expect(throws: (any Error).self) { try line.get("/test-bare") }
            #expect(try statistics["connections_refused"] > 0 && origin.requests("test-bare").isEmpty)
        }
    }

    @Test func aHeaderIsTakenFromTrustedProxiesOnly() async throws {
        let options = Line.Options(sender: ["proxy.protocol = 1", "trusted.proxies = 10.0.0.0/8"])
        try await withLine(options) { line, origin in
            let client = try TCPSocket(connectingTo: line.http)
            try? client.send(
                Array("PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\nGET /test-forged HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
            let answer = try? client.receive(within: .seconds(20))
            #expect(answer ?? [] == [] && origin.requests("test-forged").isEmpty)
            let isLogged = eventually(within: .seconds(10)) {
                !line.sender.log(lines: 9, about: "not in trusted.proxies").isEmpty
            }
            #expect(isLogged)
        }
    }

    @Test(arguments: ["send-proxy", "send-proxy-v2"])
    func twoListenersBehindHAProxyAnswerWithoutALoop(version: String) async throws {
        try await withLine { line, origin in
            let listeners = try ["a", "b"].map { try line.startListener($0, ["wan.proxy.protocol = 1"]) }
            let balancer = try freePort()
            let haproxy = try HAProxy.start(
                "tcp", port: balancer, servers: listeners.map(\.port), "check inter 200ms \(version)", in: line.folder)
            let sender = try line.startSender("behind", to: balancer, ["cpu.oversubscribe = 2"])
            func get(_ number: Int) throws -> Answer {
                try Client(sender.port).request("GET", "/test-page\(number)")
            }
            for number in 0..<20 { #expect(try get(number).text == "ok") }
            for listener in listeners {
                // Its lanes are those of the sender, not of HAProxy, and requests came on them.
                #expect(listener.daemon.log(lines: 99, about: "target=/test-page").count > 0)
                #expect(listener.daemon.log(lines: 99, about: "is connected").count > 0)
            }
            listeners[0].daemon.kill()
            // HAProxy notices it within half a second; the sender's lanes come back one by one.
            let goesOn = try eventually(within: .seconds(20)) {
                try (20..<40).allSatisfy { try get($0).status == 200 }
            }
            #expect(goesOn)
            // Each request reached the origin once.
            for number in 0..<20 { #expect(origin.requests("test-page\(number)").count == 1) }
            try sender.daemon.requireGoodEnd()
            haproxy.stop()
        }
    }

    @Test func aMapThatLeadsBackToTheSenderIsNoticedAsALoop() async throws {
        let front = try freePort()
        try await withLine(Line.Options(natMap: ["default = 127.0.0.1:\(front)"])) { line, _ in
            let haproxy = try HAProxy.start("http", port: front, servers: [line.http], in: line.folder)
            let answer = try line.get("/test-loop")
            #expect(answer.status == 508, "\(answer)")
            haproxy.stop()
        }
    }
}
