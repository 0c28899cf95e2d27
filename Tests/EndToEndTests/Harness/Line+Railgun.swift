import Foundation
import TestSupport

extension Line {
    /// Makes what is missing of the certificates of both ends, in `link`; both are good for this machine.
    static func makeCertificates(in folder: TemporaryFolder) throws {
        let names = ["--name", "localhost", "--name", "127.0.0.1"]
        for end in ["sender", "listener"] {
            let made = try Command("rg-sender", ["cert", "--out", folder.path("link"), "--end", end] + names)
            guard made.exitCode == 0 else { throw DaemonFailure("rg-sender cert: \(made.errors)") }
        }
    }

    /// Starts our own daemons.
    static func startRailgun(_ ports: Ports, _ options: Options, in folder: TemporaryFolder) throws -> (Daemon, Daemon)
    {
        for name in ["rg-sender", "rg-listener"] { try Daemon.require(RunningCommand.executable(name)) }
        try makeCertificates(in: folder)
        let natMap = options.natMap ?? ["default = 127.0.0.1:\(ports.origin)"]
        try folder.write(natMap.joined(separator: "\n") + "\n", to: "railgun-nat.conf")
        let listenerLines =
            [
                "wan.ip = 127.0.0.1", "wan.port = \(ports.wan)",
                "map.file = \(folder.path("railgun-nat.conf"))",
                "cert.file = \(folder.path("link/listener.pem"))", "key.file = \(folder.path("link/listener.key"))",
                "wan.ca.bundle = \(folder.path("link/ca.pem"))", "log.level = \(options.logLevel)",
            ] + (options.listener.contains("cpu.adapt = 1") ? [] : ["cpu.adapt = 0"])  // many tests run at once
            + (options.listener.contains("insecure.origin = 0") ? [] : ["insecure.origin = 1"]) + options.listener
        try folder.write(listenerLines.joined(separator: "\n") + "\n", to: "railgun.conf")
        let senderLines =
            [
                "http.listen = 127.0.0.1:\(ports.http)", "https.listen = 127.0.0.1:\(ports.https)",
                "https.cert.file = \(folder.path("front.pem"))", "https.key.file = \(folder.path("front.key"))",
                "cert.file = \(folder.path("link/sender.pem"))",
                "key.file = \(folder.path("link/sender.key"))", "ca.bundle = \(folder.path("link/ca.pem"))",
                "log.level = \(options.logLevel)",
            ]
            + (options.sender.contains { $0.hasPrefix("listeners = ") }
                ? [] : ["listeners = 127.0.0.1:\(ports.relay)"]) + options.sender
        try folder.write(senderLines.joined(separator: "\n") + "\n", to: "rg-sender.conf")
        return (
            try Daemon(
                "rg-listener", ["--config", folder.path("railgun.conf")], readyPort: ports.wan, in: folder,
                name: "rg-listener"),
            try Daemon(
                "rg-sender", ["--config", folder.path("rg-sender.conf")], readyPort: ports.http, in: folder,
                name: "rg-sender")
        )
    }
}
