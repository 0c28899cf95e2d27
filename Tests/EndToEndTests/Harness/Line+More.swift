import Foundation
import TestSupport

extension Line {
    /// Another listener of the same line, with the line's certificates and NAT map.
    func startListener(_ name: String, _ lines: [String] = []) throws -> (daemon: Daemon, port: UInt16) {
        let port = try freePort()
        let own = [
            "wan.ip = 127.0.0.1", "wan.port = \(port)", "map.file = railgun-nat.conf", "insecure.origin = 1",
            "cert.file = link/listener.pem", "key.file = link/listener.key", "wan.ca.bundle = link/ca.pem",
            "log.level = 1",
        ]
        try folder.write((own + lines).joined(separator: "\n") + "\n", to: "\(name).conf")
        return (
            try Daemon(
                "rg-listener", ["--config", folder.path("\(name).conf")], readyPort: port, in: folder, name: name),
            port
        )
    }

    /// Another sender, which asks the listener at a port.
    func startSender(
        _ name: String, to listener: UInt16, _ lines: [String] = []
    ) throws -> (
        daemon: Daemon, port: UInt16
    ) {
        let port = try freePort()
        let own = [
            "http.listen = 127.0.0.1:\(port)", "listeners = 127.0.0.1:\(listener)", "cert.file = link/sender.pem",
            "key.file = link/sender.key", "ca.bundle = link/ca.pem", "log.level = 1",
        ]
        try folder.write((own + lines).joined(separator: "\n") + "\n", to: "\(name).conf")
        return (
            try Daemon(
                "rg-sender", ["--config", folder.path("\(name).conf")], readyPort: port, in: folder, name: name),
            port
        )
    }
}
