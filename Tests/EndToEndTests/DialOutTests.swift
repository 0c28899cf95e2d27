import Foundation
import Testing
import TestSupport

/// A listener that opens the link itself.
@Suite(.timeLimit(.minutes(5))) struct DialOutTests {
    /// A sender that accepts listeners, and a listener that dials it; the line's own listener is used by no site.
    private func withDialOut(
        dialed: String = "localhost", _ body: @escaping @Sendable (Line, Daemon, ScriptedOrigin) throws -> Void
    ) async throws {
        try await onThread {
            let (origin, unused) = (try ScriptedOrigin(), try ScriptedOrigin())
            let (wan, ready) = (try freePort(), try freePort())
            let line = try Line(
                originPort: unused.port,
                .init(sender: [
                    "wan.listen = 127.0.0.1:\(wan)", "listeners.out.dialed = \(dialed)", "site.default = out",
                ]))
            let listener = try line.startListener(
                "dialing", ["wan.port = none", "wan.dial = localhost:\(wan)", "stats.listen = 127.0.0.1:\(ready)"],
                origin: origin.port, readyPort: ready
            ).daemon
            do {
                try body(line, listener, origin)
                try line.requireGoodEnd()
                try listener.requireGoodEnd()
            } catch {
                FileHandle.standardError.write(Data("\(line.logs())\n\(listener.log(lines: 25))\n".utf8))
                throw error
            }
        }
    }

    /// Whether a request is answered on each of some connections: they come to different event loops.
    private func isUp(_ line: Line) throws -> Bool {
        try eventually(within: .seconds(20)) {
            try (0..<8).allSatisfy { _ in try line.get("/test-up").status == 200 }
        }
    }

    @Test func requestsGoOverTheLinkThatTheListenerOpened() async throws {
        try await withDialOut { line, listener, origin in
            #expect(try isUp(line))
            let load = Load(line)
            try load.awaitAnswers(200)
            #expect(try load.stop().failed == [])
            let said = line.sender.log(lines: 20, about: "listener localhost is connected")
            #expect(said.contains("info"), "\(line.sender.log(lines: 40))")
        }
    }

    @Test func aSenderOrAListenerThatIsStartedAnewHasItsLinkAgain() async throws {
        try await withDialOut { line, listener, _ in
            #expect(try isUp(line))
            line.sender.kill()
            try line.sender.start()
            #expect(try isUp(line))
            listener.kill()
            try listener.start()
            #expect(try isUp(line))
            #expect(listener.stop() == 0)
            try listener.start()
            #expect(try isUp(line))
        }
    }

    @Test func strangersAtThePortForListenersTakeNoVisitorsDescriptors() async throws {
        try await withDialOut { line, _, _ in
            #expect(line.sender.stop() == 0)
            try line.sender.start(descriptors: 128)
            #expect(try isUp(line))
            let text = try String(contentsOfFile: line.folder.path("rg-sender.conf"), encoding: .utf8)
            let words = try #require(text.firstMatch(of: /wan.listen = 127.0.0.1:([0-9]+)/))
            let wan = try #require(UInt16(words.1))
            let strangers = try (0..<110).map { _ in try TCPSocket(connectingTo: wan) }
            Thread.sleep(forTimeInterval: 0.5)
            let start = ContinuousClock.now
            #expect(try line.get("/test-room").status == 200)
            #expect(ContinuousClock.now - start < .seconds(5), "before strangers were sent away")
            #expect(line.sender.log(lines: 1, about: "wan.listen: 8 connections are open; more listeners wait") != "")
            for stranger in strangers { stranger.close() }
        }
    }

    @Test func aListenerWhoseCertificateIsNotNamedIsRefusedInWords() async throws {
        try await withDialOut(dialed: "else.example.org") { line, listener, _ in
            let words = "no group of this rg-sender names the certificate of localhost"
            let isSaid = eventually(within: .seconds(20)) {
                line.sender.log(lines: 20, about: words).contains("error")
                    && listener.log(lines: 20, about: words).contains("error")
            }
            #expect(isSaid, "\(line.sender.log(lines: 20))\n\(listener.log(lines: 20))")
            let answer = try line.get("/test-refused")
            #expect(answer.status == 527)
        }
    }
}
