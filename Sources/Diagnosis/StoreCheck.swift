import Exchange
import Foundation
import HTTPRules
import NIOCore
import NIOHTTP1
import NIOPosix
import Operations
import Origin
import PageStore

/// What the store of a daemon holds, as its statistics server tells.
package struct StoreCheck: Sendable {
    private let server: HostAndPort
    private static let timeout = Duration.seconds(10)

    /// - Parameter url: `http://HOST:PORT/`, as `stats.listen` names it; the path doesn't matter.
    /// - Throws: ``DiagnosisFailure`` for anything else.
    package init(_ url: String) throws(DiagnosisFailure) {
        guard let server = PlainURL(url.contains("://") ? url : "http://\(url)")?.server else {
            throw DiagnosisFailure("\(url) is no address of statistics: use http://HOST:PORT/, as in stats.listen")
        }
        self.server = server
    }

    /// Asks, and puts the answer into words.
    ///
    /// - Returns: Lines for people.
    /// - Throws: ``DiagnosisFailure``.
    package func run() async throws(DiagnosisFailure) -> [String] {
        let answer = try await fetch()
        guard answer.answer.head.status != .forbidden else {
            throw DiagnosisFailure(
                "http://\(server)/store doesn't answer to this name",
                check: "name it by its address, or put the name into stats.names of that daemon")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let report = try? decoder.decode(StoreReport.self, from: Data(answer.body.readableBytesView)) else {
            throw DiagnosisFailure(
                "http://\(server)/store doesn't tell of a store",
                check: "is that stats.listen of rg-sender or rg-listener?")
        }
        return Self.lines(report)
    }

    static func lines(_ report: StoreReport) -> [String] {
        let summary = report.summary
        let lookups = summary.hits + summary.misses
        var lines = [
            "addresses   \(grouped(summary.pages)), with \(grouped(summary.versions)) different versions",
            "bytes       \(grouped(summary.bytes)) of pages, \(grouped(summary.indexBytes)) of indexes, "
                + "\(grouped(summary.memoryBytes)) of memory in all",
            "look-ups    \(grouped(lookups)), of which \(percent(summary.hits, of: lookups)) found something",
            "left        \(grouped(summary.evictions)) for want of room, \(grouped(summary.expirations)) after their time",
        ]
        guard !report.addresses.isEmpty else { return lines }
        lines += ["", "     bytes  versions  address"]
        for page in report.addresses {
            func right(_ text: String, _ width: Int) -> String {
                String(repeating: " ", count: max(0, width - text.count)) + text
            }
            lines.append(
                right(grouped(page.bytes), 10) + right(String(page.versions), 10) + "  \(page.address)"
                    + (page.isPrivate ? "  (one visitor's)" : ""))
        }
        return lines
    }

    private func fetch() async throws(DiagnosisFailure) -> CollectedAnswer {
        let request = ForwardedRequest(
            method: .GET, scheme: .http, authority: server.description, target: "/store",
            fields: ["Accept": "application/json"],
            body: .none, keepAlive: false, version: .http1_1)
        let address = OriginAddress(host: server.host, port: server.port)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        do {
            return try await loop.flatSubmit {
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
                (error as? ExchangeFailure)?.message ?? "http://\(server)/store: \(error)",
                check: "does the daemon run, and is this its stats.listen?")
        }
    }
}
