import DeltaEngine
import Exchange
import Link
import NIOCore
import NIOHTTP1

/// A page that is asked for twice over a link: whole, then as what changed.
package struct TestPage: Sendable {
    private let scheme: String
    private let authority: String
    private let target: String

    /// Reads `http://HOST[:PORT]/PATH`, or the same with https.
    ///
    /// - Throws: ``DiagnosisFailure`` for anything else.
    package init(_ url: String) throws(DiagnosisFailure) {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count >= 3, ["http:", "https:"].contains(parts[0]), parts[1].isEmpty, !parts[2].isEmpty,
            url.utf8.allSatisfy({ 0x21...0x7E ~= $0 })
        else { throw DiagnosisFailure("\(url) is no address of a page: use http://HOST/PATH") }
        scheme = String(parts[0].dropLast())
        authority = parts[2].lowercased()
        target = "/" + (parts.count > 3 ? parts[3] : "")
    }

    /// An answer, and what its page is checked with.
    private struct Fetched: Sendable {
        let collected: CollectedAnswer
        let key: PageCheckKey
        let stream: UInt32
    }

    /// One visit.
    private struct Visit {
        let fetched: Fetched
        var collected: CollectedAnswer { fetched.collected }
        let wire: WireBytes
        let time: TimeAmount
    }

    /// Asks for the page, then again while offering what came.
    ///
    /// - Returns: Lines that say what happened.
    func fetchTwice(over probe: NIOLoopBound<LinkProbe>) async throws(DiagnosisFailure) -> [String] {
        let first = try await visit(probe, offers: [])
        let status = first.collected.answer.head.status.code
        let type = first.collected.answer.head.headers["content-type"].first ?? "of no type"
        let page = "page        \(scheme)://\(authority)\(target): \(status), \(type), "
        guard first.collected.answer.page != nil else {
            return [
                page + "\(grouped(first.collected.body.readableBytes)) bytes, passed on as they came; "
                    + "\(wire(first)). Only answers with 200 and text may become deltas"
            ]
        }
        let base = try rebuild(first, base: nil)
        var lines = [page + "\(grouped(base.count)) bytes, whole; \(wire(first))"]
        let second = try await visit(probe, offers: [PageVersion(of: base.span).prefix])
        guard let transfer = second.collected.answer.page else {
            return lines + [
                "            the second time it was no page any more: \(second.collected.answer.head.status.code)"
            ]
        }
        let again = try rebuild(second, base: base)
        let delta = second.collected.body.readableBytes
        let how =
            transfer.base == nil
            ? "whole again: the listener had forgotten the first one"
            : "as a difference of \(grouped(delta)) byte\(delta == 1 ? "" : "s"), \(percent(delta, of: again.count)) of the page"
        lines.append("            again: \(grouped(again.count)) bytes, \(how); \(wire(second))")
        lines.append("            both were rebuilt, and are what the listener had, by their hashes")
        return lines
    }

    private func wire(_ visit: Visit) -> String {
        "\(grouped(visit.wire.sent)) bytes up and \(grouped(visit.wire.received)) down with TLS, in \(visit.time.words)"
    }

    private func visit(_ probe: NIOLoopBound<LinkProbe>, offers: [UInt64]) async throws(DiagnosisFailure) -> Visit {
        let request = LinkRequest(
            method: "GET", scheme: scheme, authority: authority, target: target,
            fields: ["user-agent": "rg-diag", "accept": "*/*"], offers: offers)
        let (started, loop) = (NIODeadline.now(), probe.eventLoop)
        do {
            let before = try await loop.submit { probe.value.lane.wireBytes }.get()
            let fetched = try await loop.flatSubmit { Self.ask(request, probe.value.lane, on: loop) }.get()
            let after = try await loop.submit { probe.value.lane.wireBytes }.get()
            return Visit(fetched: fetched, wire: after - before, time: .now() - started)
        } catch let failure as ExchangeFailure {
            throw DiagnosisFailure(
                "the link works, but \(scheme)://\(authority)\(target) doesn't come: \(failure.message)",
                check: failure.cause == .link
                    ? "the listener's log" : "does the origin answer, seen from the listener?",
                "map.file of the listener: does it name the origin of \(authority)?")
        } catch { throw DiagnosisFailure("\(scheme)://\(authority)\(target): \(error)") }
    }

    private static func ask(_ request: LinkRequest, _ lane: Lane, on loop: any EventLoop) -> EventLoopFuture<Fetched> {
        let promise = loop.makePromise(of: CollectedAnswer.self)
        let collector = AnswerCollector(promise)
        guard let stream = lane.open(request, receiver: collector) else {
            let failure = ExchangeFailure(.link, "the link takes no requests")
            promise.fail(failure)
            return loop.makeFailedFuture(failure)
        }
        collector.outgoing = stream
        stream.finish(trailers: nil)
        let (key, id) = (stream.checkKey, stream.id)
        return promise.futureResult.map { Fetched(collected: $0, key: key, stream: id) }
    }

    private func check(of page: [UInt8], _ visit: Visit, isKept: Bool) -> PageCheck {
        guard isKept else { return visit.fetched.key.check(of: page, stream: visit.fetched.stream) }
        return PageCheck(PageVersion(of: page.span).leadingWords)
    }

    private func rebuild(_ visit: Visit, base: [UInt8]?) throws(DiagnosisFailure) -> [UInt8] {
        guard let transfer = visit.collected.answer.page else { preconditionFailure("only pages are rebuilt") }
        var decoder = DeltaDecoder(outputLimit: AnswerCollector.maxBodyBytes)
        do throws(DeltaError) {
            let coded = visit.collected.body.readableBytesUInt8Span
            let used = transfer.base == nil ? nil : base
            let page =
                if let used { try decoder.decode(coded, base: used.span, expecting: nil) } else {
                    try decoder.decode(coded, base: nil, expecting: nil)
                }
            if page.count == transfer.pageBytes, transfer.check == check(of: page, visit, isKept: transfer.isKept) {
                return page
            }
        } catch {
            throw DiagnosisFailure(
                "the page can't be rebuilt: \(error.description)", check: "are both ends of one version?")
        }
        throw DiagnosisFailure(
            "the rebuilt page is not the one that the listener had", check: "are both ends of one version?")
    }
}
