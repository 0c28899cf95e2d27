import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import Operations

struct StatisticsTests {
    @Test func everyCounterHasANameOfItsOwn() {
        #expect(Counters.all.count * MemoryLayout<Int>.size == MemoryLayout<Counters>.size)
        #expect(Set(Counters.all.map(\.name)).count == Counters.all.count)
        #expect(Set(Counters.all.map { $0.path as AnyKeyPath }).count == Counters.all.count)
        for (name, path) in Counters.all {  // the name is that of the property
            let property = "\(path)".split(separator: ".").last!.lowercased()
            #expect(name.filter { $0 != "_" } == property)
        }
    }

    @Test(arguments: UInt64(0)..<50)
    func aPercentileIsAtMostASixteenthTooHigh(seed: UInt64) {
        var values: [Int] = []
        var histogram = LatencyHistogram()
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        for _ in 0..<500 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Int(state >> 33) >> Int(state >> 28 & 31)
            values.append(value)
            histogram.record(.microseconds(Int64(value)))
        }
        values.sort()
        for (share, rank) in [(0.5, 250), (0.9, 450), (0.99, 495), (1, 500)] {
            let (found, exact) = (Int(histogram.percentile(share).nanoseconds / 1_000), values[rank - 1])
            #expect(found >= exact && found <= exact + exact / 16, "\(share): \(found) for \(exact)")
        }
        #expect(histogram.greatest == .microseconds(Int64(values.last!)))
        #expect(histogram.sum == .microseconds(Int64(values.reduce(0, +))))
    }

    @Test func extremeTimesHaveABucket() {
        var histogram = LatencyHistogram()
        for time in [TimeAmount.nanoseconds(-5), .zero, .hours(1_000), .nanoseconds(.max)] { histogram.record(time) }
        #expect(histogram.count == 4 && histogram.percentile(0.25) == .zero)
        #expect(LatencyHistogram().percentile(0.99) == .zero)
    }

    @Test func loopsCountForThemselvesAndAreAddedUp() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 3)
        let statistics = Statistics(role: "rg-test", version: "1", group: group)
        for (index, loop) in Array(group.makeIterator()).enumerated() {
            try await loop.submit {
                let here = statistics.onLoop(loop)
                here.counters.requestsStarted += index + 1
                here.counters.countResponse(status: 200 + 100 * index)
                here.latencies.request.record(.milliseconds(Int64(index + 1)))
            }.get()
        }
        let (counters, latencies) = await statistics.totals()
        #expect(counters.requestsStarted == 6)
        #expect(counters.responses2xx == 1 && counters.responses3xx == 1 && counters.responses4xx == 1)
        #expect(latencies.request.count == 3 && latencies.request.greatest == .milliseconds(3))
        try await group.shutdownGracefully()
    }

    @Test func statisticsAreSentByPost() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let received = group.any().makePromise(of: String.self)
        let listening = try await ServerBootstrap(group: group).childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    Receiver(received, answer: "HTTP/1.1 204 No Content\r\n\r\n"))
            }
        }.bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listening.localAddress?.port)
        let folder = try TemporaryFolder(["x": ""])
        var settings = Settings(
            "stats.url = http://127.0.0.1:\(port)/in?a=1\nstats.interval = 1 s", file: "f", folder: folder.path)
        let statistics = Statistics(role: "rg-test", version: "1", group: group)
        let reporter = StatisticsReporter(
            statistics: statistics, group: group, logger: .init(label: "test"), log: { _ in })
        let running = Task { try await reporter.run() }
        statistics.settings = StatisticsSettings(&settings)  // as a reload does
        let request = try await received.futureResult.get()
        #expect(request.hasPrefix("POST /in?a=1 HTTP/1.1\r\n") && request.hasSuffix("}\n"))
        #expect(request.contains("\"role\":\"rg-test\""))
        running.cancel()
        try await running.value
        try await listening.close()
    }
}

/// Gathers what comes, up to the end of one JSON request, which it answers.
private final class Receiver: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let received: EventLoopPromise<String>
    private let answer: String
    private var text = ""

    init(_ received: EventLoopPromise<String>, answer: String) { (self.received, self.answer) = (received, answer) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
        guard text.hasSuffix("}\n") else { return }
        received.succeed(text)
        context.writeAndFlush(NIOAny(ByteBuffer(string: answer)), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { received.succeed(text) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { received.fail(error) }
}
