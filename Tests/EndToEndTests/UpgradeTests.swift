import Foundation
import Testing
import TestSupport

/// A daemon gives way to a new process, or gets its sockets from a service manager.
struct UpgradeTests {
    /// The process that a PID file names; it is no child of the tests.
    private struct Successor {
        let processID: Int32

        init?(of daemon: Daemon, pidFile: String) {
            let text = (try? String(contentsOfFile: pidFile, encoding: .utf8)) ?? ""
            guard let number = Int32(text.split(separator: "\n").first ?? ""), number != daemon.processID else {
                return nil
            }
            processID = number
            Guardian.watch(number)
        }

        /// Whether it ends when it is asked to.
        func stop() -> Bool {
            kill(processID, SIGTERM)
            return eventually(within: .seconds(20)) {
                let state = try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8)
                return state?.contains(") Z ") ?? true
            }
        }
    }

    /// Whether the other end has closed a connection, or does so within some seconds.
    private func isClosed(_ client: Client) -> Bool {
        do { return try !client.reader.fill(within: .seconds(10)) } catch WireFailure.cut { return true } catch {
            return false
        }
    }

    @Test(arguments: ["rg-sender", "rg-listener"]) func aNewProcessTakesOverWithoutLosingARequest(
        name: String
    ) async throws {
        let folder = TemporaryFolder()
        let pidFile = folder.path("pid")
        var options = Line.Options()
        if name == "rg-sender" { options.sender = ["pid.file = \(pidFile)"] }
        if name == "rg-listener" { options.listener = ["pid.file = \(pidFile)"] }
        try await withLine(options) { line, _ in
            let daemon = name == "rg-sender" ? line.sender : line.listener
            let (gets, posts) = (Load(line), Load(line, connections: 1, method: "POST"))
            let idle = try Client(line.http)
            #expect(try idle.request("GET", "/test-idle").text == "ok")
            try gets.awaitAnswers(200)
            daemon.send(SIGUSR2)
            #expect(daemon.ended(within: .seconds(30)) == 0)
            try gets.awaitAnswers(200)
            try posts.awaitAnswers(20)
            #expect(try gets.stop().failed == [] && posts.stop().failed == [])
            // The new process holds no connection of the old one, which then would never end.
            #expect(name == "rg-listener" || isClosed(idle))
            let successor = try #require(Successor(of: daemon, pidFile: pidFile))
            #expect(daemon.log(lines: 1, about: "process \(successor.processID) has taken over") != "")
            #expect(successor.stop() && !FileManager.default.fileExists(atPath: pidFile))
        }
    }

    @Test func aProcessThatCantBeReplacedGoesOn() async throws {
        let folder = TemporaryFolder()
        let pidFile = folder.path("pid")
        try await withLine(Line.Options(sender: ["pid.file = \(pidFile)"])) { line, _ in
            let configuration = line.folder.path("rg-sender.conf")
            let good = try String(contentsOfFile: configuration, encoding: .utf8)
            try Data((good + "no.such.key = 1\n").utf8).write(to: URL(fileURLWithPath: configuration))
            line.sender.send(SIGUSR2)
            let isSaid = eventually(within: .seconds(30)) {
                line.sender.log(lines: 50).contains(
                    "no upgrade, this process goes on: the new process ended with status")
            }
            #expect(isSaid && line.sender.isRunning, "\(line.logs())")
            #expect(line.sender.log(lines: 50).contains("there is no such setting"))
            #expect(try line.get("/test-after").text == "ok")
            #expect(try String(contentsOfFile: pidFile, encoding: .utf8) == "\(line.sender.processID)\n")
        }
    }

    @Test func whoEndsAProcessEndsTheOneThatIsToReplaceItToo() async throws {
        try await withLine { line, _ in
            let (folder, port) = (TemporaryFolder(), try freePort())
            let configuration = try String(contentsOfFile: line.folder.path("rg-sender.conf"), encoding: .utf8)
                .replacing("http.listen = 127.0.0.1:\(line.http)", with: "http.listen = 127.0.0.1:\(port)")
                .replacing("https.listen = 127.0.0.1:\(line.https)", with: "https.listen = 127.0.0.1:\(try freePort())")
            let file = try line.folder.write(configuration, to: "replaced.conf")
            let program = folder.path("rg-sender")
            try FileManager.default.copyItem(atPath: RunningCommand.executable("rg-sender").path, toPath: program)
            let sender = try Daemon(
                program, ["--config", file.path], readyPort: port, in: line.folder, name: "replaced")
            // What takes its place never gets ready.
            try FileManager.default.removeItem(atPath: program)
            let number = folder.path("number")
            let script = try folder.write("#!/bin/sh\necho $$ > \(number)\nexec sleep 600\n", to: "rg-sender")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
            sender.send(SIGUSR2)
            let successor = { (try? String(contentsOfFile: number, encoding: .utf8)).flatMap { Int32($0.dropLast()) } }
            try #require(eventually(within: .seconds(10)) { successor() != nil }, "\(sender.log(lines: 10))")
            Guardian.watch(try #require(successor()))
            sender.askToEnd()
            #expect(sender.ended(within: .seconds(5)) == 0, "\(sender.log(lines: 10))")
            #expect(kill(try #require(successor()), 0) != 0)
        }
    }

    @Test func statisticsAreThoseOfTheNewProcessAtOnce() async throws {
        let folder = TemporaryFolder()
        let (pidFile, statistics) = (folder.path("pid"), try StatisticsPage())
        try await withLine(Line.Options(sender: ["pid.file = \(pidFile)", statistics.setting])) { line, _ in
            #expect(try line.get("/test-one").text == "ok")
            #expect(try statistics["requests_completed"] == 1)
            // Keeps the old process for as long as it may drain.
            let slow = try TCPSocket(connectingTo: line.http)
            try slow.send(Array("POST /test-slow HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nslow".utf8))
            line.sender.send(SIGUSR2)
            try #require(eventually(within: .seconds(20)) { line.sender.log(lines: 9).contains("has taken over") })
            let successor = try #require(Successor(of: line.sender, pidFile: pidFile))
            Thread.sleep(forTimeInterval: 0.2)
            let counts = try (0..<20).map { _ in try statistics["requests_completed"] }
            #expect(counts.allSatisfy { $0 == 0 }, "\(counts)")
            #expect(line.sender.isRunning)
            try slow.send(Array("again".utf8))
            #expect(line.sender.ended(within: .seconds(10)) == 0 && successor.stop())
        }
    }

    private static let activator = "/usr/bin/systemd-socket-activate"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: activator), "needs systemd"))
    func aServiceManagerOpensThePort() async throws {
        try await withLine { line, _ in
            let port = try freePort()
            let configuration = try String(contentsOfFile: line.folder.path("rg-sender.conf"), encoding: .utf8)
                .replacing("http.listen = 127.0.0.1:\(line.http)", with: "http.listen = 127.0.0.1:\(port)")
                .replacing("https.listen = 127.0.0.1:\(line.https)", with: "https.listen = 127.0.0.1:\(try freePort())")
            let file = try line.folder.write(configuration, to: "activated.conf")
            // It starts the daemon at the first connection, which waits in the socket meanwhile.
            let program = RunningCommand.executable("rg-sender").path
            let activated = try Daemon(
                Self.activator,
                // It hands nothing of the environment on by itself.
                ["ASAN_OPTIONS", "TSAN_OPTIONS", "LLVM_PROFILE_FILE"].compactMap { name in
                    ProcessInfo.processInfo.environment[name].map { "--setenv=\(name)=\($0)" }
                } + ["--listen=127.0.0.1:\(port)", program, "--config", file.path], readyPort: port, in: line.folder,
                name: "activated")
            let answer = try Client(port).request("GET", "/test-activated")
            #expect(answer.text == "ok", "\(answer)\n\(activated.log(lines: 30))")
            #expect(!activated.log(lines: 30).contains("Address already in use"))
            try activated.requireGoodEnd()
        }
    }
}
