import EmbeddedLine
import Exchange
import HTTPRules
import Logging
import NIOConcurrencyHelpers
import NIOCore
import Operations

@testable import Origin

/// A pool and the health of the origins that a NAT map names, on a clock that the test moves.
final class ManyOrigins {
    let health: OriginHealth
    let pool: Pool
    let log = RecordingLog()
    private(set) var map: NATMap
    var connections: [EmbeddedOrigins.Connection] { pool.origins.connections }
    var settings = ListenerConfiguration.Origins.sample

    /// Reads the map; without `accepts`, connections are taken when the test says so.
    init(_ map: String, accepts: Bool = true) throws {
        self.map = try NATMap(Settings(map, file: "railgun-nat.conf"))
        let log = log
        health = OriginHealth(logger: Logger(label: "test") { _ in log })
        pool = Pool(OriginLimits(settings), accepts: accepts, health: health)
        update()
    }

    var now: NIODeadline { pool.origins.loop.now }

    func update(_ newMap: String? = nil) {
        if let newMap, let read = try? NATMap(Settings(newMap, file: "railgun-nat.conf")) { map = read }
        health.update(map, settings, now: now)
    }

    func site(_ host: String = "a.test", port: Int = 80) -> OriginSite {
        OriginSite(map.target(host: host, port: port), tlsName: nil)
    }

    func send(_ request: ForwardedRequest = .sample()) -> (exchange: OriginExchange, answer: AnswerRecorder) {
        let answer = AnswerRecorder()
        let exchange = pool.pool.send(OriginRequest(request, site: site()), receiver: answer)
        answer.outgoing = exchange
        pool.origins.loop.run()
        return (exchange, answer)
    }

    /// The hosts that connections were opened to, in that order.
    var hosts: [String] { connections.map(\.address.host) }
    var last: EmbeddedOrigins.Connection { connections[connections.count - 1] }

    func state(_ host: String) -> OriginSummary.State? {
        health.summaries(now: now).first { $0.address.contains(host) }?.state
    }

    /// Has an origin fail until it is down.
    func takeDown(_ host: String) {
        for _ in 0..<3 {
            _ = health.failed(OriginAddress(host: host, port: 80), "http://\(host):80: it was taken down", now)
        }
    }
}

extension ListenerConfiguration.Origins {
    static let sample = try! ListenerConfiguration(
        Settings("wan.ip = 127.0.0.1\nwan.tls = 0\ninsecure.origin = 1", file: "railgun.conf")
    ).origins
}

/// Keeps what is logged.
final class RecordingLog: LogHandler, Sendable {
    private let kept = NIOLockedValueBox<[String]>([])
    var lines: [String] { kept.withLockedValue { $0 } }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) { kept.withLockedValue { $0.append("\(event.level): \(event.message)") } }
}
