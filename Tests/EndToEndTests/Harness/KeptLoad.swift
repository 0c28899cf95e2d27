import Foundation
import NIOConcurrencyHelpers

/// Clients that ask one request after the other on kept connections, as quickly as they are answered, until they are told
/// to stop.
///
/// One of four requests is a POST: nobody may send that again.
final class KeptLoad: Sendable {
    private struct State {
        var isWanted = true
        var running = 0
        var answered = 0
        var failures: [String] = []
    }

    private let state = NIOLockedValueBox(State())

    init(_ port: UInt16, clients: Int = 4) {
        state.withLockedValue { $0.running = clients }
        for _ in 0..<clients {
            Thread.detachNewThread { [self] in
                ask(port)
                state.withLockedValue { $0.running -= 1 }
            }
        }
    }

    var answered: Int { state.withLockedValue { $0.answered } }

    /// Waits until this many more requests were answered, or one failed.
    func goOn(for count: Int) -> Bool {
        let end = answered + count
        return eventually(within: .seconds(30)) {
            state.withLockedValue { $0.answered >= end || !$0.failures.isEmpty }
        }
    }

    /// Ends the load.
    ///
    /// - Returns: What went wrong.
    func stop() -> [String] {
        state.withLockedValue { $0.isWanted = false }
        _ = eventually(within: .seconds(30)) { state.withLockedValue { $0.running == 0 } }
        return state.withLockedValue { $0.failures }
    }

    private func ask(_ port: UInt16) {
        var client: Client?
        var number = 0
        while state.withLockedValue({ $0.isWanted }) {
            number += 1
            do {
                let here = try client ?? Client(port)
                let answer =
                    try number % 4 == 0
                    ? here.request("POST", "/test-load", body: "hello") : here.request("GET", "/test-load")
                guard answer.status == 200, answer.text == "ok", answer.cut == nil else {
                    return fail("request \(number): \(answer)")
                }
                client = answer.fields["Connection"].contains("close") ? nil : here
                state.withLockedValue { $0.answered += 1 }
            } catch {
                return fail("request \(number): \(error)")
            }
        }
    }

    private func fail(_ what: String) { state.withLockedValue { $0.failures.append(what) } }
}
