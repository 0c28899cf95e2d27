import Corpus
import Foundation
import Testing
import TestSupport

/// What each setting of docs/privacy.md costs in bytes of the link, both ways, TLS included.
@Suite(.serialized, .enabled(if: Effort.isLong)) struct PrivacyPriceTests {
    private static let visitors = 20, visits = 5
    private static let settings = [
        ("shared, page.padding = 0", ["delta.default = shared", "page.padding = 0"]),
        ("private, page.padding = 0", ["page.padding = 0"]), ("private (default)", []),
        ("off, gzip by the origin", ["delta.default = off"]),
    ]

    @Test(arguments: [CorpusGenerator.Kind.newsHome, .shopList, .forumThread, .jsonAPI])
    func eachSettingHasItsPrice(kind: CorpusGenerator.Kind) async throws {
        // Everybody gets the site as it is then, with a line of his own.
        let pages = Array(CorpusGenerator(seed: 6).versions(of: kind).prefix(Self.visitors * Self.visits))
        let script = Script { request in
            let (visitor, visit) = (
                request.fields["X-Visitor"].first.flatMap { Int($0) } ?? 0,
                request.fields["X-Visit"].first.flatMap { Int($0) } ?? 0
            )
            var page =
                pages[visit] + Array("<p>Hello \(visitor), token \((visitor + 1) &* 0x1E37_79B9_7F4A_7C15)</p>".utf8)
            var coding = ""
            if request.fields["Accept-Encoding"].contains("gzip"), let coded = try? gzipped(page) {
                (page, coding) = (coded, "Content-Encoding: gzip\r\n")
            }
            return [
                .send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\(coding)Content-Length: \(page.count)\r\n\r\n"),
                .bytes(page),
            ]
        }
        for (name, lines) in Self.settings {
            var options = Line.Options()
            options.listener = lines
            options.sender = lines.filter { $0.hasPrefix("delta") }
            try await withLine(options) { line, origin in
                origin.answer("test-price", with: script)
                var (bytes, first) = (0, 0)
                for visit in 0..<Self.visits {
                    let carried = try line.linkBytes {
                        for visitor in 0..<Self.visitors {
                            let answer = try line.get(
                                "/test-price",
                                [
                                    "Cookie: session=\(visitor)-f3a8c1d9e27b4506a1b2; _ga=GA\(visit)",
                                    "X-Visitor: \(visitor)",
                                    "X-Visit: \(visit * Self.visitors + visitor)", "Accept-Encoding: gzip",
                                ])
                            try #require(answer.status == 200 && answer.cut == nil)
                        }
                    }
                    bytes += carried.total
                    if visit == 0 { first = carried.total }
                }
                let later = (bytes - first) / (Self.visitors * (Self.visits - 1))
                print("| \(kind.rawValue), \(pages[0].count) bytes | \(name) | \(first / Self.visitors) | \(later) |")
            }
        }
    }
}

/// As `gzip -6` does it.
private func gzipped(_ bytes: [UInt8]) throws -> [UInt8] {
    let folder = TemporaryFolder()
    return try Command("/usr/bin/gzip", ["-6nc", try folder.write(bytes, to: "page").path]).outputBytes
}
