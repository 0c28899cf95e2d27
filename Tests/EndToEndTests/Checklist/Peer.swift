import Foundation
import TestSupport

/// What stands between clients and an origin in the comparison: our line, one nginx, or one HAProxy.
struct Peer: Sendable {
    let name: String
    let version: String
    /// The ports for HTTP/1.1, and for HTTP/2 by prior knowledge.
    let http: UInt16
    let h2c: UInt16
    let origin: ScriptedOrigin
    private let running: Running

    /// Keeps processes and their files as long as they are needed.
    private enum Running: Sendable {
        case line(Line)
        case daemon(Daemon, TemporaryFolder)
    }

    static func railgun() throws -> Peer {
        let origin = try ScriptedOrigin()
        let line = try Line(originPort: origin.port)
        let version = try Command("rg-sender", ["--version"]).output
        return Peer(
            name: "railgun", version: version.trimmingCharacters(in: .whitespacesAndNewlines), http: line.http,
            h2c: line.h2c, origin: origin, running: .line(line))
    }

    /// An nginx with defaults, but for streaming both ways and keep-alive towards the origin.
    static func nginx() throws -> Peer {
        let (origin, folder) = (try ScriptedOrigin(), TemporaryFolder())
        let (http, h2c) = (try freePort(), try freePort())
        let daemon = try Line.startNginx(
            "nginx", to: origin.port, readyPort: http,
            listen: "listen 127.0.0.1:\(http); listen 127.0.0.1:\(h2c) http2;", in: folder)
        let version = try Command(Nginx.program, ["-v"]).errors.split(separator: "/").last ?? ""
        return Peer(
            name: "nginx", version: version.trimmingCharacters(in: .whitespacesAndNewlines), http: http, h2c: h2c,
            origin: origin, running: .daemon(daemon, folder))
    }

    /// An HAProxy with defaults, but for X-Forwarded-For and connections to the origin that clients share.
    static func haproxy() throws -> Peer {
        let (origin, folder) = (try ScriptedOrigin(), TemporaryFolder())
        let (http, h2c) = (try freePort(), try freePort())
        let daemon = try HAProxy.start(
            "http", port: http, servers: [origin.port], settings: ["option forwardfor", "http-reuse safe"],
            binds: ["127.0.0.1:\(h2c) proto h2"], in: folder)
        let version = try Command(HAProxy.program, ["-v"]).output.split(separator: " ")
        return Peer(
            name: "HAProxy", version: version.count > 2 ? String(version[2]) : "", http: http, h2c: h2c,
            origin: origin, running: .daemon(daemon, folder))
    }
}
