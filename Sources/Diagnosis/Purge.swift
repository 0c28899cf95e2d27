import Foundation
import NIOCore
package import Operations

/// Has a daemon forget pages, through its `control.socket`.
package struct Purge: Sendable {
    private let socket: String
    private let scope: PurgeScope
    /// A file of gigabytes takes its time.
    private static let seconds = 120

    package init(socket: String, scope: PurgeScope) { (self.socket, self.scope) = (socket, scope) }

    /// The socket that a configuration names, of either daemon.
    ///
    /// - Throws: ``DiagnosisFailure`` where it names none, ``ConfigurationError`` where it can't be read.
    package static func socket(in file: String) throws -> String {
        var settings = try Settings(contentsOf: file)
        guard let path = settings.takePath("control.socket") else {
            throw DiagnosisFailure(
                "\(file) has no control.socket",
                check: "add control.socket = /run/rg-sender/control, or /run/rg-listener/control, and restart it")
        }
        return path
    }

    /// Says so, and waits until it is done.
    ///
    /// - Returns: Lines for people.
    /// - Throws: ``DiagnosisFailure``, also where not all could be forgotten.
    package func run() throws(DiagnosisFailure) -> [String] {
        let descriptor: CInt
        do { descriptor = try UnixSocket.connected(to: socket) } catch {
            let why = (error as? IOError).map { unsafe String(cString: strerror($0.errnoCode)) } ?? "\(error)"
            throw DiagnosisFailure(
                "\(socket): \(why)",
                check: "does the daemon run? Only its own user and root may open its control.socket")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var limit = timeval(tv_sec: Self.seconds, tv_usec: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var lines: [String] = []
        do {
            try handle.write(contentsOf: Data("\(scope.command)\n".utf8))
            let answer = try handle.readToEnd() ?? Data()
            lines = String(decoding: answer, as: UTF8.self).split(separator: "\n").map(String.init)
        } catch {
            throw DiagnosisFailure("\(socket): no answer within \(Self.seconds) s")
        }
        guard let first = lines.first else {
            throw DiagnosisFailure("\(socket): the daemon closed it without an answer")
        }
        guard first == "ok" else { throw DiagnosisFailure(lines.dropFirst().joined(separator: "\n")) }
        return Array(lines.dropFirst())
    }
}
