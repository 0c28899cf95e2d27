import DeltaEngine
import Foundation
import Logging
import NIOConcurrencyHelpers
import PageFile
import PageStore
import Testing
import TestSupport

/// A store over a page file, as one process has it.
struct FileEnd {
    let memory: MemoryPageStore
    let store: PageFile
    let log = LogLines()

    init(
        _ path: String, memoryBytes: Int = 1 << 24, byteLimit: Int = 1 << 24, keepsPrivate: Bool = false,
        rules: String = "rules", upkeepInterval: Duration = .seconds(3600), privateLifetime: Duration = .seconds(600)
    ) {
        memory = MemoryPageStore(
            limits: PageStoreLimits(memoryBytes: memoryBytes, versionsPerPage: 4, privateLifetime: privateLifetime))
        let (lines, settings) = (
            log,
            PageFileSettings(
                path: path, byteLimit: byteLimit, keepsPrivate: keepsPrivate, classRules: rules,
                privateLifetime: privateLifetime,
                batchDelay: .milliseconds(1), upkeepInterval: upkeepInterval)
        )
        store = PageFile(memory, settings: settings, logger: Logger(label: "test") { _ in lines })
        store.open()
    }

    /// Waits until the file is as the test needs it.
    func wait(_ what: Comment? = nil, until holds: (PageFileSummary) -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(20)
        while !holds(store.fileSummary) {
            try #require(ContinuousClock.now < end, what ?? "it stays \(store.fileSummary)")
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Waits until everything is loaded.
    func opened() async throws -> FileEnd {
        try await wait { $0.state == "open" }
        return self
    }

    @discardableResult func insert(_ bytes: [UInt8], at target: String, _ owner: PageOwner = .shared) -> PageVersion {
        let version = PageVersion(of: bytes.span)
        store.insert(bytes, version: version, key: key(target), owner: owner)
        return version
    }

    @discardableResult func insert(_ text: String, at target: String, _ owner: PageOwner = .shared) -> PageVersion {
        insert([UInt8](text.utf8), at: target, owner)
    }

    /// What is held of an address in memory, best first.
    func held(_ target: String, _ owner: PageOwner = .shared) -> [String] {
        memory.offers(for: key(target), owner: owner, limit: 8).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    /// Whether all that is held of an address is what its version says.
    func isRight(_ target: String) -> Bool {
        memory.offers(for: key(target), owner: .shared, limit: 8).allSatisfy { page in
            let bytes = page.bytes
            return PageVersion(of: bytes.span) == page.version
        }
    }

    func key(_ target: String) -> PageKey {
        PageKey(scheme: "https", authority: "www.example.org", target: target)
    }
}

/// What was logged.
struct LogLines: LogHandler {
    private let lines = NIOLockedValueBox<[String]>([])
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { nil }
        set {}
    }

    var all: [String] { lines.withLockedValue { $0 } }

    func log(event: LogEvent) { lines.withLockedValue { $0.append("\(event.level): \(event.message)") } }
}
