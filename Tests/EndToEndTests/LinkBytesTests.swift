import Foundation
import Testing

/// How many bytes the link carries for a page that changes a little, TLS and both directions included.
struct LinkBytesTests {
    private static let browser = [
        "Host: news.example.org", "Connection: keep-alive", "Upgrade-Insecure-Requests: 1",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) "
            + "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
        "Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: navigate", "Sec-Fetch-User: ?1", "Sec-Fetch-Dest: document",
        "Sec-CH-UA: \"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\"", "Sec-CH-UA-Mobile: ?0",
        "Sec-CH-UA-Platform: \"Linux\"",
        "Referer: http://news.example.org/", "Accept-Encoding: gzip, deflate",
        "Accept-Language: en-GB,en;q=0.9,de;q=0.8",
        "Cookie: session=f3a8c1d9e27b4506a1b2c3d4e5f60718; theme=dark; _ga=GA1.2.1234567890.1700000000; consent=yes",
    ]

    private static let stories = (0..<700).map {
        "<article id=\"\($0)\"><h2>Headline \($0 * 7919 % 1009) of the day</h2>"
            + "<p>Told by reporter \($0 * 31 % 97).</p></article>\n"
    }

    /// A page of some 70 kB: a clock, a token of so many times 16 random digits, five counters.
    private static func page(_ visit: Int, tokenWords: Int = 2) -> String {
        var random = SystemRandomNumberGenerator()
        let token = (0..<tokenWords).map { _ in String(format: "%016lx", UInt(truncatingIfNeeded: random.next())) }
            .joined()
        var stories = stories
        for place in [3, 90, 222, 401, 650] { stories[place] += "<span>\(visit * 17 + place) comments</span>\n" }
        return "<html><head><meta name=\"token\" content=\"\(token)\"></head><body><time>12:00:\(visit)</time>\n"
            + stories.joined() + "</body></html>\n"
    }

    private static let changing = Script { request in
        let words = request.target.hasSuffix("much") ? 32 : 2
        let body = page(Int(request.fields["X-Visit"].first ?? "") ?? 0, tokenWords: words)
        let head = [
            "HTTP/1.1 200 OK", "Server: nginx", "Date: Tue, 15 Nov 1994 08:12:31 GMT",
            "Content-Type: text/html; charset=utf-8",
            "Content-Length: \(body.utf8.count)", "Cache-Control: \(request.fields["X-Answer"].first ?? "max-age=0")",
            "X-Frame-Options: SAMEORIGIN",
        ]
        return [.send(head.joined(separator: "\r\n") + "\r\n\r\n" + body)]
    }

    /// What may be made for one visitor is padded: up to two blocks more.
    @Test(arguments: [("public, max-age=0", 0), ("max-age=0", 512)])
    func aSmallChangeTakesFewerThan700BytesOfTheLink(answer: String, paddingBytes: Int) async throws {
        try await withLine { line, origin in
            origin.answer("test-news", with: Self.changing)
            origin.answer("test-much", with: Self.changing)
            origin.answer(
                "test-same",
                with: .head(
                    "HTTP/1.1 200 OK", "Content-Type: text/html", "Cache-Control: \(answer)",
                    "Content-Length: \(Self.page(1).utf8.count)",
                    body: Self.page(1)))
            let client = try Client(line.http)
            for (target, limit) in [("/test-news", 400), ("/test-much", 700), ("/test-same", 250)] {
                var carried: [Relay.Bytes] = []
                var deltaBytes = 0.0
                for visit in 10..<24 {
                    carried.append(
                        try line.relay.bytes {
                            let page = try client.request(
                                "GET", target, Self.browser + ["X-Visit: \(visit)", "X-Answer: \(answer)"])
                            try #require(page.status == 200 && page.cut == nil, "\(page)")
                            let ratio = page.fields["Railgun"].first?.split(separator: " ")[1] ?? ""
                            deltaBytes = (Double(ratio) ?? 0) / 100 * Double(page.bodyBytes)
                        })
                }
                // The median: a ping now and then is not the page's.
                let warm = carried[4...].sorted { $0.total < $1.total }[5]
                print(
                    "\(target), \(answer): \(warm.toListener) bytes up, \(warm.toSender) bytes down, a delta of about",
                    "\(Int(deltaBytes)) among them; first visit \(carried[0].total)"
                )
                #expect(warm.total < limit + paddingBytes, "\(carried.map(\.total))")
            }
        }
    }
}
