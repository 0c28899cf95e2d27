import Foundation
import Testing
import TestSupport

/// What the daemons may do on their machine.
@Suite(.enabled(if: geteuid() == 0, "only root can give up root"))
struct PrivilegeTests {
    /// A port below 1024 that nobody listens on.
    private static func privilegedPort() throws -> UInt16 {
        try #require(
            (600..<1000).shuffled().first { (try? TCPSocket(connectingTo: UInt16($0))) == nil }.map(UInt16.init))
    }

    /// What `/proc` says of a process: `Uid`, `Groups`, `CapEff`.
    private static func status(_ processID: Int32, _ name: String) -> [String] {
        let text = (try? String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(name):") } ?? ""
        return line.split(whereSeparator: \.isWhitespace).dropFirst().map(String.init)
    }

    /// Whether all of a process's threads are the user `nobody`, without any capability.
    private static func hasGivenUpRoot(_ processID: Int32) -> Bool {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(processID)/task")) ?? []
        return !threads.isEmpty
            && threads.compactMap { Int32($0) }.allSatisfy { thread in
                status(thread, "Uid") == Array(repeating: "65534", count: 4)
                    && status(thread, "Gid") == Array(repeating: "65534", count: 4)
                    && status(thread, "CapPrm") == ["0000000000000000"] && !status(thread, "Groups").contains("0")
            }
    }

    /// Makes a line's files readable for everyone.
    private static func openFiles(_ line: Line) throws {
        for (path, mode) in [("link/sender.key", 0o644), ("link/listener.key", 0o644), ("", 0o777)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: line.folder.path(path))
        }
    }

    /// A sender of its own with a port below 1024, whose files `nobody` may read.
    private static func startSender(
        _ line: Line, to listener: UInt16, port: UInt16, _ more: [String] = []
    ) throws -> Daemon {
        let file = try line.folder.write(
            ([
                "http.listen = 127.0.0.1:\(port)", "listeners = 127.0.0.1:\(listener)",
                "cert.file = link/sender.pem", "key.file = link/sender.key", "ca.bundle = link/ca.pem",
                "user = nobody:nogroup", "log.level = 1",
            ] + more).joined(separator: "\n") + "\n", to: "dropping.conf")
        try openFiles(line)
        return try Daemon("rg-sender", ["--config", file.path], readyPort: port, in: line.folder, name: "dropping")
    }

    @Test func rootIsGivenUpOnceThePortIsOpen() async throws {
        try await withLine { line, _ in
            let port = try Self.privilegedPort()
            let pidFile = line.folder.path("pid")
            try Self.openFiles(line)
            let listener = try line.startListener("unprivileged", ["user = nobody:nogroup"])
            let sender = try Self.startSender(line, to: listener.port, port: port, ["pid.file = \(pidFile)"])
            #expect(Self.hasGivenUpRoot(sender.processID) && Self.hasGivenUpRoot(listener.daemon.processID))
            #expect(try Client(port).request("GET", "/test-one").text == "ok")
            // All files are read anew, and the port is handed on.
            sender.send(SIGHUP)
            #expect(eventually(within: .seconds(10)) { sender.log(lines: 9).contains("reloaded") })
            sender.send(SIGUSR2)
            #expect(sender.ended(within: .seconds(30)) == 0, "\(sender.log(lines: 9))")
            let text = try String(contentsOfFile: pidFile, encoding: .utf8)
            let successor = try #require(Int32(text.split(separator: "\n").first ?? ""))
            Guardian.watch(successor)
            defer { kill(successor, SIGTERM) }
            #expect(Self.hasGivenUpRoot(successor))
            #expect(try Client(port).request("GET", "/test-two").text == "ok")
        }
    }

    @Test func whatTheUserMayNotReadStopsTheStart() async throws {
        try await withLine { line, _ in
            let port = try Self.privilegedPort()
            let sender = try Self.startSender(line, to: line.wan, port: port)
            sender.stop()
            let key = line.folder.path("link/sender.key")
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
            #expect(throws: DaemonFailure.self) { try sender.start() }
            #expect(sender.log(lines: 3).contains("sender.key: can't be read: Permission denied"))
        }
    }

    @Test func whoStaysRootIsTold() async throws {
        try await withLine { line, _ in
            for daemon in [line.sender, line.listener] {
                #expect(daemon.log(lines: 9).contains("this process runs as root"))
            }
        }
    }
}
