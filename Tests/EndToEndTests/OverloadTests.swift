import Foundation
import Testing
import TestSupport

/// More than a limit allows: what is under way goes on, what comes waits or is told so, and all is well afterwards.
struct OverloadTests {
    /// Answers after a while.
    private static let slow = Script.steps(
        .pause(.seconds(1)), .send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow"))

    /// Opens idle connections until the log of a daemon says so; checks that this doesn't keep it busy.
    private func crowd(_ daemon: Daemon, port: UInt16, until text: String) throws -> [TCPSocket] {
        let sockets = try (0..<60).map { _ in try TCPSocket(connectingTo: port) }
        let isLogged = eventually(within: .seconds(10)) { !daemon.log(lines: 1, about: text).isEmpty }
        try #require(isLogged, "\(daemon.log(lines: 10))")
        let before = daemon.processorSeconds
        Thread.sleep(forTimeInterval: 1)
        let used = daemon.processorSeconds - before
        #expect(Effort.isSanitized || used < 0.4, "it used \(used) s of processor time within a second")
        return sockets
    }

    @Test func aSenderWithoutDescriptorsServesWhomItHasAndAcceptsAgainLater() async throws {
        try await withLine { line, origin in
            origin.answer("test-slow", with: .steps(.pause(.seconds(6)), .send("HTTP/1.1 204 No Content\r\n\r\n")))
            let client = try Client(line.http)
            try client.send("GET", "/test-slow")
            try origin.awaitRequest("test-slow")
            try line.sender.limitDescriptors(toMore: 10)
            let sockets = try crowd(line.sender, port: line.http, until: "Too many open files")
            #expect(try client.reader.answer(to: "GET").status == 204)
            for socket in sockets { socket.close() }
            #expect(try line.get("/test-after").text == "ok")
            let lines = line.sender.log(lines: 9, about: "no more visitors").split(separator: "\n")
            #expect(lines.count == 1 && lines[0].contains("Too many open files; see LimitNOFILE"), "\(lines)")
        }
    }

    @Test func whoFillsTheListenersPortTakesNoDescriptorsFromRequests() async throws {
        try await withLine { line, _ in
            func lanes() -> Int { line.listener.log(lines: 999, about: "is connected").split(separator: "\n").count }
            #expect(try eventually(within: .seconds(20)) { try line.get("/test-before").text == "ok" && lanes() > 0 })
            let laneCount = lanes()
            #expect(line.listener.stop() == 0)
            try line.listener.start(descriptors: 128)
            try #require(eventually(within: .seconds(20)) { lanes() == 2 * laneCount })
            let sockets = try crowd(line.listener, port: line.wan, until: "wan.port: 32 connections are open")
            for _ in 0..<20 { #expect(try line.get("/test-while").text == "ok") }
            for socket in sockets { socket.close() }
            line.relay.cut()
            #expect(try eventually(within: .seconds(20)) { try line.get("/test-after").text == "ok" })
        }
    }

    @Test func idleConnectionsMakeRoomAndBusyOnesDoNot() async throws {
        let statistics = try StatisticsPage()
        let options = Line.Options(sender: ["client.connections = 4", statistics.setting])
        try await withLine(options) { line, origin in
            origin.answer("test-slow", with: Self.slow)
            let idle = try (0..<4).map { _ in try Client(line.http) }
            for client in idle { #expect(try client.request("GET", "/test-first").text == "ok") }
            let busy = try (0..<8).map { _ in try Client(line.http) }
            for client in busy { try client.send("GET", "/test-slow") }
            for client in busy {
                #expect(try client.reader.answer(to: "GET").text == "slow")
                client.socket.close()
            }
            #expect(try statistics["connections_paused"] > 0)
            #expect(line.sender.log(lines: 9, about: "client.connections: 4 connections are open").count > 0)
        }
    }

    @Test func requestsBeyondTheQueueGet503() async throws {
        let statistics = try StatisticsPage()
        let limits = ["requests.max = 1", "requests.queue = 1", "requests.queue.timeout = 60 s"]
        try await withLine(Line.Options(sender: limits + [statistics.setting])) { line, origin in
            origin.answer("test-slow", with: Self.slow)
            let clients = try (0..<3).map { _ in try Client(line.http) }
            try clients[0].send("GET", "/test-slow")
            try origin.awaitRequest("test-slow")
            try clients[1].send("GET", "/test-slow")
            let isQueued = try eventually(within: .seconds(10)) { try statistics["requests_queued"] == 1 }
            try #require(isQueued)
            let refused = try clients[2].request("GET", "/test-slow")
            #expect(refused.status == 503 && refused.fields["Retry-After"] == ["5"])
            #expect(try clients[0].reader.answer(to: "GET").text == "slow")
            #expect(try clients[1].reader.answer(to: "GET").text == "slow")
            #expect(try statistics["requests_shed"] == 1)
        }
    }

    @Test func aFullListenerSendsRequestsBack() async throws {
        let statistics = try StatisticsPage()
        try await withLine(Line.Options(listener: ["requests.max = 1", statistics.setting])) { line, origin in
            origin.answer("test-slow", with: Self.slow)
            let client = try Client(line.http)
            try client.send("GET", "/test-slow")
            try origin.awaitRequest("test-slow")
            let refused = try line.get("/test-other")
            #expect(refused.status == 503 && refused.fields["Retry-After"] == ["5"])
            #expect(try client.reader.answer(to: "GET").text == "slow")
            #expect(try line.get("/test-other").text == "ok")
            #expect(try statistics["requests_shed"] >= 1)
        }
    }

    @Test(arguments: ["sender", "listener"]) func memoryAboveItsLimitIsSaidAndNothingBreaks(name: String) async throws {
        var options = Line.Options()
        if name == "sender" {
            options.sender = ["memory.limit = 1 MB"]
        } else {
            options.listener = ["memory.limit = 1 MB"]
        }
        try await withLine(options) { line, _ in
            let daemon = name == "sender" ? line.sender : line.listener
            let isSaid = eventually(within: .seconds(10)) { !daemon.log(lines: 1, about: "memory.limit").isEmpty }
            try #require(isSaid)
            let answer = try line.get("/test-page")
            #expect(answer.status == (name == "sender" ? 503 : 200), "\(answer)")
        }
    }
}
