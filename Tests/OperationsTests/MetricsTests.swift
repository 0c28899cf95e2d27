import Foundation
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Operations

/// What Prometheus is told.
struct MetricsTests {
    @Test func everyCounterIsAMetricOnce() {
        let shown = CounterMetrics.paths.map { $0 as AnyKeyPath }
        #expect(Set(shown).count == shown.count)
        // It counts other things at each end; `answer_bytes` doesn't.
        let all = Set(Counters.all.map { $0.path as AnyKeyPath }).subtracting([\Counters.pageBytes])
        #expect(Set(shown) == all)
    }

    @Test(arguments: UInt64(0)..<50) func bucketsCountWhatIsBelowTheirBounds(seed: UInt64) {
        var values: [Int] = []
        var histogram = LatencyHistogram()
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        for bound in LatencyHistogram.bounds { values += [bound - 1, bound, bound + 1] }
        for _ in 0..<500 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            values.append(Int(state >> 33) >> Int(state >> 28 & 31))
        }
        for value in values { histogram.record(.microseconds(Int64(value))) }
        for (bound, count) in histogram.cumulative {
            #expect(count == values.count { $0 < bound }, "below \(bound) µs")
        }
        #expect(LatencyHistogram.bounds == LatencyHistogram.bounds.sorted())
    }

    @Test func aHistogramHasItsSumAndCountInSeconds() {
        var histogram = LatencyHistogram()
        for milliseconds in [1, 2, 40_000, 100_000] { histogram.record(.milliseconds(Int64(milliseconds))) }
        let lines = MetricsText([.histogram("t_seconds", "Time.", histogram)]).text.split(separator: "\n")
        #expect(lines.prefix(2) == ["# HELP t_seconds Time.", "# TYPE t_seconds histogram"])
        #expect(
            lines.contains("t_seconds_bucket{le=\"0.001024\"} 1")
                && lines.contains("t_seconds_bucket{le=\"1.5e-05\"} 0") == false)
        #expect(lines.contains("t_seconds_bucket{le=\"0.002048\"} 2"))
        #expect(lines.suffix(3) == ["t_seconds_bucket{le=\"+Inf\"} 4", "t_seconds_sum 140.003", "t_seconds_count 4"])
    }

    @Test(arguments: [("plain", "plain"), ("a\"b", "a\\\"b"), ("a\\b", "a\\\\b"), ("a\nb", "a\\nb"), ("ä €", "ä €")])
    func noLabelLeavesItsQuotes(value: String, written: String) {
        let text = MetricsText([.gauge("g", "Two\nlines \\ and \"quotes\".", [.init([("l", value)], 1.5)])]).text
        #expect(text == "# HELP g Two\\nlines \\\\ and \"quotes\".\n# TYPE g gauge\ng{l=\"\(written)\"} 1.5\n")
    }

    @Test(arguments: ["rg-sender", "rg-listener"], [false, true])
    func prometheusReadsAllOfIt(role: String, isUsed: Bool) async throws {
        try #require(Promtool.isInstalled, "scripts/setup --dev installs promtool")
        let group = MultiThreadedEventLoopGroup.singleton
        var settings = StatisticsSettings()
        settings.price = isUsed ? Overview.Price("0.09 €") : nil
        let statistics = Statistics(role: role, version: "1.2-\"x\"", group: group, settings: settings)
        if isUsed {
            let loop = group.next()
            try await loop.submit {
                let counters = statistics.onLoop(loop)
                for (number, (_, path)) in Counters.all.enumerated() { counters.counters[keyPath: path] = number }
                for (_, path) in Latencies.all { counters.latencies[keyPath: path].record(.milliseconds(3)) }
            }.get()
        }
        statistics.add(
            .init("hostile") {
                1
            } metrics: { _ in
                [.gauge("railgun_hostile", "A name.", [.init([("name", "a\"}\\ 7\n# TYPE b\u{0}\u{2028}é")], 1)])]
            })
        let text = String(decoding: await statistics.document().prometheus(), as: UTF8.self)
        #expect(try Promtool.complaints(about: text) == "")
        let names = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
        #expect(Set(names).count == names.count)
        #expect(names.contains("process_open_fds") && names.contains("process_start_time_seconds"))
        #expect(names.contains("railgun_hash_failures_total") == (role == "rg-sender"))
    }

    @Test func theProcessIsMeasured() throws {
        func value(_ name: String) throws -> Double {
            try #require(ProcessMetrics.now().first { $0.name == name }?.samples.first?.value)
        }
        let resident = try value("process_resident_memory_bytes")
        #expect(try abs(resident - Double(#require(StatisticsDocument.currentResidentBytes()))) < 64e6)
        #expect(try value("process_virtual_memory_bytes") > resident)
        let now = Date().timeIntervalSince1970
        let start = try value("process_start_time_seconds")
        #expect(start < now + 1 && start > now - 86_400)
        let cpu = try value("process_cpu_seconds_total")
        #expect(cpu > 0 && cpu < (now - start + 1) * Double(ProcessInfo.processInfo.processorCount + 1))
        let open = try value("process_open_fds")
        #expect(try open > 3 && open <= value("process_max_fds"))
    }

    // MARK: money

    @Test(arguments: [("0.09 USD", 0.09, "USD"), ("12 €", 12, "€"), ("0  Kč", 0, "Kč"), ("0.085 kr", 0.085, "kr")])
    func aPriceIsANumberAndACurrency(text: String, perGB: Double, currency: String) {
        var settings = Settings("stats.price = \(text)", file: "f")
        #expect(StatisticsSettings(&settings).price == .init(perGB: perGB, currency: currency))
    }

    @Test(arguments: [
        "0.09", "USD", "USD 0.09", "0,09 USD", "-1 USD", "1e3 USD", "0x10 USD", ".5 USD", "5. USD", "0.09USD",
        "0.09 USD per GB", "0.09 US\"D", "0.09 <b>", "9999999 USD", "0.09 CURRENCIES", "nan USD", "٣ USD",
    ])
    func anyOtherPriceIsExplained(text: String) throws {
        var settings = Settings("stats.price = \(text)", file: "f")
        #expect(StatisticsSettings(&settings).price == nil)
        let error = try #require(throws: ConfigurationError.self) { try settings.finish() }
        #expect("\(error)".contains("the price of a GB of 10^9 bytes and its currency, such as 0.09 USD"), "\(error)")
    }

    @Test(arguments: [("rg-sender", 8.0), ("rg-listener", 6.0)])
    func savedMoneyIsWhatTheAnswersHaveMoreThanTheLinkCarried(role: String, saved: Double) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        var settings = StatisticsSettings()
        settings.price = Overview.Price("2 EUR")
        let statistics = Statistics(role: role, version: "1", group: group, settings: settings)
        let loop = group.next()
        try await loop.submit {
            let counters = statistics.onLoop(loop)
            counters.counters.answerBytes = 5_000_000_000
            (counters.counters.wanBytesReceived, counters.counters.wanBytesSent) = (1_000_000_000, 2_000_000_000)
        }.get()
        func document() async throws -> [String: Any] {
            let json = await statistics.document().json()
            return try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
        }
        let priced = try await document()
        #expect(priced["saved_money"] as? Double == saved && priced["currency"] as? String == "EUR")
        #expect(priced["price_per_gb"] as? Double == 2)
        statistics.settings = StatisticsSettings()  // as a reload does
        let unpriced = try await document()
        #expect(unpriced["saved_money"] == nil && unpriced["currency"] == nil)
    }
}
