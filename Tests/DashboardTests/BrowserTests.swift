import Foundation
import TestSupport
import Testing

@testable import Operations

/// The dashboard as Chromium shows it.
///
/// One look of the browser is enough for all of these tests. With `RAILGUN_SCREENSHOTS`, a folder, it leaves pictures there.
@Suite(.enabled(if: Browser.isInstalled))
struct BrowserTests {
    @Test func theFirstPaintComesWithinAFifthOfASecond() async throws {
        // The fastest of a few: what else the machine does can only make it slower.
        let paints = try await Browser.found().paints
        #expect((paints.min() ?? .infinity) < 200, "\(paints)")
    }

    @Test func thePageWithAllThatItLoadsHasLessThan100kB() async throws {
        let bytes = try await Browser.found().bytes
        #expect(1_000..<100_000 ~= bytes, "\(bytes)")
    }

    @Test func theConsoleHasNoErrors() async throws { #expect(try await Browser.found().complaints.isEmpty) }

    @Test func newFiguresComeWithoutAReload() async throws {
        let found = try await Browser.found()
        #expect(found.becomesLive && found.changes && found.keeps["page"] == true)
    }

    @Test func whatIsOpenFocusedOrScrolledStaysSoWhenFiguresChange() async throws {
        let keeps = try await Browser.found().keeps
        #expect(keeps["open"] == true && keeps["focus"] == true && keeps["scroll"] == true)
    }

    @Test func thePageSaysSinceWhenTheDaemonIsGoneAndComesBackByItself() async throws {
        let found = try await Browser.found()
        #expect(found.saysThatItIsGone && found.comesBack)
    }

    @Test func nobodyStumblesAtAnyWidthInLightOrDark() async throws {
        let faults = try await Browser.found().faults
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    }

    @Test func theKeyboardSkipsTheHeaderAndItsFocusIsSeen() async throws {
        let found = try await Browser.found()
        #expect(found.skipLink && found.focusIsSeen)
    }

    @Test func everythingIsThereWithoutScripts() async throws {
        let text = try await Browser.found().withoutScripts
        for part in [
            "Reload for newer figures.", "fewer bytes than the pages have", "www.example.org", "the origin",
            "1 of 3 lanes not well", "Connection refused", "8,412 pages", "what changed",
        ] { #expect(text.contains(part), "\(part)") }
    }
}

/// What the browser found.
private struct Browser: Decodable {
    let paints: [Double]
    let bytes: Int
    let becomesLive, changes: Bool
    let keeps: [String: Bool]
    let complaints: [String]
    let saysThatItIsGone, comesBack: Bool
    let faults: [String]
    let skipLink, focusIsSeen: Bool
    let withoutScripts: String

    static let isInstalled: Bool = {
        let imports = try? Command("/usr/bin/python3", ["-c", "import websockets"])
        return FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium") && imports?.exitCode == 0
    }()

    private static let look = Task { try await Browser.look() }

    static func found() async throws -> Browser { try await look.value }

    private static func look() async throws -> Browser {
        let ticks = Ticks()
        let asked = AsyncStream.makeStream(of: Void.self)
        @Sendable func serve(_ port: Int) async throws -> Server {
            try await Server(
                port: port,
                pages: [
                    "/test/restart": {
                        asked.continuation.yield(); return (200, "text/plain", [])
                    }
                ],
                interval: .milliseconds(300)
            ) {
                let tick = await ticks.next()
                var overview = Sample.overview(tick: tick)
                overview.sites[0].savings.requests += tick
                return overview
            }
        }
        let first = try await serve(0)
        let restarting = Task {
            for await _ in asked.stream {
                try await first.stop()
                try await Task.sleep(for: .seconds(2))  // as long as a browser takes to notice
                return try await serve(first.port)
            }
            return first
        }
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Browser/browser.py")
        var arguments = [script.path, "http://127.0.0.1:\(first.port)"]
        if let folder = ProcessInfo.processInfo.environment["RAILGUN_SCREENSHOTS"] { arguments.append(folder) }
        // Not on one of the threads that the server needs.
        let result = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { [arguments] in
                continuation.resume(
                    with: Result {
                        try Command("/usr/bin/python3", arguments, environment: ["PYTHONDONTWRITEBYTECODE": "1"])
                    })
            }
        }
        asked.continuation.finish()
        try await restarting.value.stop()
        try #require(result.exitCode == 0, "\(result.errors)")
        return try JSONDecoder().decode(Browser.self, from: Data(result.outputBytes))
    }
}
