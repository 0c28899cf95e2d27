import Foundation
import NIOConcurrencyHelpers
import TestSupport

extension Line {
    /// Starts another listener beside that of the line, with the line's certificate unless `lines` name another one.
    ///
    /// - Parameters:
    ///   - name: Its name, for its files.
    ///   - origin: Where it looks for all hosts.
    ///   - lines: Of its configuration, where it listens included.
    ///   - readyPort: Accepts connections once it is up.
    /// - Returns: The listener, which accepts connections there.
    /// - Throws: Where it doesn't start.
    func startListener(_ name: String, origin: UInt16, _ lines: [String], readyPort: UInt16) throws -> Daemon {
        try folder.write("default = 127.0.0.1:\(origin)\n", to: "\(name)-nat.conf")
        var all = ["map.file = \(folder.path("\(name)-nat.conf"))", "insecure.origin = 1", "log.level = 1"] + lines
        if !lines.contains(where: { $0.hasPrefix("cert.file") }) {
            all.append("cert.file = \(folder.path("link/listener.pem"))")
            all.append("key.file = \(folder.path("link/listener.key"))")
        }
        all.append("wan.ca.bundle = \(folder.path("link/ca.pem"))")
        let file = try folder.write(all.joined(separator: "\n") + "\n", to: "\(name).conf")
        return try Daemon("rg-listener", ["--config", file.path], readyPort: readyPort, in: folder, name: name)
    }
}

/// Requests one after the other on several connections, until it is told to stop.
final class Load: Sendable {
    struct Seen: Sendable {
        var answered = 0
        /// What was no 200, or not whole.
        var failed: [String] = []
        var statuses: [Int: Int] = [:]
    }

    private let state = NIOLockedValueBox((seen: Seen(), isStopped: false, running: 0))

    /// Begins; each connection that breaks is opened anew.
    init(_ line: Line, connections: Int = 4, method: String = "GET", target: String = "/test-load") {
        let port = line.http
        state.withLockedValue { $0.running = connections }
        for connection in 0..<connections {
            Thread.detachNewThread { [self] in
                var number = 0
                while !state.withLockedValue({ $0.isStopped }) {
                    guard let client = try? Client(port, within: .seconds(30)) else { continue }
                    while !state.withLockedValue({ $0.isStopped }) {
                        number += 1
                        let mark = "\(method)-\(connection)-\(number)"
                        let body = method == "GET" ? "" : "body of \(mark)"
                        do {
                            let answer = try client.request(method, "\(target)?\(mark)", body: body)
                            note(answer, mark)
                            if answer.cut != nil || answer.fields["Connection"].contains("close") { break }
                        } catch {
                            state.withLockedValue { $0.seen.failed.append("\(mark): \(error)") }
                            break
                        }
                    }
                }
                state.withLockedValue { $0.running -= 1 }
            }
        }
    }

    private func note(_ answer: Answer, _ mark: String) {
        state.withLockedValue { state in
            state.seen.statuses[answer.status, default: 0] += 1
            if answer.status == 200, answer.cut == nil {
                state.seen.answered += 1
            } else {
                state.seen.failed.append("\(mark): \(answer)")
            }
        }
    }

    var answered: Int { state.withLockedValue { $0.seen.answered } }

    /// Waits until so many more requests were answered.
    func awaitAnswers(_ count: Int) throws {
        let goal = answered + count
        guard eventually(within: .seconds(30), { answered >= goal }) else {
            throw WireFailure.timedOut("\(answered) of \(goal) answers came")
        }
    }

    /// Ends, and tells what came.
    func stop() throws -> Seen {
        state.withLockedValue { $0.isStopped = true }
        guard eventually(within: .seconds(40), { state.withLockedValue { $0.running == 0 } }) else {
            throw WireFailure.timedOut("requests hang")
        }
        return state.withLockedValue { $0.seen }
    }
}
