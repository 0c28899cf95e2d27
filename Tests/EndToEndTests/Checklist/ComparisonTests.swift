import Foundation
import Testing

/// The checklist on our line, on nginx and on HAProxy; `make checklist` runs it.
///
/// `RAILGUN_CHECKLIST` names the document whose generated part is written anew.
@Suite(.enabled(if: Comparison.document != nil))
struct ComparisonTests {
    private static let marks = ("<!-- begin: make checklist writes this -->\n", "<!-- end -->\n")

    @Test func oursKeepsEachRuleAndIsAsStrictAsTheStricterOfBoth() async throws {
        let peers = try await onThread { [try Peer.railgun(), try Peer.nginx(), try Peer.haproxy()] }
        let comparison = try await Comparison.run(peers)
        print(comparison.markdown)
        for line in comparison.lines {
            #expect(line.outcomes[0].passes, "\(line.id): \(line.outcomes[0].complaints)")
        }
        for line in comparison.smuggling {
            #expect(line.isStrictest, "\(line.id): \(line.outcomes.map(\.words))")
        }
        try write(comparison.markdown, to: URL(fileURLWithPath: #require(Comparison.document)))
        for peer in peers { peer.origin.stop() }
    }

    private func write(_ text: String, to document: URL) throws {
        let old = try String(contentsOf: document, encoding: .utf8)
        let start = try #require(old.range(of: Self.marks.0)).upperBound
        let end = try #require(old.range(of: Self.marks.1)).lowerBound
        try Data((old[..<start] + text + old[end...]).utf8).write(to: document)
    }
}
