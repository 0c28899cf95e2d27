import Foundation

@testable import Operations

/// A busy sender's last hour, made up: the same each time, but for what `tick` changes.
enum Sample {
    static let time = Date()

    static func overview(tick: Int = 0) -> Overview {
        var overview = Overview(role: "rg-sender", version: "0.6.0", uptimeSeconds: 11_520 + tick, time: time)
        overview.price = .init(perGB: 0.09, currency: "€")
        overview.steps = (0..<720).map(step)
        overview.lastHour = overview.steps.map(\.savings).reduce(into: .init()) { sum, one in
            sum.requests += one.requests
            sum.pageBytes += one.pageBytes
            sum.gzipBytes += one.gzipBytes
            sum.linkBytes += one.linkBytes
        }
        overview.lastMinute = savings(1_340, pages: 152_000_000)
        overview.total = savings(412_345 + tick, pages: 43_800_000_000)
        overview.sites = [
            ("www.example.org", 21_400_000_000), ("shop.example.org", 14_900_000_000),
            ("forum.example.net", 5_100_000_000), ("api.example.org", 1_300_000_000), ("", 900_000_000),
        ].enumerated().map { index, site in
            .init(
                site: site.0, savings: savings(site.1 / 106_000, pages: site.1, share: 0.018 + 0.011 * Double(index)),
                paths: ["/news/", "/", "/archive/", "/search/", "/api/"].enumerated().map { place, path in
                    let bytes = site.1 / (place + 2)
                    return .init(
                        path: path,
                        savings: savings(bytes / 104_000, pages: bytes, share: 0.02 + 0.008 * Double(place)),
                        medianMilliseconds: 21.4 + Double(place) * 7)
                })
        }
        overview.latencies = [
            .init(name: "request", count: 41_201, p50: 38.2, p95: 121, p99: 305),
            .init(name: "first_byte", count: 41_201, p50: 36.9, p95: 117, p99: 298),
            .init(name: "origin", count: 39_870, p50: 16.1, p95: 78.4, p99: 231),
            .init(name: "link_round_trip", count: 1_440, p50: 18.3, p95: 19.9, p99: 34.2),
            .init(name: "decode", count: 36_044, p50: 0.061, p95: 0.24, p99: 0.71),
        ]
        overview.links = [
            lane("203.0.113.20:2408", "open", true, 18.3, 41 + tick % 3, 812_000_000),
            lane("203.0.113.20:2408", "open", true, 18.4, 22, 640_000_000),
            lane("203.0.113.21:2408", "waits 8 s before it tries again", false, nil, 0, 1_200_000),
        ]
        overview.store = .init(
            pages: 8_412, bytes: 731_000_000, limitBytes: 1_000_000_000,
            sizes: [
                .init(label: "up to 16 kB", pages: 2_204, bytes: 19_800_000),
                .init(label: "up to 64 kB", pages: 3_418, bytes: 118_000_000),
                .init(label: "up to 256 kB", pages: 2_501, bytes: 421_000_000),
                .init(label: "more than 256 kB", pages: 289, bytes: 172_200_000),
            ],
            ages: [
                .init(label: "in the last minute", pages: 611, bytes: 66_000_000),
                .init(label: "in the last hour", pages: 3_790, bytes: 352_000_000),
                .init(label: "today", pages: 2_980, bytes: 240_000_000),
                .init(label: "before", pages: 1_031, bytes: 73_000_000),
            ])
        overview.failures = [
            .init(
                time: time - 190, count: 14, status: 502, site: "shop.example.org", path: "/basket",
                what: "10.0.0.6:8080: Connection refused",
                explanation:
                    "Nothing listens at this address of the origin. Look at whether its web server runs, and whether railgun-nat.conf names the right port."
            ),
            .init(
                time: time - 1_900, count: 1, status: 0, site: "203.0.113.21:2408", path: "",
                what: "the link was lost: Connection reset by peer",
                explanation:
                    "The other end was restarted, or something between both ends cut the connection. It is opened again by itself."
            ),
        ]
        overview.pages = (0..<24).map { index in
            let (bytes, crossing) = (163_741 - index * 3_100, index % 7 == 3 ? "normal" : "delta")
            return .init(
                id: index + 1, time: time - Double(index * 3),
                site: ["www.example.org", "shop.example.org"][index % 2],
                path: ["/news/2026/a-bridge-for-the-river", "/", "/product/4711", "/forum/thread/88/page/2"][index % 4],
                pageBytes: bytes, linkBytes: crossing == "delta" ? 780 + index * 91 : bytes / 7, crossing: crossing,
                totalMilliseconds: 11.2 + Double(index), hasSource: index % 5 != 4)
        }
        return overview
    }

    private static func savings(_ requests: Int, pages: Int, share: Double = 0.022) -> Overview.Savings {
        .init(
            requests: requests, pageBytes: pages, gzipBytes: Int(Double(pages) * 0.178),
            linkBytes: Int(Double(pages) * share))
    }

    private static func step(_ index: Int) -> Overview.Step {
        let wave = 1 + 0.35 * sin(Double(index) / 90) + 0.12 * sin(Double(index) / 7)
        let burst = 300..<324 ~= index ? 1.9 : 1
        return .init(
            savings: savings(Int(112 * wave), pages: Int(12_000_000 * wave * burst), share: 0.022 + 0.01 * burst),
            medianMilliseconds: 36 + 6 * wave, p95Milliseconds: 104 + 40 * wave * burst,
            failures: index == 682 ? 14 : index == 340 ? 1 : 0)
    }

    private static func lane(
        _ peer: String, _ state: String, _ isWell: Bool, _ trip: Double?, _ streams: Int, _ bytes: Int
    ) -> Overview.LinkState {
        .init(
            peer: peer, state: state, isWell: isWell, roundTripMilliseconds: trip, openStreams: streams,
            bytesSent: bytes / 9, bytesReceived: bytes)
    }

    static let page = page(headline: "A bridge for the river", hour: "10:16", reverse: true)
    static let base = page(headline: "No bridge for the river", hour: "10:15", reverse: false)

    private static func page(headline: String, hour: String, reverse: Bool) -> [UInt8] {
        let items = (0..<60).map {
            "<li><a href=\"/news/\($0)\">Story number \($0), as it was told on day \($0 * 37)</a></li>\n"
        }
        let stories = reverse ? items[30...] + items[..<30] : items[...]
        return [UInt8](
            "<!DOCTYPE html>\n<title>News</title>\n<h1>\(headline)</h1>\n<p>It is \(hour).</p>\n<ul>\n\(stories.joined())</ul>\n"
                .utf8)
    }

    static func change(_ id: Int) -> Overview.PageChange? {
        guard let page = overview().pages.first(where: { $0.id == id && $0.hasSource }) else { return nil }
        return .init(page: page, base: Self.base, bytes: Self.page)
    }
}
