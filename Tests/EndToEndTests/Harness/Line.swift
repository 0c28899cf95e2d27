import Foundation
import TestSupport

/// A whole line: sender, a relay in place of the wide-area link, listener.
///
/// The origin is the test's.
/// With `RAILGUN_LINE=nginx` in the environment two nginx stand in the daemons' place: this shows how a peer does, and
/// whether a test asks for what nobody does.
final class Line: Sendable {
    /// What differs from test to test: further lines of the configuration files.
    struct Options: Sendable {
        var sender: [String] = []
        var listener: [String] = []
        /// Where the listener looks for the origin; else the test's origin.
        var natMap: [String]?
        /// `log.level` of both.
        var logLevel = 1
        /// The listener's own port, for a sender that knows it; else any that is free.
        var wan: UInt16?
    }

    static let isPeer = ProcessInfo.processInfo.environment["RAILGUN_LINE"] == "nginx"

    let folder = TemporaryFolder()
    /// The listener's port.
    let wan: UInt16
    /// The sender's port for HTTP/1.1.
    let http: UInt16
    /// The sender's port for HTTP/2 by prior knowledge: the same, but for a peer that can't.
    let h2c: UInt16
    /// The sender's port for TLS; ``certificatePath`` is the root that it is checked with.
    let https: UInt16
    let relay: Relay
    let sender: Daemon
    let listener: Daemon
    var certificatePath: String { folder.path("front.pem") }

    /// Starts listener and sender; returns once both accept connections.
    init(originPort: UInt16, _ options: Options = Options()) throws {
        wan = try options.wan ?? freePort()
        http = try freePort()
        h2c = Self.isPeer ? try freePort() : http
        https = try freePort()
        relay = try Relay(to: wan)
        try Self.makeFrontCertificate(in: folder)
        let ports = Ports(wan: wan, relay: relay.port, http: http, h2c: h2c, https: https, origin: originPort)
        (listener, sender) =
            Self.isPeer
            ? try Self.startPeer(ports, in: folder) : try Self.startRailgun(ports, options, in: folder)
    }

    /// The end of both logs, or those lines of them that hold a text.
    func logs(about text: String = "") -> String {
        let lines = Effort.isSanitized ? 250 : 25  // what a sanitizer found is longer than what we log
        return [listener, sender].map { "--- log of \($0.name):\n\($0.log(lines: lines, about: text))" }
            .joined(separator: "\n")
    }

    /// The link's bytes, once nothing moves any more.
    func linkBytes(during body: () throws -> Void) rethrows -> Relay.Bytes { try relay.bytes(during: body) }

    /// Ends both daemons, and fails where one of them doesn't end well.
    func requireGoodEnd() throws {
        try sender.requireGoodEnd()
        try listener.requireGoodEnd()
    }

    /// One request on a connection of its own.
    func get(_ target: String, _ fields: [String] = [], method: String = "GET", body: String = "") throws -> Answer {
        try Client(http).request(method, target, fields, body: body)
    }

    struct Ports { let wan, relay, http, h2c, https, origin: UInt16 }

    static func makeFrontCertificate(in folder: TemporaryFolder, days: Int = 90) throws {
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments =
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -addext"
            .split(separator: " ").map(String.init)
            + [
                "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "\(days)", "-keyout", folder.path("front.key"),
                "-out",
                folder.path("front.pem"),
            ]
        (openssl.standardError, openssl.standardOutput) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try openssl.runWithSignals()
        openssl.waitUntilExit()
        guard openssl.terminationStatus == 0 else { throw DaemonFailure("openssl made no certificate") }
    }
}

/// Gives a test a line and an origin of its own; where the test throws, the logs are shown.
func withLine(
    _ options: Line.Options = Line.Options(), _ body: @escaping @Sendable (Line, ScriptedOrigin) throws -> Void
) async throws {
    try await onThread {
        let origin = try ScriptedOrigin()
        let line = try Line(originPort: origin.port, options)
        try line.show(origin: origin.port) { try body(line, origin) }
        origin.stop()
    }
}

/// The same in front of a real web server.
func withLine(
    origin nginx: Nginx, _ options: Line.Options = Line.Options(), _ body: @escaping @Sendable (Line) throws -> Void
) async throws {
    let port = nginx.port
    try await onThread {
        let line = try Line(originPort: port, options)
        try line.show(origin: port) { try body(line) }
    }
}

extension Line {
    /// Runs a test, and ends both daemons; shows the logs where it throws.
    fileprivate func show(origin: UInt16, _ body: () throws -> Void) throws {
        do {
            try body()
            try requireGoodEnd()
        } catch {
            FileHandle.standardError.write(Data("\(logs())\n".utf8))
            throw error
        }
    }
}
