import Foundation
import Testing
import TestSupport

/// SIGHUP: a daemon goes on with what its files say now.
struct ReloadTests {
    private func edit(_ file: String, of line: Line, _ change: (String) -> String) throws {
        let text = try String(contentsOfFile: line.folder.path(file), encoding: .utf8)
        try Data(change(text).utf8).write(to: URL(fileURLWithPath: line.folder.path(file)))
    }

    /// Has a daemon reload, and waits until its log says how that went.
    private func reload(_ daemon: Daemon, says words: String = "the configuration was reloaded") throws {
        let before = daemon.log(lines: .max, about: words).split(separator: "\n").count
        daemon.send(SIGHUP)
        let isSaid = eventually(within: .seconds(20)) {
            daemon.log(lines: .max, about: words).split(separator: "\n").count > before
        }
        try #require(isSaid, "\(daemon.name) doesn't say “\(words)”:\n\(daemon.log(lines: 30))")
    }

    @Test func anotherOriginIsAskedFromThenOn() async throws {
        let second = try ScriptedOrigin()
        try await withLine { line, origin in
            let kept = try Client(line.http)
            #expect(try kept.request("GET", "/test-first").text == "ok" && origin.requests("test-first").count == 1)
            try edit("railgun-nat.conf", of: line) { _ in "default = 127.0.0.1:\(second.port)\n" }
            try reload(line.listener)
            #expect(try kept.request("GET", "/test-second").text == "ok")
            #expect(origin.requests("test-second").isEmpty && second.requests("test-second").count == 1)
        }
        second.stop()
    }

    @Test(arguments: ["rg-sender", "rg-listener"]) func aWrongFileChangesNothingAndIsExplained(
        name: String
    ) async throws {
        try await withLine { line, _ in
            let (daemon, file) =
                name == "rg-sender" ? (line.sender, "rg-sender.conf") : (line.listener, "railgun.conf")
            try edit(file, of: line) { $0 + "log.format = json\nstore.versions = 99\nkey.fil = x\n" }
            try reload(daemon, says: "the configuration was not reloaded: nothing has changed")
            let log = daemon.log(lines: 30)
            #expect(log.contains("store.versions = 99: use 1 … 16") && log.contains("is key.file meant?"), "\(log)")
            #expect(try line.get("/test-still").text == "ok")
            func isLogged(_ words: String) -> Bool {
                eventually(within: .seconds(5)) { daemon.log(lines: 30).contains(words) }
            }
            #expect(isLogged("target=/test-still"))
            try edit(file, of: line) { $0.replacing("key.fil = x\n", with: "").replacing("= 99", with: "= 9") }
            try reload(daemon)
            #expect(try line.get("/test-other").text == "ok" && isLogged("\"target\":\"/test-other\""))
        }
    }

    @Test func aCertificateIsRenewedUnderTheConnectionsThatAreOpen() async throws {
        try await withLine { line, _ in
            let kept = try Client(line.http)
            #expect(try kept.request("GET", "/test-before").text == "ok")
            func shown() throws -> String {
                let shown = try Command(
                    "/usr/bin/curl",
                    ["-sk", "-o", "/dev/null", "-w", "%{certs}", "https://127.0.0.1:\(line.https)/test-tls"])
                return shown.output
            }
            let before = try shown()
            try Line.makeFrontCertificate(in: line.folder)
            #expect(try shown() == before)
            try reload(line.sender)
            #expect(try shown() != before)
            #expect(try kept.request("GET", "/test-after").text == "ok")
            // A file that is none: the old certificate goes on.
            try edit("front.pem", of: line) { _ in "no certificate" }
            try reload(line.sender, says: "the configuration was not reloaded")
            #expect(try kept.request("GET", "/test-still").text == "ok")
        }
    }

    @Test func theLinkIsOpenedAnewWhereItsCertificateIsAnotherOne() async throws {
        try await withLine { line, _ in
            func opened() -> Int { line.listener.log(lines: .max, about: "is connected").split(separator: "\n").count }
            #expect(try line.get("/test-before").text == "ok")
            let before = opened()
            try reload(line.sender)
            #expect(try line.get("/test-same").text == "ok" && opened() == before)
            for file in ["sender.pem", "sender.key"] {
                try FileManager.default.removeItem(atPath: line.folder.path("link/\(file)"))
            }
            let made = try Command("rg-sender", ["cert", "--out", line.folder.path("link")])
            try #require(made.exitCode == 0, "\(made.errors)")
            try reload(line.sender)
            let isAnew = eventually(within: .seconds(20)) { opened() >= 2 * before }
            #expect(try isAnew && line.get("/test-after").text == "ok")
        }
    }

    @Test func thePriceOfAGBIsReadAnew() async throws {
        let statistics = try StatisticsPage()
        try await withLine(.init(sender: [statistics.setting, "stats.price = 2 EUR"])) { line, _ in
            func shown() throws -> [String: Any] {
                let answer = try Client(statistics.port).request("GET", "/", ["Host: localhost"])
                return try #require(try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any])
            }
            #expect(try shown()["currency"] as? String == "EUR" && shown()["saved_money"] is Double)
            try edit("rg-sender.conf", of: line) { $0.replacing("2 EUR", with: "0.09 USD") }
            try reload(line.sender)
            #expect(try shown()["currency"] as? String == "USD" && shown()["price_per_gb"] as? Double == 0.09)
        }
    }

    @Test func aCertificateThatEndsSoonIsNamed() async throws {
        try await withLine { line, _ in
            try reload(line.sender)
            #expect(line.sender.log(lines: 30, about: "expires in") == "")
            try Line.makeFrontCertificate(in: line.folder, days: 5)
            try reload(line.sender)
            let warning = line.sender.log(lines: 1, about: "https.cert.file")
            #expect(warning.contains("warning") && warning.contains(/a certificate expires in [45] days/), "\(warning)")
        }
    }

    @Test func portsStayAndAreNamed() async throws {
        try await withLine { line, _ in
            let port = try freePort()
            try edit("rg-sender.conf", of: line) {
                $0.replacing("http.listen = 127.0.0.1:\(line.http)", with: "http.listen = 127.0.0.1:\(port)")
            }
            try reload(line.sender)
            #expect(line.sender.log(lines: 30).contains("http.listen was changed: that takes effect with a restart"))
            #expect(try line.get("/test-still").text == "ok")
        }
    }

    @Test func aPortThatIsToCloseIsServedUntilItDoes() async throws {
        try await withLine { line, _ in
            try edit("rg-sender.conf", of: line) { text in
                text.split(separator: "\n").filter { !$0.hasPrefix("https.") }.joined(separator: "\n") + "\n"
            }
            try reload(line.sender)
            #expect(line.sender.log(lines: 30).contains("https.listen was changed: that takes effect with a restart"))
            let answer = try Command(
                "/usr/bin/curl", ["-s", "--cacert", line.certificatePath, "https://localhost:\(line.https)/test-tls"])
            #expect(answer.output == "ok", "\(answer.errors)")
        }
    }

    @Test func aReloadUnderLoadLosesNoRequest() async throws {
        try await withLine { line, _ in
            let (gets, posts) = (Load(line), Load(line, connections: 1, method: "POST"))
            for _ in 0..<5 {
                try gets.awaitAnswers(100)
                try reload(line.sender)
                try reload(line.listener)
            }
            try gets.awaitAnswers(100)
            #expect(try gets.stop().failed == [] && posts.stop().failed == [])
        }
    }
}
