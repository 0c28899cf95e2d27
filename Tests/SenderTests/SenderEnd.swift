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
import PageStore

@testable import Sender

/// A sender between clients, a lane and origins, all in memory.
final class SenderEnd {
    let loop = EmbeddedEventLoop()
    let origins: EmbeddedOrigins
    let worker: SenderWorker
    let store = MemoryPageStore(limits: PageStoreLimits(memoryBytes: 1 << 26, versionsPerPage: 4))
    let memory = MemoryCeiling(limitBytes: 1000)
    let places: SenderPlaces
    /// One for each address.
    let listeners: [ScriptedListener]
    private(set) var links: [EmbeddedLink] = []
    private let maxStreams: Int
    private let rebuilders: RebuilderThreads
    private var clients: [Client] = []

    private static let logOutput = try! LogOutput(LogSettings(), program: "rg-sender")

    /// Makes a sender, with a lane to each listener from the start or without.
    init(
        _ settings: String = "", isLinked: Bool = true, listeners addresses: String = "127.0.0.1:2408",
        maxStreams: Int = 4096
    ) throws {
        self.maxStreams = maxStreams
        listeners = addresses.split { $0 == " " || $0 == "|" }.map { _ in ScriptedListener() }
        let configuration = try Self.configuration("listeners = \(addresses)\n" + settings)
        origins = EmbeddedOrigins(loop: loop)
        places = SenderPlaces(configuration.front)
        rebuilders = RebuilderThreads(threadCount: 1, maxPageBytes: 1 << 24)
        worker = SenderWorker(
            SenderParts(
                store: store, linkTLS: .init(nil), eventLoops: [ObjectIdentifier(loop)], rebuilders: rebuilders,
                classKey: SymmetricKey(size: .bits256),
                statistics: Statistics(role: "rg-sender", version: "0", group: loop),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, logOutput: Self.logOutput,
                version: "0", places: places, memory: memory),
            try SenderSettings(configuration), eventLoop: loop)
        origins.take(over: worker.origins)
        // Without the dialers: those need sockets.
        worker.deadlines.start()
        worker.origins.start()
        if isLinked { openLink() }
    }

    private static func configuration(_ settings: String) throws -> SenderConfiguration {
        try SenderConfiguration(
            Settings(
                "http.listen = 127.0.0.1:0\nwan.tls = 0\nrailgun.header = 0\ncompress.clients = 1\n"
                    + "client.timeout = 60 s\n" + settings,
                file: "rg-sender.conf"))
    }

    /// Goes on with other settings, which name the listeners too.
    func reload(_ settings: String) throws { worker.update(try SenderSettings(Self.configuration(settings))) }

    var listener: ScriptedListener { listeners[0] }
    var link: EmbeddedLink? { links.first }

    func openLink() {
        let group = worker.group(for: "www.example.org")!
        links = zip(group.links.flatMap(\.dialers), listeners).map { dialer, listener in
            EmbeddedLink(sender: dialer, listener: listener, loop: loop, maxStreams: maxStreams)
        }
    }

    func run() {
        loop.run()
        for link in links { link.run() }
    }

    /// Lets time pass, in steps: the lane's pings want answers.
    func advance(seconds: Int) {
        for _ in 0..<seconds {
            loop.advanceTime(by: .seconds(1))
            run()
        }
    }

    /// A client's connection.
    func client(_ text: String = "") throws -> Client {
        let client = try Client(self)
        clients.append(client)
        if !text.isEmpty { client.send(text) }
        return client
    }

    deinit {
        worker.stop()
        rebuilders.stop()
        for client in clients { client.close() }
        for link in links { link.cut() }
    }
}

/// A client's end of a connection without a socket.
final class Client {
    let channel: EmbeddedChannel
    let closes = HalfCloses()
    private unowned let end: SenderEnd

    init(_ end: SenderEnd) throws {
        self.end = end
        channel = EmbeddedChannel(handler: closes, loop: end.loop)
        try FrontPipeline(worker: end.worker, scheme: .http).addHTTP1(to: channel)
        channel.connect(to: try SocketAddress(ipAddress: "192.0.2.50", port: 50_000), promise: nil)
    }

    func send(_ text: String) {
        _ = try? channel.writeInbound(ByteBuffer(string: text))
        end.run()
    }

    /// All that came since the last call.
    func received() -> String {
        end.run()
        return String(buffer: channel.takeOutput())
    }

    /// Ends what the client sends.
    func endOutput() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        end.run()
    }

    func close() {
        channel.close(promise: nil)
        channel.embeddedEventLoop.run()
    }
}

/// The listener's end of the lane, which answers as a test says.
final class ScriptedListener: LaneOwner {
    private(set) var requests: [Asked] = []
    /// How often it was asked for another lane.
    private(set) var drains = 0

    func laneOpened(_ lane: Lane) {}
    func laneDrains(_ lane: Lane) { drains += 1 }
    func laneClosed(_ lane: Lane, _ error: LinkError) {}
    func lane(
        _ lane: Lane, opened stream: LinkStream, _ request: LinkRequest, end: Bool
    ) -> (any LinkRequestReceiver)? {
        requests.append(Asked(request, stream))
        return requests.last
    }
}

/// One request, as the listener sees it.
final class Asked: LinkRequestReceiver {
    let request: LinkRequest
    let stream: LinkStream
    private(set) var body = ""
    var takesBody = true
    /// `end`, `cancelled`.
    private(set) var events: [String] = []

    init(_ request: LinkRequest, _ stream: LinkStream) {
        self.request = request
        self.stream = stream
    }

    func received(requestBody body: ByteBuffer) {
        self.body += String(buffer: body)
        if takesBody { stream.consumed(body.readableBytes) }
    }
    func receivedRequestEnd(trailers: HTTPHeaders?) { events.append("end") }
    func cancelled() { events.append("cancelled") }
    func answerSent() {}
    func answerBecameWritable() {}

    func answer(_ status: HTTPResponseStatus, _ fields: HTTPHeaders = [:], page: PageTransfer? = nil) {
        stream.answer(Answer(head: HTTPResponseHead(version: .http1_1, status: status, headers: fields), page: page))
    }

    /// Answers with a page.
    func answer(page transfer: PageTransfer, delta: [UInt8]) {
        answer(.ok, ["Content-Type": "text/html"], page: transfer)
        stream.send(ByteBuffer(bytes: delta))
        stream.finish(trailers: nil)
    }
}

/// What a listener makes of a page.
func encoded(_ page: [UInt8], base: [UInt8]? = nil) throws -> [UInt8] {
    var encoder = try DeltaEncoder()
    return try encoder.encode(page.span, against: try base.map { try DeltaBase($0) }, level: .auto)
}

extension PageTransfer {
    /// The transfer of a page that both ends keep.
    init(of page: [UInt8], base: Int? = nil) {
        self.init(
            base: base, isKept: true, check: PageCheck(PageVersion(of: page.span).leadingWords), pageBytes: page.count)
    }
}
