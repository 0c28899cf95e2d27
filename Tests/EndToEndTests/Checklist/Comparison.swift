import Foundation

/// What each peer did with each row, and what that says.
struct Comparison: Sendable {
    /// How far a peer let go what a row sends.
    enum Strictness: Int, Comparable, Sendable {
        /// Otherwise than the row says.
        case wrong
        /// Made harmless, or passed on.
        case passed
        /// No complete request reached the origin.
        case refused

        static func < (a: Strictness, b: Strictness) -> Bool { a.rawValue < b.rawValue }
    }

    struct Outcome: Sendable {
        let words: String
        let strictness: Strictness
        let complaints: [String]
        var passes: Bool { complaints.isEmpty }

        init(_ exchange: Exchange, _ check: Check) {
            complaints = check.complaints(exchange)
            words = exchange.inFewWords
            strictness = !complaints.isEmpty ? .wrong : exchange.complete.isEmpty ? .refused : .passed
        }
    }

    struct Entry: Sendable {
        let id: String
        /// Whether the row is one of those by which requests are smuggled.
        let smuggles: Bool
        /// In the order of the peers.
        let outcomes: [Outcome]

        /// Whether the first peer is at least as strict as each of the others.
        var isStrictest: Bool { outcomes.dropFirst().allSatisfy { outcomes[0].strictness >= $0.strictness } }
    }

    /// The document whose generated part is written anew; `nil` where nothing is to be compared.
    static let document = ProcessInfo.processInfo.environment["RAILGUN_CHECKLIST"]

    let peers: [(name: String, version: String)]
    let lines: [Entry]

    /// Carries all rows out on all peers, a few at a time.
    static func run(_ peers: [Peer]) async throws -> Comparison {
        let rows: [(id: String, run: @Sendable (Peer) throws -> Outcome)] =
            Row.all.map { row in (row.id, { Outcome(try row.run(at: $0.http, $0.origin), row.check) }) }
            + HTTP2Row.all.map { row in (row.id, { Outcome(try row.run(at: $0.h2c, $0.origin), row.check) }) }
        let lines = try await withThrowingTaskGroup(of: (Int, Entry).self) { group in
            var (lines, next) = ([Entry?](repeating: nil, count: rows.count), 0)
            func add() {
                guard next < rows.count else { return }
                let (place, row) = (next, rows[next])
                next += 1
                group.addTask {
                    let outcomes = try await onThread { try peers.map { try row.run($0) } }
                    return (place, Entry(id: row.id, smuggles: isSmuggling(row.id), outcomes: outcomes))
                }
            }
            for _ in 0..<8 { add() }
            for try await (place, line) in group {
                lines[place] = line
                add()
            }
            return lines.compactMap { $0 }
        }
        return Comparison(peers: peers.map { ($0.name, $0.version) }, lines: lines)
    }

    /// Valid requests, which nobody takes for anything else; nginx refuses the first two.
    private static let valid: Set = ["2-P38-host-the-same", "2-P50-method-case", "2-F28-obs-text"]

    /// Sections B of both, A03 to A13, and all pseudo-fields and fields of HTTP/2.
    private static func isSmuggling(_ id: String) -> Bool {
        guard !valid.contains(id) else { return false }
        if id.hasPrefix("2-") { return ["P", "F", "B"].contains(id.dropFirst(2).first) }
        return id.hasPrefix("B") || ("A03"..."A13").contains(id.prefix(3))
    }

    var smuggling: [Entry] { lines.filter(\.smuggles) }
}
