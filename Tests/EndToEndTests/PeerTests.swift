import Foundation
import Testing
import TestSupport

/// Certificates, authorities, pins and refusals are exchanged by SIGHUP, under load.
@Suite(.timeLimit(.minutes(4))) struct PeerTests {
    private func edit(_ file: String, of line: Line, _ change: (String) -> String) throws {
        let text = try String(contentsOfFile: line.folder.path(file), encoding: .utf8)
        try Data(change(text).utf8).write(to: URL(fileURLWithPath: line.folder.path(file)))
    }

    /// Has both daemons reload, or one of them; waits until their logs say that they did.
    private func reload(_ daemons: Daemon...) throws {
        for daemon in daemons {
            let words = "the configuration was reloaded"
            let before = daemon.log(lines: .max, about: words).split(separator: "\n").count
            daemon.send(SIGHUP)
            let isSaid = eventually(within: .seconds(20)) {
                daemon.log(lines: .max, about: words).split(separator: "\n").count > before
            }
            try #require(
                isSaid, "\(daemon.log(lines: 30, about: "configuration"))\n\(daemon.log(lines: 5))")
        }
    }

    /// What `rg-diag certificate` says of a file: the serial, or the key.
    private func shown(_ what: String, of file: String, in line: Line) throws -> String {
        let diag = try Command("rg-diag", ["certificate", line.folder.path(file)])
        try #require(diag.exitCode == 0, "\(diag)")
        let row = diag.output.split(separator: "\n").first { $0.hasPrefix(what) }
        return try #require(row?.split(separator: " ").last.map(String.init))
    }

    private func copy(_ from: String, to: String, in line: Line) throws {
        try Data(contentsOf: URL(fileURLWithPath: line.folder.path(from))).write(
            to: URL(fileURLWithPath: line.folder.path(to)))
    }

    /// Makes both ends' certificates by another authority, in `new`.
    private func makeOthers(in line: Line) throws {
        for end in ["sender", "listener"] {
            let made = try Command(
                "rg-sender",
                ["cert", "--out", line.folder.path("new"), "--end", end, "--name", "127.0.0.1"])
            try #require(made.exitCode == 0, "\(made.errors)")
        }
    }

    private func isOpenedAnew(_ line: Line, after count: Int) -> Bool {
        eventually(within: .seconds(20)) { connections(line) > count }
    }

    private func connections(_ line: Line) -> Int {
        line.listener.log(lines: .max, about: "is connected").split(separator: "\n").count
    }

    @Test func anAuthorityIsReplacedWithoutAFailedRequest() async throws {
        try await withLine { line, _ in
            try makeOthers(in: line)
            let old = try String(contentsOfFile: line.folder.path("link/ca.pem"), encoding: .utf8)
            let new = try String(contentsOfFile: line.folder.path("new/ca.pem"), encoding: .utf8)
            let load = Load(line, pause: .milliseconds(5))  // the log is searched all the time
            // Both authorities at both ends; then other certificates, one end after the other; then the old one goes.
            try edit("link/ca.pem", of: line) { _ in old + new }
            try reload(line.listener, line.sender)
            try load.awaitAnswers(50)
            for (end, daemon) in [("listener", line.listener), ("sender", line.sender)] {
                for ending in ["pem", "key"] { try copy("new/\(end).\(ending)", to: "link/\(end).\(ending)", in: line) }
                let before = connections(line)
                try reload(daemon)
                #expect(isOpenedAnew(line, after: before), "\(end)")
                try load.awaitAnswers(50)
            }
            try edit("link/ca.pem", of: line) { _ in new }
            try reload(line.listener, line.sender)
            try load.awaitAnswers(50)
            #expect(try load.stop().failed == [])
        }
    }

    @Test func pinnedKeysAreReplacedWithoutAFailedRequest() async throws {
        try await withLine { line, _ in
            try makeOthers(in: line)
            let pins = try ["link/sender.pem", "new/sender.pem"].map { try shown("key", of: $0, in: line) }
            let listener = try String(contentsOfFile: line.folder.path("railgun.conf"), encoding: .utf8)
            // The listener knows the sender by its key alone.
            let byKey = listener.split(separator: "\n").filter { !$0.hasPrefix("wan.ca.bundle") }
            try edit("railgun.conf", of: line) { _ in byKey.joined(separator: "\n") + "\npeer.keys = \(pins[0])\n" }
            let load = Load(line, pause: .milliseconds(5))  // the log is searched all the time
            try reload(line.listener)
            try load.awaitAnswers(50)
            try edit("railgun.conf", of: line) {
                $0.replacing("peer.keys = \(pins[0])", with: "peer.keys = \(pins[0]) \(pins[1])")
            }
            try reload(line.listener)
            for ending in ["pem", "key"] { try copy("new/sender.\(ending)", to: "link/sender.\(ending)", in: line) }
            let before = connections(line)
            try reload(line.sender)
            #expect(isOpenedAnew(line, after: before))
            try load.awaitAnswers(50)
            try edit("railgun.conf", of: line) {
                $0.replacing("peer.keys = \(pins[0]) \(pins[1])", with: "peer.keys = \(pins[1])")
            }
            try reload(line.listener)
            try load.awaitAnswers(50)
            #expect(try load.stop().failed == [])
            // Not the key that is pinned.
            try edit("railgun.conf", of: line) { $0.replacing(pins[1], with: pins[0]) }
            try reload(line.listener)
            #expect(eventually(within: .seconds(20)) { (try? line.get("/test-other").status) == 527 })
        }
    }

    @Test func aRefusedSenderIsShutOutByAReloadAndLetInByTheNext() async throws {
        try await withLine { line, _ in
            try line.folder.write("# nobody\n", to: "refused.txt")
            try edit("railgun.conf", of: line) { $0 + "peer.refused.file = refused.txt\n" }
            try reload(line.listener)
            #expect(try line.get("/test-before").status == 200)
            let serial = try shown("serial", of: "link/sender.pem", in: line)
            try edit("refused.txt", of: line) { $0 + "\(serial.lowercased())  # lost\n" }
            try reload(line.listener)
            let words = "serial \(serial), key "
            let isSaid = eventually(within: .seconds(20)) {
                let said = line.listener.log(lines: .max, about: words)
                return said.contains(" error ") && said.contains("is refused by") && said.contains("refused.txt")
            }
            #expect(isSaid, "\(line.listener.log(lines: 20))")
            #expect(try line.get("/test-shut-out").status == 527)
            #expect(!line.sender.log(lines: .max).contains("refused.txt"))
            // A file with a mistake changes nothing.
            try edit("refused.txt", of: line) { _ in "nonsense\n" }
            line.listener.send(SIGHUP)
            let isExplained = eventually(within: .seconds(20)) {
                line.listener.log(lines: 20).contains("refused.txt:1: use one serial in hexadecimal")
            }
            #expect(isExplained && line.listener.log(lines: 20).contains("nothing has changed"))
            try edit("refused.txt", of: line) { _ in "" }
            try reload(line.listener)
            #expect(eventually(within: .seconds(20)) { (try? line.get("/test-again").status) == 200 })
        }
    }

    @Test func requestsAtAListenerThatIsNotNamedAnyMoreEndWhereItIsRefused() async throws {
        try await withLine(.init(listener: ["lan.timeout = 300 s"])) { line, origin in
            origin.answer("test-held", with: .steps(.pause(.seconds(200))))
            let sender = try line.startSender("parting", to: line.wan)
            let client = try Client(sender.port, within: .seconds(60))
            try client.send("GET", "/test-held")
            try origin.awaitRequest("test-held")
            let elsewhere = try freePort()
            try edit("parting.conf", of: line) {
                $0.replacing("listeners = 127.0.0.1:\(line.wan)", with: "listeners = 127.0.0.1:\(elsewhere)")
            }
            try reload(sender.daemon)
            try line.folder.write(try shown("serial", of: "link/listener.pem", in: line) + "\n", to: "refused.txt")
            try edit("parting.conf", of: line) { $0 + "peer.refused.file = refused.txt\n" }
            try reload(sender.daemon)
            #expect(try client.reader.answer(to: "GET").status >= 500)
            try sender.daemon.requireGoodEnd()
        }
    }

    @Test func aListenerWithAnotherNameGetsNoRequest() async throws {
        try await withLine { line, origin in
            let made = try Command(
                "rg-sender",
                ["cert", "--out", line.folder.path("link"), "--end", "other", "--name", "other.example.org"])
            try #require(made.exitCode == 0, "\(made.errors)")
            let stranger = try line.startListener(
                "stranger", ["cert.file = link/other.pem", "key.file = link/other.key"])
            let sender = try line.startSender("deceived", to: stranger.port)
            #expect(try Client(sender.port).request("GET", "/test-stranger").status == 527)
            #expect(origin.requests("test-stranger").isEmpty)
            let words = "is for other.example.org, not for 127.0.0.1: make one with 'rg-sender cert --name 127.0.0.1'"
            for daemon in [sender.daemon, stranger.daemon] {
                #expect(daemon.log(lines: 20, about: words) != "", "\(daemon.log(lines: 20))")
            }
            let diag = try Command(
                "rg-diag", ["link", "127.0.0.1:\(stranger.port)", "--config", line.folder.path("deceived.conf")])
            #expect(diag.exitCode == 1 && diag.errors.contains(words), "\(diag)")
            let content = try line.startSender("content", to: stranger.port, ["verify.name = 0"])
            #expect(try Client(content.port).request("GET", "/test-content").status == 200)
            for daemon in [sender.daemon, stranger.daemon, content.daemon] { try daemon.requireGoodEnd() }
        }
    }

    @Test func aSenderThatWanPeersDoesNotNameIsRefusedInWords() async throws {
        try await withLine(.init(listener: ["wan.peers = edge.example.org"])) { line, _ in
            #expect(try line.get("/test-unnamed").status == 527)
            let words = "this end's wan.peers doesn't name the certificate of localhost"
            for daemon in [line.sender, line.listener] {
                #expect(daemon.log(lines: 20, about: words) != "", "\(daemon.log(lines: 20))")
            }
            try edit("railgun.conf", of: line) {
                $0.replacing("wan.peers = edge.example.org", with: "wan.peers = sender")
            }
            try reload(line.listener)
            #expect(eventually(within: .seconds(20)) { (try? line.get("/test-named").status) == 200 })
        }
    }

    /// What OpenSSL, which has a certificate of the authority or none, gets to see of the port for senders.
    @Test(arguments: [
        (["-tls1_2"], "protocol version"), ([], "certificate required"), (["-self"], "unknown ca"),
    ]) func aClientThatIsNoSenderEndsInTheHandshake(arguments: [String], words: String) async throws {
        try await withLine { line, _ in
            let mine =
                arguments == ["-self"]
                ? ["-cert", line.folder.path("front.pem"), "-key", line.folder.path("front.key")] : arguments
            let openssl = try Command(
                "/bin/sh",
                [
                    "-c", "sleep 2 | exec openssl s_client \"$@\"", "sh", "-connect", "127.0.0.1:\(line.wan)", "-alpn",
                    "railgun/1",
                ] + mine)
            let said = openssl.output + openssl.errors
            #expect(said.contains(words), "\(said)")
            #expect(!said.contains("RAILGUN"))
            #expect(try line.get("/test-well").status == 200)
        }
    }
}
