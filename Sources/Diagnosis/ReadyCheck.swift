/// Whether a daemon can take requests, as its `/readyz` says.
package struct ReadyCheck: Sendable {
    private let statistics: StatisticsClient

    /// - Parameter url: `http://HOST:PORT/`, as `stats.listen` names it; the path doesn't matter.
    /// - Throws: ``DiagnosisFailure`` for anything else.
    package init(_ url: String) throws(DiagnosisFailure) { statistics = try StatisticsClient(url) }

    /// Asks.
    ///
    /// - Returns: What the daemon says of itself.
    /// - Throws: ``DiagnosisFailure`` where it doesn't answer, or isn't ready: with its reasons.
    package func run() async throws(DiagnosisFailure) -> String {
        let answer = try await statistics.get("/readyz")
        var text = String(decoding: answer.body.readableBytesView, as: UTF8.self)
        while text.last?.isNewline == true { text.removeLast() }
        guard answer.answer.head.status == .ok else { throw DiagnosisFailure("not ready: \(text)") }
        return text
    }
}
