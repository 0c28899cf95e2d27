import Foundation
import Testing
import TestSupport

/// What a person reads who starts a daemon, or can't.
struct StartTests {
    @Test func aSecondStartIsToldThatTheFirstRuns() async throws {
        try await onThread {
            let origin = try ScriptedOrigin()
            let pid = TemporaryFolder()
            let line = try Line(
                originPort: origin.port,
                .init(sender: ["pid.file = \(pid.path("s"))"], listener: ["pid.file = \(pid.path("l"))"]))
            for (name, file, config) in [("rg-sender", "s", "rg-sender.conf"), ("rg-listener", "l", "railgun.conf")] {
                let number = try pid.text(of: file).trimmingCharacters(in: .whitespacesAndNewlines)
                let second = try Command(name, ["--config", line.folder.path(config)])
                #expect(second.exitCode == 1 && second.errors.contains("process \(number) runs already"), "\(second)")
                #expect(try pid.text(of: file).hasPrefix(number), "the second start took the file")
                let check = try Command(name, ["--config", line.folder.path(config), "--check"])
                #expect(check.exitCode == 0 && check.output.contains("\(config): all well"), "\(check)")
            }
        }
    }

    @Test(arguments: [
        ("cert.file", "link/sender.key", "sender.key: has no certificate in PEM"),
        ("key.file", "link/sender.pem", "sender.pem: has no private key in PEM that can be read"),
        ("key.file", "link/listener.key", "listener.key: is not the key of the first certificate in "),
        ("ca.bundle", "link/ca.key", "ca.key: has no certificate in PEM"),
        ("https.cert.file", "front.key", "front.key: has no certificate in PEM"),
        ("https.key.file", "link/sender.key", "sender.key: is not the key of the first certificate in "),
    ])
    func aWrongCertificateOrKeyIsNamed(setting: String, file: String, words: String) async throws {
        try await withLine { line, _ in
            let text = try line.folder.text(of: "rg-sender.conf")
            let wrong = text.split(separator: "\n").map {
                $0.hasPrefix("\(setting) =") ? "\(setting) = \(line.folder.path(file))" : String($0)
            }
            let path = try line.folder.write(wrong.joined(separator: "\n"), to: "wrong.conf").path
            let check = try Command("rg-sender", ["--config", path, "--check"])
            #expect(check.exitCode == 1 && check.errors.contains(words), "\(check.errors)")
        }
    }
}
