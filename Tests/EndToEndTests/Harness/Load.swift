import Foundation
import NIOConcurrencyHelpers

/// Requests one after the other on several connections, until it is told to stop.
final class Load: Sendable {
    struct Seen: Sendable {
        /// Answers with 200, by their text.
        var texts: [String: Int] = [:]
        /// What was no 200, or not whole.
        var failed: [String] = []
        var statuses: [Int: Int] = [:]

        var answered: Int { texts.values.reduce(0, +) }
    }

    private let state = NIOLockedValueBox((seen: Seen(), isStopped: false, running: 0))

    /// Begins; each connection that breaks is opened anew, and a request that failed is not sent again.
    init(
        _ line: Line, connections: Int = 4, method: String = "GET", target: String = "/test-load",
        pause: Duration = .zero
    ) {
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
                            if pause > .zero { Thread.sleep(forTimeInterval: pause / .seconds(1)) }
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
                state.seen.texts[answer.text, default: 0] += 1
            } else {
                state.seen.failed.append("\(mark): \(answer)")
            }
        }
    }

    /// What came up to now.
    var seen: Seen { state.withLockedValue { $0.seen } }

    /// Waits until so many more requests were answered; with a text, that many with this one.
    func awaitAnswers(_ count: Int, text: String? = nil) throws {
        func answered() -> Int { text.map { seen.texts[$0] ?? 0 } ?? seen.answered }
        let goal = answered() + count
        guard eventually(within: .seconds(60), { answered() >= goal }) else {
            throw WireFailure.timedOut("\(answered()) of \(goal) answers came; failed: \(seen.failed.prefix(9))")
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
