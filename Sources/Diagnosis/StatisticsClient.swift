import Exchange
import HTTPRules
import NIOCore
import NIOHTTP1
import NIOPosix
import Operations
import Origin

/// Asks the server of a daemon's `stats.listen`.
struct StatisticsClient: Sendable {
    let server: HostAndPort
    private static let timeout = Duration.seconds(10)

    /// - Parameter url: `http://HOST:PORT/`, as `stats.listen` names it; the path doesn't matter.
    /// - Throws: ``DiagnosisFailure`` for anything else.
    init(_ url: String) throws(DiagnosisFailure) {
        guard let server = PlainURL(url.contains("://") ? url : "http://\(url)")?.server else {
            throw DiagnosisFailure("\(url) is no address of statistics: use http://HOST:PORT/, as in stats.listen")
        }
        self.server = server
    }

    /// The answer to a GET.
    ///
    /// - Throws: ``DiagnosisFailure`` where there is none within ten seconds, or none for this name.
    func get(_ path: String) async throws(DiagnosisFailure) -> CollectedAnswer {
        let request = ForwardedRequest(
            method: .GET, scheme: .http, authority: server.description, target: path,
            fields: ["Accept": "application/json"],
            body: .none, keepAlive: false, version: .http1_1)
        let address = OriginAddress(host: server.host, port: server.port)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer: CollectedAnswer
        do {
            answer = try await loop.flatSubmit {
                let pool = OriginPool(limits: OriginLimits(timeout: Self.timeout), tls: nil, eventLoop: loop)
                pool.start()
                let promise = loop.makePromise(of: CollectedAnswer.self)
                let collector = AnswerCollector(promise)
                collector.outgoing = pool.send(OriginRequest(request, address: address), receiver: collector)
                let isolated = NIOLoopBound(pool, eventLoop: loop)
                return promise.futureResult.always { _ in isolated.value.stop() }
            }.get()
        } catch {
            throw DiagnosisFailure(
                (error as? ExchangeFailure)?.message ?? "http://\(server)\(path): \(error)",
                check: "does the daemon run, and is this its stats.listen?")
        }
        guard answer.answer.head.status != .forbidden else {
            throw DiagnosisFailure(
                "http://\(server)\(path) doesn't answer to this name",
                check: "name it by its address, or put the name into stats.names of that daemon")
        }
        return answer
    }
}
