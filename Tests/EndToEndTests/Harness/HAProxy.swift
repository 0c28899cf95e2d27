import Foundation
import TestSupport

/// A real HAProxy, as people put it before servers.
enum HAProxy {
    static let program = "/usr/sbin/haproxy"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    /// Starts one.
    ///
    /// - Parameters:
    ///   - mode: `tcp` or `http`.
    ///   - port: Its own port of loopback.
    ///   - servers: The ports of those behind it.
    ///   - options: What their lines end with, such as `send-proxy`.
    ///   - settings: More lines for all.
    ///   - binds: More addresses, with what their lines end with.
    ///   - folder: For its configuration and its log.
    /// - Returns: The process, once it accepts connections.
    /// - Throws: Where it doesn't.
    static func start(
        _ mode: String, port: UInt16, servers: [UInt16], _ options: String = "", settings: [String] = [],
        binds: [String] = [], in folder: TemporaryFolder
    ) throws -> Daemon {
        let name = "haproxy-\(port)"
        let lines = servers.enumerated().map { "  server s\($0) 127.0.0.1:\($1) \(options)" }
        try folder.write(
            """
            defaults
              mode \(mode)
              timeout connect 5s
              timeout client 30s
              timeout server 30s
            \(settings.map { "  \($0)" }.joined(separator: "\n"))
            frontend front
              bind 127.0.0.1:\(port)
            \(binds.map { "  bind \($0)" }.joined(separator: "\n"))
              default_backend behind
            backend behind
            \(lines.joined(separator: "\n"))

            """, to: "\(name).cfg")
        return try Daemon(
            program, ["-db", "-f", folder.path("\(name).cfg")], readyPort: port, in: folder, name: name)
    }
}
