import DeltaEngine
import Exchange
import HTTPRules
import Link
import NIOCore
import NIOHTTP1
import Operations
import Origin
import PageStore

/// One request that came over the link, from its head to the end of its answer; confined to one event loop.
final class ListenerExchange {
    private enum Body {
        /// The answer's head isn't there yet.
        case awaited
        /// The body goes on as it comes.
        case streaming
        /// The body is collected, to be sent as a page.
        case collecting(Collected)
        /// The page is with the encoder.
        case encoding
        case done
    }

    private struct Collected {
        var answer: Answer
        var bytes: [UInt8] = []
        /// The coding to undo at the end.
        var coding: ContentCoding
    }

    private let stream: LinkStream
    private let worker: ListenerWorker
    let request: ForwardedRequest
    private let offers: [UInt64]
    /// What may be kept and compared; `nil` where the answer can't be a page, or is not to be one.
    private let rules: BaseRules?
    private lazy var key = PageKey(
        scheme: request.scheme.rawValue, authority: request.authority, target: request.target)
    private lazy var visitor = rules?.visitor(of: request.fields) ?? .unknown
    private var outgoing: OriginExchange?
    /// The look-up of what the request offers, where memory has none of it.
    private var sharedBases: SharedBases?
    private var body = Body.awaited
    private var natFlags: RailgunHeader.Flags = []
    /// What fills an answer up that goes on as it comes; `nil` where it is for all.
    private var padding: Padding?
    /// Bytes of the answer that are with the stream, but not on the link yet.
    private var heldBytes = 0
    /// Bytes of the request that are with the origin's connection, but not sent yet.
    private var heldRequestBytes = 0
    private let started = NIODeadline.now()
    private(set) var originMicroseconds: UInt64 = 0
    private(set) var crossing = AccessLine.Crossing.none
    private(set) var status = 0
    /// How it ended, until that is told.
    private var outcome: Outcome?
    private(set) var originBytes = 0
    /// Bytes of the page, as it was compared: those of the origin may be compressed.
    private(set) var pageBytes: Int?

    // For the dashboard.
    /// What gzip makes of the body.
    private(set) var gzip = ObservedRequest.Gzip.unknown
    /// What the page was compared with, and both, where somebody watches.
    private var baseBytes: [UInt8]?
    private var source: PageSource?

    /// - Parameters:
    ///   - request: The request, judged.
    ///   - offers: The versions of the page that the sender holds, best first.
    ///   - isCompared: Whether the sender allows that the answer is kept and compared.
    ///   - stream: Takes the answer.
    ///   - worker: Where it runs.
    init(
        _ request: ForwardedRequest, offers: [UInt64], isCompared: Bool, stream: LinkStream, worker: ListenerWorker
    ) {
        self.request = request
        self.offers = offers
        rules =
            isCompared && request.upgrade == nil
                && BaseRules.mayHaveBase(method: request.method, request: request.fields)
            ? worker.rules[authority: request.authority, target: request.target] : nil
        self.stream = stream
        self.worker = worker
    }

    func start() {
        guard let (site, flags) = worker.origins(for: request) else {
            return fail(
                ExchangeFailure(
                    .origin,
                    "no origin is named for “\(request.authority)”: add a line to railgun-nat.conf, or set origin.dns = 1",
                    requestUnseen: true))
        }
        natFlags = flags
        var request = request
        // A page must come as it is, to be compared. What isn't a page comes as the client would have it.
        if rules != nil { request.fields.remove(name: "accept-encoding") }
        if worker.tellsOrigin { request.fields.replaceOrAdd(name: "Railgun", value: "1") }
        outgoing = worker.origins.send(OriginRequest(request, site: site), receiver: self)
        // Meanwhile, so that it costs no time.
        guard let rules else { return }
        sharedBases = worker.sharedBases(
            of: offers, key: key, user: PageOwner(rawValue: rules.userClass(of: visitor).number))
    }

    private func fail(_ failure: ExchangeFailure) {
        status = failure.cause.status
        finish(.failed(failure))
        stream.fail(failure)  // last: where the answer has begun, this tells at once
    }

    /// How an exchange ended.
    enum Outcome {
        case answered
        /// Nobody waited for the answer any more.
        case cancelled
        case failed(ExchangeFailure)
    }

    private func finish(_ outcome: Outcome = .answered) {
        body = .done
        outgoing = nil
        if case .cancelled = outcome { return tell(outcome) }
        self.outcome = outcome  // told once the answer is on the link: only then its bytes are counted
    }

    private func tell(_ outcome: Outcome) {
        self.outcome = nil
        worker.finished(self, stream: stream, since: started, outcome: outcome)
    }

    private var report: OriginReport {
        var flags = natFlags
        if let outgoing {
            if outgoing.isReused { flags.insert(.originReused) }
            if outgoing.wasRestarted { flags.insert(.originRestarted) }
        }
        if !offers.isEmpty { flags.insert(.versionOffered) }
        return OriginReport(flags: flags.rawValue, microseconds: originMicroseconds)
    }
}

// MARK: the request

extension ListenerExchange: LinkRequestReceiver {
    func received(requestBody body: ByteBuffer) {
        let count = body.readableBytes
        guard let outgoing else { return }
        outgoing.send(body)
        if outgoing.isWritable { stream.consumed(count) } else { heldRequestBytes += count }
    }

    func receivedRequestEnd(trailers: HTTPHeaders?) {
        outgoing?.finish(trailers: trailers.flatMap { TrailerRules.allowed($0) })
    }

    func answerSent() { if let outcome { tell(outcome) } }

    func cancelled() {
        outgoing?.cancel()
        if case .done = body { return answerSent() }
        finish(.cancelled)
    }

    func answerBecameWritable() {
        let count = heldBytes
        heldBytes = 0
        if count > 0 { outgoing?.consumed(count) }
    }
}

// MARK: the answer

extension ListenerExchange: AnswerReceiver {
    func received(interim head: HTTPResponseHead) { stream.interim(head) }

    func received(_ answer: Answer) {
        originMicroseconds = outgoing?.elapsedMicroseconds ?? 0
        var answer = answer
        answer.report = report
        status = Int(answer.head.status.code)
        if let collected = collects(answer) {
            body = .collecting(collected)
            worker.collecting(self, bytes: 0)
        } else {
            body = .streaming
            beginStream(answer)
        }
    }

    /// Sends the head of an answer that is no page.
    private func beginStream(_ answer: Answer) {
        crossing = .stream
        // Of the small ones among them the length may be all that there is to know.
        if let rules, let padding = worker.padding, answer.head.status != .switchingProtocols,
            rules.pageClass(of: visitor, answer: answer.head.headers) != .shared
        {
            self.padding = padding
        }
        let isText =
            (worker.compressesData || worker.observations != nil)
            && LinkCompression.isWorthwhile(
                method: request.method, status: answer.head.status, answer: answer.head.headers)
        if !isText { gzip = .asItIs }
        stream.answer(answer, isCompressible: worker.compressesData && isText)
    }

    /// What to collect where the answer may become a page; `nil` where it goes on as it comes.
    private func collects(_ answer: Answer) -> Collected? {
        guard let rules, answer.head.status == .ok else { return nil }
        var fields = answer.head.headers
        let coding = ContentCoding(fields)
        var length = fields.first(name: "content-length").flatMap { Int($0) }
        switch coding {
        case .identity: break
        case .gzip, .deflate:
            guard ContentCoding.mayDecode(status: answer.head.status, answer: fields) else { return nil }
            fields.remove(name: "content-encoding")
            if let coded = length, coded > worker.maxPageBytes { return nil }
            length = nil
        case .other: return nil
        }
        guard
            rules.mayBeBase(
                method: request.method, request: request.fields, status: answer.head.status, answer: fields,
                bytes: length)
        else { return nil }
        guard worker.mayCollect else {
            worker.statistics.counters.pagesUncompared += 1
            return nil
        }
        var collected = Collected(answer: answer, coding: coding)
        if let length { collected.bytes.reserveCapacity(length) }
        return collected
    }

    func received(_ bytes: ByteBuffer) {
        let count = bytes.readableBytes
        originBytes += count
        switch body {
        case .collecting(var collected):
            body = .awaited  // one owner while it grows
            collected.bytes.append(contentsOf: bytes.readableBytesView)
            outgoing?.consumed(count)
            if collected.bytes.count > worker.maxPageBytes {
                streamCollected(collected)
            } else if !worker.mayCollect {
                worker.statistics.counters.pagesUncompared += 1
                streamCollected(collected)
            } else {
                body = .collecting(collected)
                worker.collecting(self, bytes: collected.bytes.count)
            }
        case .streaming:
            stream.send(bytes)
            if stream.isWritable { outgoing?.consumed(count) } else { heldBytes += count }
        case .awaited, .encoding, .done: break
        }
    }

    /// The answer is no page after all: what came goes on, and the rest as it comes.
    private func streamCollected(_ collected: Collected) {
        body = .streaming
        worker.doneCollecting(self)
        beginStream(collected.answer)
        stream.send(ByteBuffer(bytes: collected.bytes))
    }

    /// The origin pauses within its answer: a visitor is not to wait for what isn't there.
    func pausedForLong() {
        guard case .collecting(let collected) = body else { return }
        streamCollected(collected)
    }

    func receivedEnd(trailers: HTTPHeaders?) {
        worker.doneCollecting(self)
        switch body {
        case .collecting(let collected): encode(collected)
        case .streaming:
            padding?.padEnd(of: stream)
            stream.finish(trailers: trailers)
            finish()
        case .awaited, .encoding, .done: break
        }
    }

    func failed(_ failure: ExchangeFailure) {
        worker.doneCollecting(self)
        switch body {
        case .awaited, .streaming: fail(failure)
        // A truncated page is never passed off as complete; what came of it is of no use either.
        case .collecting: fail(failure)
        case .encoding, .done: break
        }
    }

    func requestBecameWritable() {
        let count = heldRequestBytes
        heldRequestBytes = 0
        if count > 0 { stream.consumed(count) }
    }
}

// MARK: pages

extension ListenerExchange {
    private func encode(_ collected: Collected) {
        var (answer, bytes) = (collected.answer, collected.bytes)
        if collected.coding != .identity {
            guard let decoded = GzipDecoder.decode(bytes, coding: collected.coding, limit: worker.maxPageBytes) else {
                // Not what its fields say, or too large: it goes on as the origin made it.
                return sendWhole(answer, bytes)
            }
            bytes = decoded
            ContentCoding.editDecoded(&answer.head.headers)
        }
        guard let rules, rules.bodyBytes.contains(bytes.count) else { return sendWhole(answer, bytes) }
        let owner = PageOwner(
            rawValue: rules.pageClass(of: visitor, answer: answer.head.headers).number)
        body = .encoding
        outgoing = nil
        guard let sharedBases else { return encode(bytes, answer, owner) }
        self.sharedBases = nil
        sharedBases.whenDone { self.encode(bytes, answer, owner) }
    }

    private func encode(_ bytes: [UInt8], _ answer: Answer, _ owner: PageOwner) {
        guard case .encoding = body else { return }  // nobody waits any more
        // Without a base, all of the page is to be compressed; and a long one takes its time in any case.
        let base = offers.isEmpty ? nil : worker.store.firstHeld(of: offers, key: key, owner: owner)
        if worker.observations?.isWatched == true { baseBytes = base?.page.bytes }
        let inline = base == nil ? worker.maxInlineWholeBytes : worker.maxInlinePageBytes
        let effort = worker.slowSites.effort(
            for: site, wanted: worker.load.effort, now: worker.eventLoop.now)
        let began = NIODeadline.now()
        guard bytes.count > inline else {
            do throws(DeltaError) {
                let page = try worker.encoder.encode(bytes, against: base, effort: effort)
                worker.statistics.latencies.encode.record(.now() - began)
                return encoded(.success(page), answer, owner)
            } catch {
                return encoded(.failure(error), answer, owner)
            }
        }
        let isolated = NIOLoopBound(self, eventLoop: worker.eventLoop)
        let described = answer
        let isTaken = worker.encoders.encode(
            bytes, against: base, effort: effort, on: worker.eventLoop
        ) { result in
            isolated.value.worker.statistics.latencies.encode.record(.now() - began)
            isolated.value.encoded(result, described, owner)
        }
        // More pages than processors can encode: this one costs bytes rather than time.
        if !isTaken {
            worker.statistics.counters.pagesUncompared += 1
            sendWhole(answer, bytes)
        }
    }

    private func sendWhole(_ answer: Answer, _ bytes: [UInt8]) {
        var answer = answer
        answer.head.headers.replaceOrAdd(name: "content-length", value: String(bytes.count))
        pageBytes = bytes.count  // what came of the origin may have been compressed
        beginStream(answer)
        stream.send(ByteBuffer(bytes: bytes))
        padding?.padEnd(of: stream)
        stream.finish(trailers: nil)
        finish()
    }

    /// For whom slow pages are counted: other spellings of a host are no other site.
    private var site: String { Authority.split(request.authority, defaultPort: 0).host.lowercased() }

    /// Whether the page is still to be kept as one of this class: a reload may have come since the request.
    private func isKept(_ owner: PageOwner, _ answer: Answer) -> Bool {
        guard let now = worker.rules[authority: request.authority, target: request.target] else { return false }
        return now.pageClass(of: now.visitor(of: request.fields), answer: answer.head.headers).number == owner.rawValue
    }

    private func encoded(_ result: Result<EncodedPage, DeltaError>, _ answer: Answer, _ owner: PageOwner) {
        if case .success(let page) = result { worker.encoded(page, of: site) }
        guard case .encoding = body else { return }
        guard case .success(let page) = result else {
            return fail(ExchangeFailure(.overloaded, "no memory for a delta"))
        }
        worker.statistics.counters.count(page.effort)
        var answer = answer
        let check: PageCheck
        let kept = page.kept.flatMap { isKept(owner, answer) ? $0 : nil }
        if let version = kept {
            worker.store.insert(page.bytes, version: version, key: key, owner: owner)
            worker.share(page.bytes, version: version, owner: owner)
            check = PageCheck(version.leadingWords)
        } else {
            check = stream.checkKey.check(of: page.bytes, stream: stream.id)
        }
        answer.page = PageTransfer(
            base: page.base, isKept: kept != nil, check: check, pageBytes: page.bytes.count)
        pageBytes = page.bytes.count
        crossing = page.base == nil ? .normal : .delta(bytes: page.delta.count, pageBytes: page.bytes.count)
        observe(page, isShared: owner == .shared && isKept(owner, answer))
        if page.base == nil, !offers.isEmpty { worker.statistics.counters.basesMissing += 1 }
        if page.base != nil { answer.report.flags |= RailgunHeader.Flags.versionKnown.rawValue }
        answer.head.headers.remove(name: "content-length")  // it is the page's
        stream.answer(answer)
        if owner != .shared { worker.padding?.pad(stream, before: page.delta) }
        stream.send(ByteBuffer(bytes: page.delta))
        stream.finish(trailers: nil)
        finish()
    }

    /// Notes of a page what the dashboard shows: its source only where it is the same for everybody.
    private func observe(_ page: EncodedPage, isShared: Bool) {
        guard let observations = worker.observations else { return }
        observations.sample(page.bytes, of: request.authority)
        if observations.isWatched, isShared {
            source = observations.source(
                address: key.address, base: page.base == nil ? nil : baseBytes, bytes: page.bytes)
        }
        baseBytes = nil
    }

    /// The page's source, which is held no longer.
    func takeSource() -> PageSource? { source.take() }
}
