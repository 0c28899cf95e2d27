import DeltaEngine
import Exchange
import HTTPRules
import Link
import NIOCore
import NIOHTTP1
import Operations
import Origin
import PageStore

/// One request of a client, from its head to the end of its answer; confined to one event loop.
///
/// It takes the request from the ``ClientStream``, sends it over the link, or to the origin itself, and hands the answer
/// back: as it comes, or, where a page comes as a delta against a base, once it is rebuilt and checked.
final class SenderExchange {
    /// How the answer comes, as the `Railgun` header and the statistics tell it.
    enum Route {
        case none
        case link(LinkStream)
        case direct(reason: String)
    }

    let request: ForwardedRequest
    let clientAddress: String
    private let worker: SenderWorker
    /// Who asked; `nil` once the answer has ended, or nobody waits for it.
    private(set) var client: (any ClientStream)?
    private let started = NIODeadline.now()

    private var outgoing: (any OutgoingRequest)?
    private(set) var route = Route.none
    /// The listener that has the request.
    private var link: ListenerLink?
    /// The lane that failed the request, which is sent again.
    private var failedLane: Lane?
    private var tries = 0
    private var body = RequestBodyCopy()
    /// The end of the request's body, once it came.
    private var end: HTTPHeaders??
    private var isTunnel = false
    private var interimAnswers = 0
    /// Whether it waits for its turn, or has one of the places for requests under way.
    private var turn = Turn.none
    /// The group where it waits for a lane.
    private var waitsIn: ListenerGroup?
    /// The group where it waited last: in each only once.
    private var waitedIn: ListenerGroup?

    // Pages.
    /// Which page this is; `nil` where the answer can't be one.
    private let key: PageKey?
    /// What may be kept and compared; `nil` where nothing is.
    private var rules: BaseRules?
    private var visitor = Visitor.unknown
    private var offers: [StoredPage] = []
    private var page: IncomingPage?

    /// Bytes of the answer that the client hasn't taken yet.
    private var heldBytes = 0
    /// What was sent of the answer: the status, once there is one, and the bytes of its body.
    private(set) var status: Int?
    private(set) var bodyBytes = 0
    /// Bytes of the page that came, before it was compressed for the client.
    private var pageBytes: Int?
    private var linkBytes = 0
    /// The client, where a body that streams is compressed for it.
    private var gzip: GzipClientStream?

    // For the dashboard.
    private var gzipOfPage = ObservedRequest.Gzip.unknown
    private var source: PageSource?

    private var originTime: TimeAmount?
    private var crossing = AccessLine.Crossing.none

    private enum Turn { case none, awaited, taken }

    /// A page that comes over the link.
    private struct IncomingPage {
        let transfer: PageTransfer
        let answer: Answer
        /// What came of its delta, unless that goes on as it comes.
        var delta = ByteBuffer()
        var deltaBytes = 0
        var passing: PassingPage?
    }

    /// What remains of an exchange: for log and statistics.
    struct Record {
        var client: String
        var method: String
        var host: String
        var target: String
        /// 0 where the client was gone before there was one.
        var status: Int
        var bodyBytes: Int
        /// The same before it was compressed for the client, and what gzip makes of it.
        var pageBytes: Int
        var gzip: ObservedRequest.Gzip
        var linkBytes: Int
        var crossing: AccessLine.Crossing
        /// Where somebody watches the dashboard.
        var source: PageSource?
        var originTime: TimeAmount?
        var started: NIODeadline
        /// Whether the client went before its answer was complete.
        var isCancelled: Bool
        /// The lane that carried it; 0 for none.
        var connection: UInt64
        var trace: TraceContext?
    }

    init(_ request: ForwardedRequest, client: any ClientStream, clientAddress: String, worker: SenderWorker) {
        self.request = request
        self.client = client
        self.clientAddress = clientAddress
        self.worker = worker
        key =
            request.upgrade == nil && BaseRules.mayHaveBase(method: request.method, request: request.fields)
            ? PageKey(scheme: request.scheme.rawValue, authority: request.authority, target: request.target) : nil
    }

    var hasAnswered: Bool { status != nil }

    /// Whether the client's next bytes can be taken.
    var takesBody: Bool { outgoing?.isWritable ?? false }

    // MARK: the request

    /// Sends the request on its way, or lets it wait for its turn.
    func start() {
        worker.statistics.counters.requestsStarted += 1
        if worker.memory.isShort {
            worker.statistics.counters.requestsShed += 1
            return refuse(.overloaded("this server is short of memory, see memory.limit"))
        }
        switch worker.requests.admit(self) {
        case .goOn: admitted()
        case .wait:
            turn = .awaited
            worker.statistics.counters.requestsQueued += 1
            worker.deadlines.set(self, after: worker.limits.queueTimeout)
        case .refuse:
            worker.statistics.counters.requestsShed += 1
            refuse(.overloaded("as many requests as requests.max and requests.queue say are under way or wait"))
        }
    }

    /// It is this request's turn.
    func admitted() {
        if case .awaited = turn { worker.deadlines.remove(self) }
        turn = .taken
        if let key, let rules = worker.rules[authority: request.authority, target: request.target] {
            self.rules = rules
            visitor = rules.visitor(of: request.fields)
            offers = worker.store.offers(
                for: key, owner: PageOwner(rawValue: rules.userClass(of: visitor).number), limit: SenderWorker.maxOffers
            )
        }
        send()
    }

    private func send() {
        tries += 1
        if tries > 1 { worker.statistics.counters.linkRetries += 1 }
        guard let group = worker.group(for: request.authority) else {
            return refuse(
                Refusal(
                    .misdirectedRequest, "this server answers for no site named “\(request.authority)”", closes: false))
        }
        let linkRequest = linkRequest
        if let (stream, link) = group.open(linkRequest, receiver: self, avoiding: failedLane)
            ?? (failedLane == nil || hasFallback ? nil : group.open(linkRequest, receiver: self, avoiding: nil))
        {
            if failedLane != nil, link !== self.link { worker.statistics.counters.linkRetriesElsewhere += 1 }
            route = .link(stream)
            self.link = link
            began(stream)
        } else if group.isAvailable, !hasFallback {
            fail(
                ExchangeFailure(.overloaded, "the link carries as many requests as it can", requestUnseen: true),
                canRetry: false)
        } else if !hasFallback, group !== waitedIn {
            (waitsIn, waitedIn) = (group, group)
            group.wait(self)
            worker.deadlines.set(self, after: SenderWorker.longestWaitForLink)
        } else {
            sendDirectly(instead: group)
        }
    }

    /// Whether the host may be asked directly: looked up only where no lane took the request.
    private var hasFallback: Bool { worker.fallback(for: request) != nil }

    private func began(_ outgoing: any OutgoingRequest) {
        self.outgoing = outgoing
        for bytes in body.bytes { outgoing.send(bytes) }
        body.isSent = true
        if request.body == .none, request.upgrade == nil {
            outgoing.finish(trailers: nil)
        } else if let end {
            outgoing.finish(trailers: end)
        } else {
            client?.readMore()
        }
    }

    /// The link that it waited for is there.
    func laneOpened() {
        guard client != nil, outgoing == nil else { return }
        worker.deadlines.remove(self)
        waitsIn = nil
        tries -= 1
        send()
    }

    private func sendDirectly(instead group: ListenerGroup) {
        guard let address = worker.fallback(for: request) else {
            return fail(
                ExchangeFailure(
                    .link, "no link to a listener: \(group.unavailabilityInDetail)", requestUnseen: true),
                canRetry: false)
        }
        offers = []
        route = .direct(reason: group.unavailability)
        began(worker.origins.send(OriginRequest(request, address: address), receiver: self))
    }

    private var linkRequest: LinkRequest {
        var fields = request.fields
        if case .length(let count) = request.body { fields.add(name: "content-length", value: String(count)) }
        if let upgrade = request.upgrade { fields.add(name: "upgrade", value: upgrade) }
        return LinkRequest(
            method: request.method.rawValue, scheme: request.scheme.rawValue, authority: request.authority,
            target: request.target, fields: fields, offers: offers.map(\.version.prefix),
            isCompared: key == nil || rules != nil)
    }

    func clientSent(_ bytes: ByteBuffer) {
        worker.statistics.counters.clientBytesReceived += bytes.readableBytes
        body.append(bytes)
        outgoing?.send(bytes)
    }

    func clientEnded(trailers: HTTPHeaders?) {
        // Until the protocol is switched, the end of the request is not the end of what the client sends.
        guard request.upgrade == nil || isTunnel else { return }
        guard request.body != .none || isTunnel else { return }
        end = .some(trailers)
        outgoing?.finish(trailers: trailers)
    }

    /// The client is gone, or was refused with a status: what is under way is stopped everywhere.
    func clientGone(refused refusal: Refusal? = nil) {
        guard client != nil else { return }
        if let refusal { status = Int(refusal.status.code) }
        client = nil
        outgoing?.cancel()
        stopWaiting()
        finish(isCancelled: true)
    }

    func clientBecameWritable() {
        guard heldBytes > 0 else { return }
        let count = heldBytes
        heldBytes = 0
        outgoing?.consumed(count)
    }

    // MARK: the end

    private func stopWaiting() {
        guard let waitsIn else { return }
        worker.deadlines.remove(self)
        waitsIn.forget(self)
    }

    private func finish(isCancelled: Bool = false) {
        var connection: UInt64 = 0
        if case .link(let stream) = route {
            linkBytes += stream.linkBytes
            connection = stream.laneID
        }
        (outgoing, client, page, link, failedLane, waitedIn) = (nil, nil, nil, nil, nil, nil)
        body = RequestBodyCopy()
        offers = []
        switch turn {
        case .none: break
        case .awaited:
            worker.deadlines.remove(self)
            worker.requests.forget(self)
        case .taken: worker.requests.ended()
        }
        turn = .none
        worker.finished(
            Record(
                client: clientAddress, method: request.method.rawValue, host: request.authority, target: request.target,
                status: status ?? 0, bodyBytes: gzip?.sentBytes ?? bodyBytes, pageBytes: pageBytes ?? bodyBytes,
                gzip: gzip.map { .bytes($0.sentBytes) } ?? gzipOfPage, linkBytes: linkBytes, crossing: crossing,
                source: source, originTime: originTime, started: started, isCancelled: isCancelled,
                connection: connection, trace: request.trace))
        source = nil
    }

    private func refuse(_ refusal: Refusal) {
        let number = worker.note(
            refusal, worker.words(request), site: request.authority, target: request.target)
        respond(ErrorPage(refusal, site: request.authority, number: number))
    }

    private func fail(_ failure: ExchangeFailure, canRetry: Bool = true) {
        outgoing = nil
        guard let client else { return }
        if canRetry, !hasAnswered, mayRepeat(failure, tries: tries) {
            if case .link(let stream) = route {
                linkBytes += stream.linkBytes
                failedLane = stream.lane
            }
            route = .none
            body.isSent = false
            page = nil
            return send()
        }
        if canRetry, !hasAnswered, mayRepeat(failure, tries: 1), hasFallback,
            let group = worker.group(for: request.authority)
        {
            // Where two links were lost, a third one may be no better.
            if case .link(let stream) = route { linkBytes += stream.linkBytes }
            worker.statistics.counters.linkRetries += 1
            body.isSent = false
            page = nil
            return sendDirectly(instead: group)
        }
        let number = worker.note(failure, request)
        if hasAnswered {
            client.abort()
            finish()
        } else {
            respond(ErrorPage(failure, site: request.authority, number: number))
        }
    }

    private func mayRepeat(_ failure: ExchangeFailure, tries: Int) -> Bool {
        guard failure.cause == .link || failure.requestUnseen, case .link = route else { return false }
        return RetryRules.mayRepeat(
            request.method, sent: !failure.requestUnseen, answered: false,
            bodyKept: body.isWhole, tries: tries)
    }

    private func respond(_ page: ErrorPage) {
        var (head, body) = page.response
        complete(&head)
        status = Int(head.status.code)
        client?.respond(head)
        if request.method != .HEAD {
            client?.respond(body)
            bodyBytes = body.readableBytes
        }
        client?.respondEnd(trailers: nil)
        finish()
    }

    /// Adds what this hop owes an answer.
    private func complete(_ head: inout HTTPResponseHead, _ railgun: RailgunHeader? = nil) {
        worker.statistics.latencies.firstByte.record(.now() - started)
        if !head.headers.contains(name: "date") { head.headers.add(name: "Date", value: worker.date.text) }
        worker.forwarding.addVia(toAnswer: &head.headers, version: .http1_1)
        if let railgun, worker.limits.sendsRailgunHeader {
            head.headers.add(name: RailgunHeader.name, value: railgun.text)
        }
    }

    private func railgunHeader(_ passage: RailgunHeader.Passage, _ report: OriginReport) -> RailgunHeader {
        originTime = .microseconds(Int64(report.microseconds))
        switch passage {
        case .delta: break  // noted with its bytes
        case .stream: crossing = .stream
        case .normal: crossing = .normal
        case .direct: crossing = .direct
        }
        var connection: UInt64 = 0
        if case .link(let stream) = route { connection = stream.laneID }
        return RailgunHeader(
            connection: connection, passage: passage, originTime: .microseconds(Int64(report.microseconds)),
            flags: .init(rawValue: report.flags & 0x7f), version: worker.version)
    }
}

extension SenderExchange: DeadlineHolder {
    /// Its turn didn't come, or the link didn't come up, in time.
    func deadlinePassed() {
        if case .awaited = turn {
            worker.statistics.counters.requestsShed += 1
            return refuse(.overloaded("its turn did not come within requests.queue.timeout"))
        }
        guard client != nil, outgoing == nil, let group = waitsIn else { return }
        waitsIn = nil
        group.forget(self)
        sendDirectly(instead: group)
    }
}

// MARK: the answer

extension SenderExchange: AnswerReceiver {
    func received(interim head: HTTPResponseHead) {
        guard case .interim(let judged) = judge(head) else { return brokenAnswer("an interim answer that is none") }
        interimAnswers += 1
        guard interimAnswers <= ResponseRules.maxInterimAnswers else {
            return brokenAnswer("more than \(ResponseRules.maxInterimAnswers) interim answers")
        }
        worker.statistics.counters.responses1xx += 1
        client?.respond(interim: HTTPResponseHead(version: .http1_1, status: head.status, headers: judged.fields))
    }

    /// What comes over the link is judged as strictly as what comes from an origin.
    private func judge(_ head: HTTPResponseHead) -> ResponseVerdict {
        var head = head
        if head.status == .switchingProtocols { head.headers.add(name: "Connection", value: "Upgrade") }
        return ResponseRules.judge(head, requestMethod: request.method, upgradeAsked: request.upgrade)
    }

    private func brokenAnswer(_ what: String) {
        outgoing?.cancel()
        fail(ExchangeFailure(.badAnswer, "the listener sent \(what)"), canRetry: false)
    }

    func received(_ answer: Answer) {
        link?.answered()
        failedLane = nil
        var answer = answer
        switch judge(answer.head) {
        case .forward(let judged): answer.head.headers = judged.fields
        case .switchProtocols: break
        case .interim: return brokenAnswer("an interim answer as its last")
        case .refuse(let reason): return brokenAnswer("an answer that breaks HTTP: \(reason)")
        }
        if answer.page != nil, answer.head.status != .ok || key == nil {
            return brokenAnswer("a page where there can be none")
        }
        if let transfer = answer.page {
            guard transfer.pageBytes <= SenderSettings.maxPageBytes,
                transfer.base.map({ offers.indices.contains($0) }) ?? true
            else {
                outgoing?.cancel()
                return fail(
                    ExchangeFailure(.link, "the listener sent a page that this end can't rebuild"), canRetry: false)
            }
            page = IncomingPage(transfer: transfer, answer: answer)
            return  // as long as the client hears nothing of it, it may be asked for again
        }
        body.drop()
        let passage: RailgunHeader.Passage
        switch route {
        case .direct(let reason): passage = .direct(reason: reason)
        case .link, .none: passage = .stream
        }
        var head = answer.head
        if worker.observations != nil,
            !LinkCompression.isWorthwhile(method: request.method, status: head.status, answer: head.headers)
        {
            gzipOfPage = .asItIs
        }
        compress(&head)
        complete(&head, railgunHeader(passage, answer.report))
        status = Int(head.status.code)
        if head.status == .switchingProtocols {
            // First the tunnel: what the client sent ahead comes out of the parser as soon as the head is written.
            isTunnel = true
            worker.statistics.counters.tunnelsOpened += 1
            client?.becomeTunnel()
            head.headers.add(name: "Connection", value: "Upgrade")
        }
        client?.respond(head)
    }

    func received(_ body: ByteBuffer) {
        let count = body.readableBytes
        if page != nil {
            receivedPage(body)
            // A page that goes on as it comes waits for its client, as all streams do.
            let waits = page?.passing != nil && client?.isWritable == false
            if waits { heldBytes += count } else { outgoing?.consumed(count) }
            return
        }
        guard let client else { return }
        bodyBytes += count
        client.respond(body)
        if client.isWritable { outgoing?.consumed(count) } else { heldBytes += count }
    }

    func receivedEnd(trailers: HTTPHeaders?) {
        if let page {
            outgoing = nil
            if let passing = page.passing { return finish(passing, page.answer) }
            return rebuild(page.transfer, page.answer, page.delta)
        }
        if isTunnel {
            client?.endTunnel()
        } else {
            client?.respondEnd(trailers: trailers.flatMap { TrailerRules.allowed($0) })
        }
        finish()
    }

    func failed(_ failure: ExchangeFailure) {
        // Where the lane itself is over, that was noted once, not for each request.
        if case .link(let stream) = route, stream.lane.isOpen,
            failure.cause == .link || (failure.cause == .overloaded && failure.requestUnseen)
        {
            link?.failed()
        }
        if isTunnel { client?.endTunnel() }
        fail(failure)
    }

    func requestBecameWritable() { client?.readMore() }
}

// MARK: pages

extension SenderExchange {
    /// Takes a piece of a page's delta.
    private func receivedPage(_ piece: ByteBuffer) {
        guard var page else { return }
        var piece = piece
        let isFirst = page.deltaBytes == 0
        page.deltaBytes += piece.readableBytes
        // No encoder makes a delta that is longer than its page but for a few bytes.
        guard page.deltaBytes <= page.transfer.pageBytes + 1024 else {
            outgoing?.cancel()
            return fail(ExchangeFailure(.link, "the listener sent a delta longer than its page"), canRetry: false)
        }
        if isFirst, page.transfer.pageBytes <= SenderWorker.maxInlinePageBytes {
            let compression = compression(page.answer, bytes: page.transfer.pageBytes)
            // HTTP/1.0 has no chunks: without a length, a part of the body would end just as the whole does.
            if compression != .compress || request.version >= .http1_1 {
                page.passing = PassingPage(&piece, page.transfer, compression: compression)
            }
        }
        guard let passing = page.passing else {
            self.page = nil  // one owner while it grows
            page.delta.writeImmutableBuffer(piece)
            self.page = page
            return
        }
        self.page = page
        do throws(DeltaError) {
            try passing.append(piece)
        } catch {
            return failed(toRebuild: RebuildFailure(message: error.description))
        }
        guard let bytes = passing.takeReady() else { return }
        if !hasAnswered {
            answer(page.answer, passing, bytes: passing.compression == .compress ? nil : page.transfer.pageBytes)
        }
        bodyBytes += bytes.readableBytes
        client?.respond(bytes)
    }

    /// Sends the head of a page that goes on as it comes; `bytes` is the length of the body, where it is known.
    private func answer(_ answer: Answer, _ passing: PassingPage, bytes: Int?) {
        body.drop()
        var head = answer.head
        passing.compression.edit(&head.headers)
        if let bytes { head.headers.replaceOrAdd(name: "Content-Length", value: String(bytes)) }
        complete(&head, railgunHeader(.normal, answer.report))
        status = Int(head.status.code)
        client?.respond(head)
    }

    /// All of a page that goes on as it comes is there.
    private func finish(_ passing: PassingPage, _ answer: Answer) {
        do throws(DeltaError) {
            guard let (page, rest) = try passing.finish() else { return failed(toRebuild: .wrongPage) }
            worker.statistics.latencies.decode.record(passing.time)
            store(page, answer)
            if !hasAnswered { self.answer(answer, passing, bytes: rest.readableBytes) }
            bodyBytes += rest.readableBytes
            client?.respond(rest)
            client?.respondEnd(trailers: nil)
            finish()
        } catch {
            failed(toRebuild: RebuildFailure(message: error.description))
        }
    }

    private func failed(toRebuild failure: RebuildFailure) {
        worker.noteDamaged(failure, request, isRepeated: false)
        outgoing?.cancel()
        fail(ExchangeFailure(.link, "a page can't be rebuilt: \(failure.message)"), canRetry: false)
    }

    private func compression(_ answer: Answer, bytes: Int) -> ClientCompression.Decision {
        worker.limits.compressesForClients ? decide(answer.head, bytes: bytes) : .leave
    }

    private func rebuild(_ transfer: PageTransfer, _ answer: Answer, _ delta: ByteBuffer) {
        let base = transfer.base.map { offers[$0] }
        guard case .link(let stream) = route else { return }
        let compression = compression(answer, bytes: transfer.pageBytes)
        let job = RebuildJob(
            delta: delta, base: base, transfer: transfer, key: stream.checkKey, stream: stream.id,
            compresses: compression == .compress)
        let began = NIODeadline.now()
        // What takes long would hold all others on this event loop.
        guard
            delta.readableBytes > SenderWorker.maxInlineDeltaBytes
                || transfer.pageBytes > SenderWorker.maxInlinePageBytes
                || (job.compresses && transfer.pageBytes > SenderWorker.maxInlineGzipBytes)
        else {
            let result = worker.rebuilder.rebuild(job)
            worker.statistics.latencies.decode.record(.now() - began)
            return rebuilt(result, base, answer, delta.readableBytes, compression)
        }
        let isolated = NIOLoopBound(self, eventLoop: worker.eventLoop)
        worker.rebuilders.rebuild(job, on: worker.eventLoop) { result in
            isolated.value.worker.statistics.latencies.decode.record(.now() - began)
            isolated.value.rebuilt(result, base, answer, delta.readableBytes, compression)
        }
    }

    private func rebuilt(
        _ result: Result<RebuiltPage, RebuildFailure>, _ base: StoredPage?, _ answer: Answer, _ deltaBytes: Int,
        _ compression: ClientCompression.Decision
    ) {
        guard let client else { return }
        switch result {
        case .failure(let failure):
            // The page comes once more, whole: one more round trip.
            let isRepeated = base != nil && tries < 3 && body.isWhole
            worker.noteDamaged(failure, request, isRepeated: isRepeated)
            if let base { worker.store.remove(base.version) }
            guard isRepeated else {
                return fail(ExchangeFailure(.link, "a page can't be rebuilt: \(failure.message)"), canRetry: false)
            }
            page = nil
            offers = []
            if case .link(let stream) = route { linkBytes += stream.linkBytes }
            (route, body.isSent) = (.none, false)
            return send()
        case .success(let page):
            store(page, answer, comparedWith: base)
            if let base, base !== offers.first, let key, let rules {
                // What the listener has is the better offer next time.
                for owner in [PageOwner(rawValue: rules.userClass(of: visitor).number), .shared] {
                    _ = worker.store.page(prefix: base.version.prefix, key: key, owner: owner)
                }
            }
            var head = answer.head
            let body = page.gzip ?? page.bytes
            let isUncompressed = compression == .compress && page.gzip == nil
            (isUncompressed ? ClientCompression.Decision.varyOnly : compression).edit(&head.headers)
            head.headers.replaceOrAdd(name: "Content-Length", value: String(body.count))
            let points = page.bytes.isEmpty ? 0 : deltaBytes * 10_000 / page.bytes.count
            complete(&head, railgunHeader(base == nil ? .normal : .delta(ratioBasisPoints: points), answer.report))
            if base != nil { crossing = .delta(bytes: deltaBytes, pageBytes: page.bytes.count) }
            status = Int(head.status.code)
            (bodyBytes, pageBytes) = (body.count, page.bytes.count)
            client.respond(head)
            client.respond(ByteBuffer(bytes: body))
            client.respondEnd(trailers: nil)
            finish()
        }
    }

    /// Compresses a body that streams, where the client and the rules allow it; HEAD says what GET would.
    private func compress(_ head: inout HTTPResponseHead) {
        guard worker.limits.compressesForClients, let client else { return }
        let length = head.headers.first(name: "content-length").flatMap { Int($0) }
        switch decide(head, bytes: length) {
        case .leave: return
        case .varyOnly: ClientCompression.addVary(to: &head.headers)
        case .compress:
            // HTTP/1.0 has no chunks: a length that is known stays, so that a part never ends just as the whole does.
            guard request.version >= .http1_1 || length == nil else {
                return ClientCompression.addVary(to: &head.headers)
            }
            if request.method != .HEAD {
                gzip = GzipClientStream(client, flushes: worker.flushes)
                guard let gzip else { return ClientCompression.addVary(to: &head.headers) }
                self.client = gzip
            }
            ClientCompression.edit(&head.headers)
        }
    }

    private func decide(_ head: HTTPResponseHead, bytes: Int?) -> ClientCompression.Decision {
        ClientCompression().decide(
            request: request.fields, method: request.method, status: head.status, answer: head.headers, bytes: bytes)
    }

    /// Notes a page, and keeps it where it may be a base.
    private func store(_ page: RebuiltPage, _ answer: Answer, comparedWith base: StoredPage? = nil) {
        observe(page, base, answer)
        guard let key, let version = page.kept, let owner = owner(of: page, answer) else { return }
        worker.store.insert(page.bytes, version: version, key: key, owner: owner)
    }

    /// Whose page this is; `nil` where it may not be kept.
    private func owner(of page: RebuiltPage, _ answer: Answer) -> PageOwner? {
        // As the rules are now: what a reload turned off is not kept any more.
        guard let rules = worker.rules[authority: request.authority, target: request.target],
            rules.mayBeBase(
                method: request.method, request: request.fields, status: answer.head.status,
                answer: answer.head.headers,
                bytes: page.bytes.count)
        else { return nil }
        let owner = rules.pageClass(of: rules.visitor(of: request.fields), answer: answer.head.headers)
        return PageOwner(rawValue: owner.number)
    }

    /// Notes of a page what the dashboard shows: its source only where it is the same for everybody.
    private func observe(_ page: RebuiltPage, _ base: StoredPage?, _ answer: Answer) {
        pageBytes = page.bytes.count
        guard let observations = worker.observations else { return }
        if let gzip = page.gzip {
            gzipOfPage = .bytes(gzip.count)
        } else {
            observations.sample(page.bytes, of: request.authority)
        }
        guard observations.isWatched, let key, owner(of: page, answer) == .shared else { return }
        let isBaseShared = base.map { worker.store.holds(prefix: $0.version.prefix, key: key, owner: .shared) } ?? false
        source = observations.source(
            address: key.address, base: isBaseShared ? base?.bytes : nil, bytes: page.bytes)
    }
}

extension Refusal {
    /// There is no room for the request now; the reason is for the log and the page.
    static func overloaded(_ reason: String) -> Refusal { Refusal(.serviceUnavailable, reason, closes: false) }
}
