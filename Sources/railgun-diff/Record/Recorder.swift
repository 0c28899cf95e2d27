import Explanations
import Foundation
import Reports

/// Fetches pages round after round, one after the other, and stores what it gets.
actor Recorder {
    private var recording: Recording
    private let client: PageClient
    private let every: Duration
    private let rounds: Int
    private var failures = 0
    /// Until when a server asked us to leave a page alone.
    private var notBefore: [Int: ContinuousClock.Instant] = [:]

    init(_ recording: consuming Recording, client: PageClient, every: Duration, rounds: Int) {
        (self.recording, self.client, self.every, self.rounds) = (recording, client, every, rounds)
    }

    /// Works until all rounds are done or the task is cancelled.
    func run() async throws {
        var progress = ProgressBar(
            "record", total: rounds * recording.pages.count, unit: "fetches", showsRate: false)
        var next = ContinuousClock.now
        do {
            for _ in 0..<rounds {
                try await wait(until: next, showing: &progress)
                // From this round's start, not by a timetable: a round that took long is not made up for in a hurry.
                next = .now + every
                for index in recording.pages.indices {
                    try await fetch(index, showing: &progress)
                    progress.advance()
                }
            }
        } catch is CancellationError {}
        progress.finish()
    }

    private func fetch(_ index: Int, showing progress: inout ProgressBar) async throws {
        let address = recording.pages[index].address
        if let time = notBefore[index], .now < time { return }
        for attempt in 1... {
            let time = Date()
            let page: FetchedPage
            do {
                page = try await client.fetch(address.url)
            } catch {
                guard error != .cancelled else { throw CancellationError() }
                failures += 1
                try recording.note(error, ofPage: index, at: time)
                switch RetryPolicy.decide(after: error, attempt: attempt) {
                case .retry(let delay):
                    progress.say("\(address.text): \(error); trying again in \(Quantity.duration(delay))")
                    try await wait(until: .now + delay, showing: &progress)
                case .giveUp(let delay):
                    progress.say("\(address.text): \(error); nothing stored")
                    notBefore[index] = .now + delay
                    return
                }
                continue
            }
            if recording.pages[index].versions == 0, page.finalURL != address.url {
                progress.say("\(address.text): leads to \(VisibleText.line(page.finalURL.absoluteString))")
            }
            return try recording.store(page, ofPage: index, at: time)
        }
    }

    /// Waits, and shows how long still.
    private func wait(until time: ContinuousClock.Instant, showing progress: inout ProgressBar) async throws {
        while .now < time {
            let rest = time - .now
            progress.advance(by: 0, note: "next in \(Int((rest / .seconds(1)).rounded(.up))) s")
            try await Task.sleep(for: min(rest, .seconds(1)))
        }
        try Task.checkCancellation()
    }

    /// What has been captured, and what to do with it.
    var summary: String {
        var lines = recording.pages.map { page in
            let changes =
                page.versions < 2 ? "" : page.changes == 0 ? ", all the same" : ", \(page.changes) of them changed"
            return """
                \(recording.path)/\(page.folder): \(page.versions) version\(page.versions == 1 ? "" : "s")\(changes), \
                \(Quantity.bytes(page.bytes))
                """
        }
        if failures > 0 { lines.append("\(failures) fetch\(failures == 1 ? "" : "es") failed") }
        if recording.pages.contains(where: { $0.versions >= 2 }) {
            lines.append("see what deltas would save: railgun-diff corpus \(recording.path)")
        } else if storedVersions > 0 {
            lines.append("deltas need two versions of a page: go on with the same command")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// How many versions this run stored.
    var storedVersions: Int { recording.pages.reduce(0) { $0 + $1.versions } }
}
