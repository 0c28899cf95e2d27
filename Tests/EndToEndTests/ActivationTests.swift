import Foundation
import Testing
import TestSupport

/// A listener without certificates, and a token.
@Suite(.timeLimit(.minutes(3))) struct ActivationTests {
    /// A line whose sender gives certificates at a port.
    private func withActivation(_ body: @escaping @Sendable (Line, _ port: UInt16) throws -> Void) async throws {
        let port = try freePort()
        try await withLine(.init(sender: ["activation.listen = 127.0.0.1:\(port)", "activation.folder = link"])) {
            line, _ in try body(line, port)
        }
    }

    private func token(_ line: Line, _ more: [String] = []) throws -> String {
        let made = try Command(
            "rg-sender", ["token", "--folder", line.folder.path("link"), "--name", "127.0.0.1"] + more)
        try #require(made.exitCode == 0, "\(made.errors)")
        return made.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// What a fresh listener needs, in a folder of its own.
    private func write(_ name: String, _ line: Line, port: UInt16, wan: UInt16, _ lines: [String]) throws -> String {
        let all =
            [
                "wan.ip = 127.0.0.1", "wan.port = \(wan)", "map.file = railgun-nat.conf", "insecure.origin = 1",
                "log.level = 1", "cert.file = \(name).pem", "key.file = \(name).key", "wan.ca.bundle = \(name)-ca.pem",
                "activation.railgun_host = 127.0.0.1:\(port)",
            ] + lines
        try line.folder.write(all.joined(separator: "\n") + "\n", to: "\(name).conf")
        return line.folder.path("\(name).conf")
    }

    private func refusal(_ configuration: String) throws -> String {
        let refused = try Command("rg-listener", ["--config", configuration])
        #expect(refused.exitCode != 0)
        return refused.errors
    }

    @Test func aFreshListenerGetsItsCertificateAndServes() async throws {
        try await withActivation { line, port in
            let (token, wan) = (try token(line), try freePort())
            try line.folder.write(token + "\n", to: "token.txt")
            let file = try write("fresh", line, port: port, wan: wan, ["activation.token.file = token.txt"])
            let check = try Command("rg-listener", ["--config", file, "--check"])
            #expect(check.exitCode == 0 && check.output.contains("but for certificates"), "\(check)")
            let fresh = try Daemon("rg-listener", ["--config", file], readyPort: wan, in: line.folder, name: "fresh")
            let sender = try line.startSender("second", to: wan)
            #expect(try Client(sender.port).request("GET", "/test-fresh").status == 200)
            let mode = try FileManager.default.attributesOfItem(atPath: line.folder.path("fresh.key"))[
                .posixPermissions]
            #expect(mode as? Int == 0o600)
            // Started anew it has all it needs; the token is of no use any more, here or elsewhere.
            #expect(fresh.stop() == 0)
            try fresh.start()
            #expect(
                eventually(within: .seconds(20)) {
                    (try? Client(sender.port).request("GET", "/test-anew").status) == 200
                })
            let again = try write("again", line, port: port, wan: try freePort(), ["activation.token = \(token)"])
            let words = "The token is unknown, has expired, or was used before."
            #expect(try refusal(again).contains(words))
            #expect(!FileManager.default.fileExists(atPath: line.folder.path("again.key")))
            for daemon in [fresh, sender.daemon, line.sender, line.listener] {
                #expect(!daemon.log(lines: .max).contains(token) && !daemon.log(lines: .max).contains(token.prefix(26)))
            }
            #expect(line.sender.log(lines: .max, about: "127.0.0.1 has its certificate") != "")
            try fresh.requireGoodEnd()
            try sender.daemon.requireGoodEnd()
        }
    }

    @Test func whatGoesWrongIsSaidInPlainWords() async throws {
        try await withActivation { line, port in
            func start(_ name: String, port: UInt16, _ lines: [String]) throws -> String {
                try refusal(try write(name, line, port: port, wan: try freePort(), lines))
            }
            let token = try token(line)
            #expect(
                try start("a", port: port, ["activation.token = nonsense"]).contains("activation.token: is no token"))
            #expect(
                try start("b", port: port, ["activation.token.file = none.txt"]).contains("none.txt: can't be read"))
            #expect(try start("c", port: port, []).contains("needs a token"))
            #expect(
                try start("d", port: try freePort(), ["activation.token = \(token)"]).contains("Connection refused"))
            let twice = try start("e", port: port, ["activation.token = \(token)", "activation.token = \(token)"])
            #expect(twice.contains("activation.token: is given twice") && !twice.contains(token), "\(twice)")
            // A web server's TLS in the sender's place.
            let web = try start("f", port: line.https, ["activation.token = \(token)"])
            #expect(web.contains("it doesn't show the authority of the token"), "\(web)")
            try line.folder.write("", to: "g.key")
            #expect(
                try start("g", port: port, ["activation.token = \(token)"]).contains(
                    "bring that back, or remove the key"))
            for file in ["a.pem", "d.key", "f.key", "f-ca.pem"] {
                #expect(!FileManager.default.fileExists(atPath: line.folder.path(file)))
            }
            let forever = try Command(
                "rg-sender", ["token", "--folder", line.folder.path("link"), "--name", "a", "--expires", "40d"])
            #expect(forever.exitCode == 64 && forever.errors.contains("use 1 min … 30 d"), "\(forever)")
        }
    }
}
