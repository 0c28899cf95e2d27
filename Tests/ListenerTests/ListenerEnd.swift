import Crypto
import DeltaEngine
import EmbeddedLine
import Exchange
import HTTPRules
import Link
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Operations
import Origin
import PageStore
import SharedStore

@testable import Listener

/// A listener between a lane and origins, all in memory.
final class ListenerEnd {
    let loop = EmbeddedEventLoop()
    let origins: EmbeddedOrigins
    let worker: ListenerWorker
    let store = MemoryPageStore(limits: PageStoreLimits(memoryBytes: 1 << 26, versionsPerPage: 4))
    let encoders: EncoderThreads
    let requests = Places(100)
    let memory = MemoryCeiling(limitBytes: 1000)
    private let owner = SenderOwner()
    let link: EmbeddedLink

    private static let logOutput = try! LogOutput(LogSettings(), program: "rg-listener")

    init(
        _ settings: String = "", natMap: String = "default = 192.0.2.1", keepsPrivate: Bool = false,
        shared: (any SharedStore)? = nil
    ) throws {
        var configuration = try ListenerConfiguration(
            Settings("wan.ip = 127.0.0.1\nwan.tls = 0\n" + settings, file: "railgun.conf"))
        configuration.natMap = try NATMap(Settings(natMap, file: "railgun-nat.conf"))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let health = OriginHealth(logger: logger)
        health.update(configuration.natMap, configuration.origins)
        configuration.pages.keepsPrivate = keepsPrivate
        encoders = EncoderThreads(threadCount: 1, store: store)
        origins = EmbeddedOrigins(loop: loop)
        worker = try ListenerWorker(
            ListenerParts(
                store: store, encoders: encoders, originHealth: health, classKey: SymmetricKey(size: .bits256),
                statistics: Statistics(role: "rg-listener", version: "0", group: loop),
                logger: logger, logOutput: Self.logOutput, linkTLS: .init(nil), requests: requests,
                memory: memory),
            ListenerSettings(configuration), shared: shared, eventLoop: loop)
        origins.take(over: worker.origins)
        worker.start()
        link = EmbeddedLink(sender: owner, listener: worker, loop: loop)
    }

    deinit {
        worker.stop()
        encoders.stop()
    }

    /// Asks over the link; the last of the origins' connections has the request then.
    func ask(
        _ target: String = "/", fields: HTTPHeaders = [:], offers: [UInt64] = [], isCompared: Bool = true
    ) -> (stream: LinkStream, answer: AnswerRecorder) {
        let answer = AnswerRecorder()
        let request = LinkRequest(
            method: "GET", scheme: "http", authority: "www.example.org", target: target, fields: fields, offers: offers,
            isCompared: isCompared)
        let stream = link.senderLane.open(request, receiver: answer)!
        answer.outgoing = stream
        stream.finish(trailers: nil)
        link.run()
        return (stream, answer)
    }

    /// Answers what the origin was asked last.
    func answer(_ page: [UInt8], fields: HTTPHeaders = [:]) {
        let connection = origins.connections[origins.connections.count - 1]
        let lines = fields.map { "\($0.name): \($0.value)\r\n" }.joined()
        connection.send(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \(page.count)\r\n\(lines)\r\n")
        connection.send(ByteBuffer(bytes: page))
        link.run()
    }

    /// One whole exchange.
    func fetch(
        _ page: [UInt8], asked: HTTPHeaders = [:], answered: HTTPHeaders = [:], offers: [UInt64] = []
    ) -> AnswerRecorder {
        let answer = ask(fields: asked, offers: offers).answer
        self.answer(page, fields: answered)
        return answer
    }
}

/// The sender's end of the lane, which nobody asks anything.
private final class SenderOwner: LaneOwner {
    func laneOpened(_ lane: Lane) {}
    func laneDrains(_ lane: Lane) {}
    func laneClosed(_ lane: Lane, _ error: LinkError) {}
    func lane(
        _ lane: Lane, opened stream: LinkStream, _ request: LinkRequest, end: Bool
    ) -> (any LinkRequestReceiver)? { nil }
}

/// The number that names a page among offers.
func prefix(_ page: [UInt8]) -> UInt64 { PageVersion(of: page.span).prefix }

/// What a sender makes of a delta.
func decoded(_ answer: AnswerRecorder, base: [UInt8]? = nil) throws -> [UInt8] {
    var decoder = DeltaDecoder(outputLimit: 1 << 24)
    let delta = answer.body
    guard let base else { return try decoder.decode(delta.readableBytesUInt8Span, base: nil, expecting: nil) }
    return try decoder.decode(delta.readableBytesUInt8Span, base: base.span, expecting: nil)
}
