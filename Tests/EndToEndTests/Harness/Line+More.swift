import Foundation
import TestSupport

extension Line {
    /// Starts another listener beside that of the line, with the line's certificate unless `lines` name another one.
    ///
    /// - Parameters:
    ///   - name: Its name, for its files.
    ///   - lines: Of its configuration.
    ///   - origin: Where it looks for all hosts; without it, where the line's listener does.
    ///   - readyPort: Accepts connections once it is up; without it, the listener gets a port of its own for senders.
    /// - Returns: The listener, which accepts connections there.
    /// - Throws: Where it doesn't start.
    func startListener(
        _ name: String, _ lines: [String] = [], origin: UInt16? = nil, readyPort: UInt16? = nil
    ) throws -> (daemon: Daemon, port: UInt16) {
        let port = try readyPort ?? freePort()
        var all = ["insecure.origin = 1", "log.level = 1", "wan.ca.bundle = link/ca.pem"] + lines
        if readyPort == nil { all += ["wan.ip = 127.0.0.1", "wan.port = \(port)"] }
        if let origin { try folder.write("default = 127.0.0.1:\(origin)\n", to: "\(name)-nat.conf") }
        all.append("map.file = \(origin == nil ? "railgun" : name)-nat.conf")
        if !lines.contains(where: { $0.hasPrefix("cert.file") }) {
            all += ["cert.file = link/listener.pem", "key.file = link/listener.key"]
        }
        let file = try folder.write(all.joined(separator: "\n") + "\n", to: "\(name).conf")
        return (try Daemon("rg-listener", ["--config", file.path], readyPort: port, in: folder, name: name), port)
    }

    /// Another sender, which asks the listener at a port.
    func startSender(
        _ name: String, to listener: UInt16, _ lines: [String] = []
    ) throws -> (daemon: Daemon, port: UInt16) {
        try startSender(name, to: "127.0.0.1:\(listener)", lines)
    }

    /// The same with several listeners, as `listeners` names them.
    func startSender(
        _ name: String, to listeners: String, _ lines: [String] = []
    ) throws -> (
        daemon: Daemon, port: UInt16
    ) {
        let port = try freePort()
        let own = [
            "http.listen = 127.0.0.1:\(port)", "listeners = \(listeners)", "cert.file = link/sender.pem",
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
