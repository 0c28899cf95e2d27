import Foundation
import Testing
import TestSupport

/// Two listeners, of which one dies in the middle of the work.
@Suite(.timeLimit(.minutes(4))) struct GroupTests {
    /// The line's own listener asks the first origin, the other one the second.
    private func withTwo(
        policy: String = "round-robin", _ body: @escaping @Sendable (Line, Daemon, [ScriptedOrigin]) throws -> Void
    ) async throws {
        try await onThread {
            let origins = [try ScriptedOrigin(), try ScriptedOrigin()]
            let ports = [try freePort(), try freePort()]
            let listeners = ports.map { "127.0.0.1:\($0)" }.joined(separator: " ")
            let line = try Line(
                originPort: origins[0].port,
                .init(sender: ["listeners = \(listeners)", "listeners.policy = \(policy)"], wan: ports[0]))
            let other = try line.startListener(
                "other", ["wan.ip = 127.0.0.1", "wan.port = \(ports[1])"], origin: origins[1].port, readyPort: ports[1]
            ).daemon
            do {
                let isUp = try eventually(within: .seconds(60)) {
                    _ = try line.get("/test-warm")
                    return policy != "round-robin" || origins.allSatisfy { !$0.requests("test-warm").isEmpty }
                }
                try #require(isUp, "the second listener isn't used")
                try body(line, other, origins)
                try line.requireGoodEnd()
                try other.requireGoodEnd()
            } catch {
                FileHandle.standardError.write(Data("\(line.logs())\n\(other.log(lines: 25))\n".utf8))
                throw error
            }
        }
    }

    /// Answers after a moment, so that requests are under way whenever something dies.
    private static let slow = Script.steps(
        .pause(.milliseconds(30)), .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))

    @Test func killedUnderLoadNoGetIsLostAndNoPostRepeated() async throws {
        try await withTwo { line, other, origins in
            for origin in origins { origin.answer("test-load", with: Self.slow) }
            let (gets, posts) = (Load(line), Load(line, method: "POST"))
            for _ in 0..<3 {
                try gets.awaitAnswers(50)
                other.kill()
                try gets.awaitAnswers(50)
                try other.start()
            }
            try gets.awaitAnswers(50)
            let (got, posted) = (try gets.stop(), try posts.stop())
            #expect(got.failed == [])
            #expect(Set(posted.statuses.keys).isSubset(of: [200, 527]), "\(posted.failed)")
            #expect(posted.failed.count <= 12, "\(posted.statuses)")  // those that were under way, three times
            let sent = origins.flatMap { $0.requests("test-load") }.filter { $0.method == "POST" }.map(\.target)
            #expect(Set(sent).count == sent.count, "a POST came twice")
        }
    }

    @Test func toldToEndUnderLoadNothingIsLost() async throws {
        try await withTwo { line, other, origins in
            for origin in origins { origin.answer("test-load", with: Self.slow) }
            let (gets, posts) = (Load(line), Load(line, method: "POST"))
            for _ in 0..<3 {
                try gets.awaitAnswers(50)
                #expect(other.stop() == 0)
                try gets.awaitAnswers(50)
                try other.start()
            }
            let (got, posted) = (try gets.stop(), try posts.stop())
            #expect(got.failed == [] && posted.failed == [])
            let sent = origins.flatMap { $0.requests("test-load") }.filter { $0.method == "POST" }.map(\.target)
            #expect(Set(sent).count == sent.count, "a POST came twice")
        }
    }

    @Test func oneThatHangsIsLeftAndNoGetIsLost() async throws {
        try await withTwo(policy: "fastest") { line, other, origins in
            let gets = Load(line)
            try gets.awaitAnswers(100)
            // The one that is nearly always asked: which one seems faster on loopback is chance.
            let asked = origins.map { $0.requests("test-load").count }
            let used = asked[0] > asked[1] ? line.listener : other
            used.freeze()
            Thread.sleep(forTimeInterval: 11)  // noticed after 9 s
            try gets.awaitAnswers(100)
            used.thaw()
            let seen = try gets.stop()
            #expect(seen.failed == [])
        }
    }

    @Test func theBackupIsUsedWhileThePrimaryIsAwayAndForAWhileAfter() async throws {
        try await withTwo(policy: "primary") { line, _, origins in
            for _ in 0..<10 { #expect(try line.get("/test-first").status == 200) }
            #expect(origins.map { $0.requests("test-first").count } == [10, 0])
            line.listener.kill()
            for _ in 0..<10 { #expect(try line.get("/test-second").status == 200) }
            #expect(origins.map { $0.requests("test-second").count } == [0, 10])
            try line.listener.start()
            Thread.sleep(forTimeInterval: 2)
            for _ in 0..<10 { #expect(try line.get("/test-third").status == 200) }
            #expect(origins.map { $0.requests("test-third").count } == [0, 10])
        }
    }

    @Test func theFasterOfTwoPathsCarriesNearlyAll() async throws {
        try await onThread {
            let origin = try ScriptedOrigin()
            let wan = try freePort()
            let slow = try Relay(to: wan, delay: .milliseconds(50))
            let fast = try Relay(to: wan)
            let line = try Line(
                originPort: origin.port,
                .init(sender: ["listeners = 127.0.0.1:\(slow.port)|127.0.0.1:\(fast.port)"], wan: wan))
            // Once both are measured.
            var carried = (0, 0)
            let isFast = try eventually(within: .seconds(60)) {
                let before = (slow.bytes.total, fast.bytes.total)
                for number in 0..<50 { try #require(try line.get("/test-path?\(number)").status == 200) }
                carried = (slow.bytes.total - before.0, fast.bytes.total - before.1)
                return carried.0 * 10 < carried.1
            }
            #expect(isFast, "\(carried)")
            fast.refuseConnections(true)
            fast.cut()
            for _ in 0..<5 { #expect(try line.get("/test-slow").status == 200) }
            try line.requireGoodEnd()
        }
    }
}
