import Foundation
import NIOConcurrencyHelpers

/// A real web server on a free port of loopback, which ends with the test.
package final class Nginx: Sendable {
    package static let program = "/usr/sbin/nginx"
    package static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    package let folder = TemporaryFolder()
    package let port: UInt16
    private let process = NIOLockedValueBox(Process())

    /// Starts a server.
    ///
    /// - Parameter locations: The inside of its `server` block; `$FOLDER` stands for ``folder``.
    /// - Throws: Where it can't be started.
    package init(_ locations: String) throws {
        port = try freePort()
        try folder.write(
            """
            daemon off; master_process off; pid $FOLDER/pid; error_log $FOLDER/errors;
            events { worker_connections 64; }
            http {
              log_format fields '$request|$http_user_agent|$http_accept_encoding|'
                '$http_if_none_match$http_if_modified_since|$http_cookie|$connection';
              access_log $FOLDER/access fields;
              client_body_temp_path $FOLDER/tmp; proxy_temp_path $FOLDER/tmp; fastcgi_temp_path $FOLDER/tmp;
              uwsgi_temp_path $FOLDER/tmp; scgi_temp_path $FOLDER/tmp;
              types { text/html html; application/json json; }
              server { listen 127.0.0.1:\(port); root $FOLDER; \(locations) }
            }
            """.replacing("$FOLDER", with: folder.url.path), to: "nginx.conf")
        try start()
    }

    deinit { process.withLockedValue { Self.end($0, by: SIGTERM) } }

    /// Ends it as a crash does: what it had not answered is lost.
    package func kill() { process.withLockedValue { Self.end($0, by: SIGKILL) } }

    /// Starts it again on its port; returns once it accepts connections.
    package func start() throws {
        try? FileManager.default.removeItem(atPath: folder.path("pid"))
        let new = Process()
        new.executableURL = URL(fileURLWithPath: Self.program)
        new.arguments = ["-p", folder.url.path, "-c", folder.path("nginx.conf"), "-e", folder.path("errors")]
        new.standardError = FileHandle.nullDevice
        try new.runWithSignals()
        Guardian.watch(new.processIdentifier)
        process.withLockedValue { $0 = new }
        for _ in 0..<200 where !FileManager.default.fileExists(atPath: folder.path("pid")) {
            Thread.sleep(forTimeInterval: 0.02)
        }
    }

    private static func end(_ process: Process, by signal: Int32) {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, signal)
        process.waitUntilExit()
    }

    package func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    /// The name that `record` gives the folder of a page.
    package func folderName(_ path: String) -> String { "127.0.0.1_\(port)\(path.replacing("/", with: "_"))" }

    /// One line for each request: request line, user agent, accepted encodings, conditions, cookies, connection.
    ///
    /// A server notes a request only after the client has its answer: so this waits for as many as there must be.
    package func requests(atLeast count: Int) throws -> [[String]] {
        for _ in 0..<100 {
            let lines = try folder.text(of: "access").split(separator: "\n")
            if lines.count >= count {
                return lines.map { $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init) }
            }
            Thread.sleep(forTimeInterval: 0.02)
        }
        return []
    }
}
