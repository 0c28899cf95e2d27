import Files
import ArgumentParser
import Foundation
import Reports

struct Record: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Capture versions of live pages, to see what deltas would save before installing anything.",
        discussion: """
            Fetches each URL every so often, as a visitor without a cache would, one after the other over one \
            connection, and stores each answer in DIR, in a folder a page. DIR/record.jsonl tells each fetch. \
            Running the command again adds to what is there; Ctrl-C ends it, and keeps what was captured.

              railgun-diff record https://www.example.org/
              railgun-diff record https://example.org/ https://example.org/api --every 5m
              railgun-diff corpus site --html report.html

            Record your own site, or ask first. A server that answers 429 or 503 is asked again later, as its \
            Retry-After says.
            """)

    @Argument(help: ArgumentHelp("The pages' addresses, http or https.", valueName: "url")) var urls: [String]
    @Option(
        help: ArgumentHelp(
            """
            How long from one round to the next, as 90s, 5m or 1h; at least 1s: it's somebody's server, and faster \
            rounds measure its load rather than its changes.
            """, valueName: "time"))
    var every = Interval(seconds: 60)
    @Option(help: ArgumentHelp("How many rounds.", valueName: "n")) var count = 20
    @Option(
        help: ArgumentHelp("Where to store the versions.", valueName: "dir"), completion: .directory) var out = "site"
    @Option(help: ArgumentHelp("How long to wait for a whole page.", valueName: "time")) var timeout = Interval(
        seconds: 30)
    @Option(help: ArgumentHelp("The largest page to store, as 5000, 64kB or 100MB.", valueName: "bytes"))
    var limit = ByteCount(bytes: 100_000_000)

    func validate() throws {
        if every.duration < .seconds(1) { throw ValidationError("--every is less than a second: use 1s or more") }
        if count < 1 { throw ValidationError("--count \(count): use 1 or more") }
        if timeout.duration <= .zero { throw ValidationError("--timeout 0: use more") }
        if Set(urls).count < urls.count { throw ValidationError("the same URL is given twice") }
    }

    func run() async throws {
        let addresses = try urls.map { try PageAddress($0) }
        let recorder = Recorder(
            try Recording(at: out, addresses: addresses),
            client: PageClient(bodyLimit: limit.bytes, timeout: timeout.duration), every: every.duration, rounds: count)
        let work = Task { try await recorder.run() }
        let interruption = Interruption(cancelling: work)
        let result = await work.result
        interruption.end()
        Terminal.standardError.write(await recorder.summary)
        try result.get()
        if await recorder.storedVersions == 0 { throw CommandFailure("\(out): nothing was captured") }
    }
}
