import Corpus
import Foundation
import NIOConcurrencyHelpers
import Testing

/// Pages that change as those of real sites do, from many clients at once: each must arrive byte for byte.
struct GeneratedPagesTests {
    /// The origin's side: each request gets the next version of its page, and its hash is kept under its number.
    private final class Site: Sendable {
        private let pages: NIOLockedValueBox<[CorpusGenerator.Kind: CorpusGenerator.Versions]>
        private let hashes = NIOLockedValueBox<[Int: String]>([:])

        init(seed: UInt64) {
            let generator = CorpusGenerator(seed: seed)
            pages = NIOLockedValueBox(
                Dictionary(uniqueKeysWithValues: CorpusGenerator.Kind.allCases.map { ($0, generator.versions(of: $0)) })
            )
        }

        func answer(_ request: OriginRequest) -> [Script.Step] {
            let number = Int(request.fields["X-Page"].first ?? "") ?? 0
            let kind =
                CorpusGenerator.Kind(rawValue: request.name.split(separator: "/").first.map(String.init) ?? "")
                ?? .newsHome
            let body = pages.withLockedValue { pages in
                let body = pages[kind]!.next()!
                // Pages grow from version to version: after hundreds of them, another site begins.
                if body.count > 200_000 {
                    pages[kind] = CorpusGenerator(seed: UInt64(number)).versions(of: kind)
                }
                return body
            }
            hashes.withLockedValue { $0[number] = body.sha256 }
            let type = ["html": "text/html; charset=utf-8", "json": "application/json", "xml": "application/rss+xml"][
                kind.fileExtension]!
            let access = number.isMultiple(of: 3) ? "Cache-Control: private\r\n" : ""
            let head = "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nETag: \"\(body.sha256)\"\r\n\(access)"
            if number.isMultiple(of: 2) {
                return [.send("\(head)Content-Length: \(body.count)\r\n\r\n"), .bytes(body)]
            }
            let chunks = stride(from: 0, to: body.count, by: 9000).flatMap { start -> [UInt8] in
                let chunk = body[start..<min(body.count, start + 9000)]
                return Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + [13, 10]
            }
            return [.send("\(head)Transfer-Encoding: chunked\r\n\r\n"), .bytes(chunks + Array("0\r\n\r\n".utf8))]
        }

        func hash(_ number: Int) -> String? { hashes.withLockedValue { $0[number] } }
    }

    @Test(.timeLimit(.minutes(15)), arguments: [UInt64(1)])
    func everyPageArrivesByteForByte(seed: UInt64) async throws {
        let site = Site(seed: seed)
        // As many threads as clients: more of them meet, for the thread sanitizer.
        let threads = ["cpu.oversubscribe = 4"]
        try await withLine(Line.Options(sender: threads, listener: threads)) { line, origin in
            origin.answer("test-pages", with: Script { site.answer($0) })
            let next = NIOLockedValueBox(0)
            let whole = NIOLockedValueBox(0)
            let wrong = NIOLockedValueBox<[String]>([])
            let bytes = line.relay.bytes {
                DispatchQueue.concurrentPerform(iterations: 8) { worker in
                    guard let client = try? Client(line.http) else {
                        return wrong.withLockedValue { $0.append("no connection") }
                    }
                    while let number = next.withLockedValue({ number in
                        number += 1
                        return number <= Effort.pages ? number : nil
                    }) {
                        let complaint = Self.visit(number, client, site, whole)
                        if let complaint {
                            wrong.withLockedValue { $0.append("page \(number) of client \(worker): \(complaint)") }
                            if wrong.withLockedValue({ $0.count }) > 20 { return }
                        }
                    }
                }
            }
            let complaints = wrong.withLockedValue { $0 }
            try #require(complaints.isEmpty, "\(complaints.prefix(20).joined(separator: "\n"))")
            let pageBytes = whole.withLockedValue { $0 }
            print("\(Effort.pages) pages of \(pageBytes) bytes took \(bytes.total) bytes of the link")
            #expect(Line.isPeer || bytes.total * 4 < pageBytes, "\(bytes) for \(pageBytes) bytes of pages")
        }
    }

    private static func visit(_ number: Int, _ client: Client, _ site: Site, _ whole: NIOLockedValueBox<Int>) -> String?
    {
        let kind = CorpusGenerator.Kind.allCases[number % CorpusGenerator.Kind.allCases.count]
        // Products are siblings: pages of one template with a URL of their own.
        let target = "/test-pages/\(kind.rawValue)" + (kind == .siblingProducts ? "/\(number)" : "")
        let answer: Answer
        do {
            answer = try client.request("GET", target, ["X-Page: \(number)", "Cookie: session=user\(number % 4)"])
        } catch { return "\(error)" }
        guard answer.status == 200, answer.cut == nil else { return "\(answer)" }
        guard answer.bodyHash == site.hash(number) else { return "other bytes than the origin's: \(answer)" }
        guard answer.fields["ETag"] == ["\"\(answer.bodyHash)\""] else { return "another tag: \(answer)" }
        whole.withLockedValue { $0 += answer.bodyBytes }
        return nil
    }
}
