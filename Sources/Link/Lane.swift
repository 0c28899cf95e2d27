package import Exchange
package import NIOCore
import NIOHTTP1
import NIOTLS

/// One connection of a link: carries frames between its channel and its streams.
///
/// All on the channel's event loop.
package final class Lane: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    var machine: LaneMachine
    private var encoder: HeadEncoder?
    private var decoder: HeadDecoder
    var streams: [UInt32: LinkStream] = [:]
    private var queue = SendQueue<LinkStream>()
    private var pool: CreditPool
    private var resets = ResetBudget()
    private var context: ChannelHandlerContext?
    /// What came and is no whole frame yet.
    private(set) var inbound = ByteBuffer()
    /// Frames that concern the lane or give credit: they go out before all else.
    private var urgent = ByteBuffer()
    private var isFlushScheduled = false
    private var isClosingSoon = false
    /// A sender answers GOAWAY, once all requests that it has opened are on their way.
    private var owesGoAway = false
    private var pings: Scheduled<Void>?
    /// When a sender has had time enough to go elsewhere.
    private var farewell: Scheduled<Void>?
    private let ownerEvents: any LaneOwner

    /// What windows of all streams may grow by, in bytes.
    private static let poolBytes = 16 << 20
    /// How often the other end is pinged, and how long it may be silent: a dead one is noticed within 10 s.
    private static let pingInterval = TimeAmount.seconds(3), maxSilence = TimeAmount.seconds(6)
    /// How much may wait to answer another end that asks but doesn't read: resets of 4,096 streams fit.
    static let maxUrgentBytes = 1 << 20
    /// How many bytes are handed to TLS at once: a record.
    private static let batchBytes = 16 * 1024
    /// How long TLS and SETTINGS may take.
    package static let usualStartTimeout = TimeAmount.seconds(10)
    private let startTimeout: TimeAmount
    /// For how long a listener that drains takes requests that were on their way.
    static let farewellTime = TimeAmount.seconds(10)

    package init(
        role: LinkRole, settings: LaneSettings, owner: any LaneOwner,
        startTimeout: TimeAmount = Lane.usualStartTimeout, peerName: String? = nil
    ) {
        knownPeerName = peerName
        self.startTimeout = startTimeout
        machine = LaneMachine(role: role, settings: settings)
        decoder = HeadDecoder(tableBytes: settings.headTableBytes, maxHeadBytes: settings.maxHeadBytes)
        pool = CreditPool(byteCount: Self.poolBytes)
        ownerEvents = owner
    }

    // MARK: for the owner

    /// Whether streams may be opened.
    package var isOpen: Bool { machine.isOpen && !machine.isDraining }
    package var streamCount: Int { streams.count }
    package var roundTrip: TimeAmount? { machine.roundTrip }
    /// How far away the other end seems to be now: the smoothed round trip, or for how long an answer to a ping is overdue;
    /// `nil` before the first answer.
    package var latency: TimeAmount? {
        guard let roundTrip = machine.roundTrip, let context else { return nil }
        return max(roundTrip, machine.silence(at: context.eventLoop.now) ?? .zero)
    }
    /// Its connection; `nil` once it is over.
    var channel: (any Channel)? { context?.channel }
    /// Where the lane lives; `nil` once it is over.
    package var eventLoop: (any EventLoop)? { context?.eventLoop }
    /// What the other end said at the start.
    package var peerSettings: LaneSettings { machine.peerSettings }
    /// What went over the wire since the lane was opened.
    package private(set) var wireBytes = WireBytes()
    /// The version of the link that this end speaks, with this other end and newer ones.
    package static var protocolVersion: Int { Int(LaneMachine.version) }
    /// The other end's address, for the log.
    package var peerName: String { knownPeerName ?? "that never said its name" }
    private var knownPeerName: String?
    /// The name of this lane, given by the listener.
    package var laneID: UInt64 {
        machine.role == .listener ? machine.settings.laneID : machine.peerSettings.laneID
    }

    /// Makes the checks of pages on this lane; both ends have the same.
    private(set) lazy var checkKey: PageCheckKey = {
        let secret = (machine.role == .listener ? machine.settings : machine.peerSettings).checkSecret
        return PageCheckKey(high: secret.high, low: secret.low)
    }()

    /// Opens a stream with a request; `nil` where the lane isn't open or has no room.
    package func open(_ request: LinkRequest, receiver: any AnswerReceiver) -> LinkStream? {
        guard let id = machine.openStream(current: streams.count) else { return nil }
        let stream = addStream(id)
        stream.answerReceiver = receiver
        stream.enqueue(.request(request))
        if machine.isUsedUp {  // numbers of streams don't come again: a fresh lane takes over
            askForReplacement()
            machine.drain()
            ownerEvents.laneDrains(self)
        }
        return stream
    }

    /// Lets no new streams begin, and closes when the last one is done.
    package func drain() {
        guard !machine.isDraining, !machine.isClosed else { return }
        machine.drain()
        // No stream is shut out: what the sender has sent before it hears of this, its body included, is not lost.
        if machine.role == .listener {
            writeGoAway(lastStream: LaneMachine.maxStream, LinkError(.cancelled, "this end stops"))
            farewell = context?.eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: Self.farewellTime) {
                self.machine.waitedForPeer()
                self.closeIfDrained()
            }
        }
        closeIfDrained()
    }

    /// Asks the listener for another lane, where it opened this one; this one goes on until the sender drains it.
    package func askForReplacement() {
        guard machine.isOpen else { return }
        writeGoAway(
            lastStream: LaneMachine.maxStream, LinkError(.cancelled, "this end wants another connection instead"))
    }

    /// Ends the lane, and tells the other end that it must not be here.
    package func refuse(_ words: String) { end(LinkError(.foreignPeer, words)) }

    /// Ends the lane at once.
    package func close() { end(LinkError(.closed, "the link was closed here")) }

    private func addStream(_ id: UInt32) -> LinkStream {
        let machine = StreamMachine(
            sendCredit: machine.peerSettings.streamCredit, receiveCredit: machine.settings.streamCredit)
        let stream = LinkStream(id: id, machine: machine, lane: self)
        streams[id] = stream
        return stream
    }

    /// Asks the other end for a sign of life now; ``LaneOwner/lane(_:measured:)`` follows.
    ///
    /// At most one is under way.
    package func ping() {
        guard let context, !machine.isClosed else { return }
        guard machine.isOpen else {
            return end(
                LinkError(
                    .silent,
                    "the other end said nothing for \(Double(startTimeout.nanoseconds / 1_000_000) / 1000) s"))
        }
        let now = context.eventLoop.now
        if let silence = machine.silence(at: now), silence >= Self.maxSilence {
            return end(LinkError(.silent, "no answer to a ping for \(silence.nanoseconds / 1_000_000_000) s"))
        }
        if let id = machine.ping(at: now) {
            var payload = ByteBuffer()
            payload.writeVarint(id)
            writeUrgent(.ping, payload: payload)
        }
        schedulePing(in: Self.pingInterval, context)
    }

    // MARK: for streams

    func streamHasOutput(_ stream: LinkStream) {
        guard !stream.isQueued, stream.canSend else { return }
        stream.isQueued = true
        queue.append(stream, sentBytes: stream.sentBytes)
        scheduleFlush()
    }

    func consumed(_ byteCount: Int, on stream: LinkStream) {
        guard streams[stream.id] === stream else { return }
        let grant = stream.machine.consumed(byteCount, from: &pool)
        guard grant > 0 else { return }
        var payload = ByteBuffer()
        payload.writeVarint(UInt64(grant))
        writeUrgent(.credit, stream: stream.id, payload: payload)
    }

    func reset(_ stream: LinkStream, _ error: LinkError) {
        guard streams[stream.id] === stream else { return }
        // A request that hasn't left needs no end: the other end never hears of it.
        let isKnown = machine.role == .listener || stream.machine.hasSentHead
        if isKnown, !stream.machine.isDone { writeReset(stream.id, error) }
        remove(stream)
    }

    private func remove(_ stream: LinkStream) {
        stream.machine.close(returningTo: &pool)
        stream.outbox.removeAll()
        stream.blockEncoder = nil
        stream.answerReceiver = nil
        stream.requestReceiver = nil
        streams[stream.id] = nil
        closeIfDrained()
    }

    /// Once all streams are done, the last flush closes a lane that drains.
    private func closeIfDrained() {
        if machine.mayEnd, streams.isEmpty { scheduleFlush() }
    }

    /// Counts what went over the wire.
    func carried(_ bytes: WireBytes) {
        wireBytes += bytes
        ownerEvents.lane(self, carried: bytes)
    }

    // MARK: channel events

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { start(context) }
    }

    package func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    package func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    private func start(_ context: ChannelHandlerContext) {
        var hello = context.channel.allocator.buffer(capacity: 64)
        hello.writeBytes(LaneMachine.preface)
        var payload = ByteBuffer()
        machine.settings.write(to: &payload)
        hello.writeFrame(.settings, payload: payload)
        context.writeAndFlush(wrapOutboundOut(hello), promise: nil)
        if knownPeerName == nil { knownPeerName = context.remoteAddress?.hostAndPort }
        schedulePing(in: startTimeout, context)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !machine.isClosed else { return }
        machine.heard(at: context.eventLoop.now)
        var bytes = unwrapInboundIn(data)
        if inbound.readableBytes == 0 { inbound = bytes } else { inbound.writeBuffer(&bytes) }
        do throws(LinkError) {
            guard try machine.readPreface(from: &inbound) else { return }
            while !machine.isClosed, let frame = try Frame.read(from: &inbound) { try received(frame) }
        } catch {
            end(error)
        }
        // Pieces of body share this memory; it goes when the last of them does. What was read must not stay before what
        // wasn't: frames that never end where a read does would make the buffer grow for ever.
        if inbound.readableBytes == 0 { inbound = ByteBuffer() } else { inbound.discardReadBytes() }
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { flush() }
        context.fireChannelWritabilityChanged()
    }

    /// TLS is content with a client that doesn't ask for a protocol; the link is not.
    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted(let name)? = event as? TLSUserEvent, name != LaneMachine.applicationProtocol {
            let words = "the other end doesn't offer \(LaneMachine.applicationProtocol) as its protocol in TLS (ALPN)"
            end(LinkError(.foreignPeer, words))
        }
        context.fireUserInboundEventTriggered(event)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        end(LinkError(.closed, "the other end closed the link"))
        context.fireChannelInactive()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let refusal = error as? LinkError { return end(refusal) }
        let words = (error as? IOError)?.words ?? TLSWords.words(for: error)
        end(LinkError(.closed, "the link broke: \(words)"))
    }

    // MARK: frames that come

    private func received(_ frame: Frame) throws(LinkError) {
        var payload = frame.payload
        // A kind of a newer version is skipped.
        guard let kind = FrameKind(rawValue: frame.kind) else { return try machine.checkOpen() }
        if kind == .settings {
            try machine.received(LaneSettings(reading: &payload))
            encoder = HeadEncoder(
                tableBytes: machine.peerSettings.headTableBytes, maxHeadBytes: machine.peerSettings.maxHeadBytes)
            if let context { schedulePing(in: Self.pingInterval, context) }
            ownerEvents.laneOpened(self)
            return scheduleFlush()  // an end that drains already has something to say
        }
        try machine.checkOpen()
        switch kind {
        case .settings: break
        case .padding: if frame.stream != 0 { _ = try stream(frame) }
        case .request: try receivedRequest(frame, &payload)
        case .response: try receivedResponse(frame, &payload)
        case .data: try receivedData(frame, payload)
        case .trailers: try receivedTrailers(frame, &payload)
        case .reset: try receivedReset(frame, &payload)
        case .credit: try receivedCredit(frame, &payload)
        case .ping: try receivedPing(frame, &payload)
        case .goAway: try receivedGoAway(&payload)
        }
    }

    /// The stream of a frame; `nil` where this end has forgotten it already.
    private func stream(_ frame: Frame) throws(LinkError) -> LinkStream? {
        if let stream = streams[frame.stream] {
            stream.linkBytes += frame.payload.readableBytes + 6
            return stream
        }
        guard machine.wasOpened(frame.stream) else {
            throw .violation("a frame for stream \(frame.stream), which was never opened")
        }
        return nil
    }

    private func receivedRequest(_ frame: Frame, _ payload: inout ByteBuffer) throws(LinkError) {
        let opening = try machine.receivedOpening(of: frame.stream, current: streams.count)
        var request = try decoder.request(&payload)  // even where it is refused: heads build on each other
        guard opening == .accept else {
            let why =
                machine.isDraining
                ? "this connection ends" : "\(streams.count) requests at once are under way here"
            return writeReset(frame.stream, LinkError(.refused, why))
        }
        let stream = addStream(frame.stream)
        stream.linkBytes = frame.payload.readableBytes + 6
        let end = frame.flags.contains(.end)
        request.isCompared = !frame.flags.contains(.uncompared)
        try stream.machine.receivedHead(interim: false, end: end)
        let receiver = ownerEvents.lane(self, opened: stream, request, end: end)
        if streams[stream.id] === stream { stream.requestReceiver = receiver }
    }

    private func receivedResponse(_ frame: Frame, _ payload: inout ByteBuffer) throws(LinkError) {
        let (answer, failure) = try decoder.answer(&payload, isPage: frame.flags.contains(.page))
        guard machine.role == .sender else { throw .violation("an answer from a sender") }
        guard let stream = try stream(frame) else { return }
        let (interim, end) = (frame.flags.contains(.interim), frame.flags.contains(.end))
        let status = answer.head.status.code
        guard interim == (status < 200 && status != 101) else {
            throw .violation("status \(status) in an answer that is \(interim ? "" : "not ")interim")
        }
        try stream.machine.receivedHead(interim: interim, end: end)
        if interim {
            stream.answerReceiver?.received(interim: answer.head)
        } else if let failure {
            let receiver = stream.answerReceiver
            reset(stream, LinkError(.cancelled, ""))
            receiver?.failed(failure)
        } else {
            if frame.flags.contains(.blocks) { stream.inbox = BlockInbox() }
            stream.answerReceiver?.received(answer)
            if end { received(endOf: stream, trailers: nil) }
        }
    }

    private func receivedData(_ frame: Frame, _ payload: ByteBuffer) throws(LinkError) {
        guard let stream = try stream(frame) else { return }
        let end = frame.flags.contains(.end)
        try stream.machine.receivedBody(byteCount: payload.readableBytes, end: end)
        if payload.readableBytes > 0 { stream.received(payload) }
        if end { received(endOf: stream, trailers: nil) }
    }

    private func receivedTrailers(_ frame: Frame, _ payload: inout ByteBuffer) throws(LinkError) {
        let trailers = try decoder.trailers(&payload)
        guard let stream = try stream(frame) else { return }
        try stream.machine.receivedTrailers()
        received(endOf: stream, trailers: trailers)
    }

    private func received(endOf stream: LinkStream, trailers: HTTPHeaders?) {
        // An answer may be complete before the request is: what is left of it, nobody wants.
        let answerReceiver = stream.answerReceiver
        if machine.role == .sender {
            stream.answerReceiver = nil
            if !stream.machine.isDone { writeReset(stream.id, LinkError(.cancelled, "answered already")) }
            remove(stream)
        }
        guard stream.inbox == nil else { return stream.receivedEnd(ofBlocksFor: answerReceiver, trailers: trailers) }
        answerReceiver?.receivedEnd(trailers: trailers)
        stream.requestReceiver?.receivedRequestEnd(trailers: trailers)
    }

    private func receivedReset(_ frame: Frame, _ payload: inout ByteBuffer) throws(LinkError) {
        guard let code = payload.readVarint() else { throw .violation("a RESET without a code") }
        if machine.role == .listener, let context, !resets.take(at: context.eventLoop.now) {
            throw .violation(
                "over \(ResetBudget.burst) requests taken back, and then \(ResetBudget.perSecond) a second")
        }
        guard let stream = try stream(frame) else { return }
        let message = payload.readWords()
        let (answerReceiver, requestReceiver) = (stream.answerReceiver, stream.requestReceiver)
        remove(stream)
        requestReceiver?.cancelled()
        answerReceiver?.failed(ExchangeFailure(code: UInt8(exactly: code).flatMap(LinkError.Code.init), message))
    }

    private func receivedCredit(_ frame: Frame, _ payload: inout ByteBuffer) throws(LinkError) {
        guard let grant = payload.readVarint() else { throw .violation("CREDIT without a number") }
        guard let stream = try stream(frame) else { return }
        try stream.machine.receivedCredit(grant)
        streamHasOutput(stream)
    }

    private func receivedPing(_ frame: Frame, _ payload: inout ByteBuffer) throws(LinkError) {
        guard let id = payload.readVarint() else { throw .violation("PING without a number") }
        guard !frame.flags.contains(.answer) else {
            if let context, let sample = machine.receivedPong(id, at: context.eventLoop.now) {
                ownerEvents.lane(self, measured: sample)
            }
            return
        }
        var answer = ByteBuffer()
        answer.writeVarint(id)
        writeUrgent(.ping, flags: .answer, payload: answer)
    }

    private func receivedGoAway(_ payload: inout ByteBuffer) throws(LinkError) {
        guard let last = payload.readVarint(), let code = payload.readVarint() else {
            throw .violation("GOAWAY ends within its numbers")
        }
        let message = payload.readWords()
        guard code == LinkError.Code.cancelled.rawValue else {
            return end(LinkError(.closed, "the other end gave the link up: \(message)"))
        }
        guard machine.role == .sender else {
            if last < LaneMachine.maxStream {
                machine.peerStops()
                return closeIfDrained()
            }
            // The sender asks for another lane; this one takes requests until the sender closes it.
            return ownerEvents.laneDrains(self)
        }
        machine.drain()
        owesGoAway = true
        ownerEvents.laneDrains(self)
        for stream in streams.values.filter({ UInt64($0.id) > last }) {
            let receiver = stream.answerReceiver
            remove(stream)
            receiver?.failed(ExchangeFailure(code: .refused, message))
        }
        scheduleFlush()
    }

    // MARK: frames that go

    private func writeUrgent(
        _ kind: FrameKind, flags: FrameFlags = [], stream: UInt32 = 0, payload: ByteBuffer
    ) {
        urgent.writeFrame(kind, flags: flags, stream: stream, payload: payload)
        scheduleFlush()
    }

    private func writeReset(_ stream: UInt32, _ error: LinkError) {
        var payload = ByteBuffer()
        payload.writeVarint(UInt64(error.code.rawValue))
        payload.writeString(String(error.message.prefix(256)))
        writeUrgent(.reset, stream: stream, payload: payload)
    }

    private func writeGoAway(lastStream: UInt32, _ error: LinkError) {
        var payload = ByteBuffer()
        payload.writeVarint(UInt64(lastStream))
        payload.writeVarint(UInt64(error.code.rawValue))
        payload.writeString(String(error.message.prefix(256)))
        writeUrgent(.goAway, payload: payload)
    }

    /// Sends at the end of this turn of the event loop: all that comes together by then goes in one TLS record.
    private func scheduleFlush() {
        guard !isFlushScheduled, let context else { return }
        isFlushScheduled = true
        context.eventLoop.assumeIsolatedUnsafeUnchecked().execute { self.flush() }
    }

    private func flush() {
        isFlushScheduled = false
        guard let context, machine.isOpen else { return }
        guard context.channel.isWritable || urgent.readableBytes <= Self.maxUrgentBytes else {
            return end(
                .violation("over \(Self.maxUrgentBytes) bytes wait for an end that asks for them and doesn't read"))
        }
        var wrote = false
        while context.channel.isWritable {
            var batch = urgent
            urgent = ByteBuffer()
            while context.channel.isWritable, batch.readableBytes < Self.batchBytes, let stream = queue.popFirst() {
                stream.isQueued = false
                guard streams[stream.id] === stream else { continue }
                do throws(LinkError) { try emit(stream, to: &batch) } catch {
                    guard error.code == .originFailed else { return end(error) }
                    giveUp(stream, error)
                }

            }
            guard batch.readableBytes > 0 else { break }
            context.write(wrapOutboundOut(batch), promise: nil)
            wrote = true
        }
        if owesGoAway, streams.values.allSatisfy(\.machine.hasSentHead) {
            owesGoAway = false
            writeGoAway(lastStream: machine.lastStream, LinkError(.cancelled, "no more requests come"))
            context.write(wrapOutboundOut(urgent), promise: nil)
            urgent = ByteBuffer()
            wrote = true
        }
        if wrote { context.flush() }
        if machine.mayEnd, streams.isEmpty { closeWhenSent(context) }
    }

    /// Ends a lane that is drained, once all that was written has left: what waits in the channel is lost when it closes.
    private func closeWhenSent(_ context: ChannelHandlerContext) {
        guard !isClosingSoon else { return }
        isClosingSoon = true
        var last = ByteBuffer()
        last.writeFrame(.padding, payload: ByteBuffer())
        context.writeAndFlush(wrapOutboundOut(last)).assumeIsolatedUnsafeUnchecked().whenComplete { _ in
            self.end(LinkError(.cancelled, "drained"))
        }
    }

    /// Gives up a stream whose head the other end wouldn't take.
    private func giveUp(_ stream: LinkStream, _ error: LinkError) {
        let (answerReceiver, requestReceiver) = (stream.answerReceiver, stream.requestReceiver)
        reset(stream, error)
        requestReceiver?.cancelled()
        answerReceiver?.failed(ExchangeFailure(.link, error.message))
    }

    /// Writes what one stream may send in its turn.
    private func emit(_ stream: LinkStream, to batch: inout ByteBuffer) throws(LinkError) {
        let start = batch.writerIndex
        var bodyBytes = 0
        while bodyBytes < Frame.maxDataBytes, stream.canSend, let next = stream.outbox.first {
            if case .body = next {} else { stream.outbox.removeFirst() }
            switch next {
            case .request(let request):
                let payload = try encoder!.payload(of: request)
                let end = stream.takeEnd()
                stream.machine.sentHead(interim: false, end: end)
                var flags: FrameFlags = request.isCompared ? [] : .uncompared
                if end { flags.insert(.end) }
                batch.writeFrame(.request, flags: flags, stream: stream.id, payload: payload)
            case .interim(let head):
                let payload = try encoder!.payload(of: Answer(head: head))
                stream.machine.sentHead(interim: true, end: false)
                batch.writeFrame(.response, flags: .interim, stream: stream.id, payload: payload)
            case .answer(let answer, let failure):
                let payload = try encoder!.payload(of: answer, failure: failure)
                let end = stream.takeEnd()
                stream.machine.sentHead(interim: false, end: end)
                var flags: FrameFlags = answer.page == nil ? [] : .page
                if end { flags.insert(.end) }
                if stream.sendsBlocks { flags.insert(.blocks) }
                batch.writeFrame(.response, flags: flags, stream: stream.id, payload: payload)
            case .body:
                let (body, end) = stream.takeBody(atMost: Frame.maxDataBytes)
                stream.machine.sentBody(byteCount: body.readableBytes, end: end)
                bodyBytes += body.readableBytes
                batch.writeFrame(.data, flags: end ? .end : [], stream: stream.id, payload: body)
            case .padding(let byteCount):
                batch.writePadding(stream: stream.id, byteCount: byteCount)
            case .end(let trailers?):
                let payload = try encoder!.payload(ofTrailers: trailers)
                stream.machine.sentTrailers()
                batch.writeFrame(.trailers, stream: stream.id, payload: payload)
            case .end(nil):
                stream.machine.sentBody(byteCount: 0, end: true)
                batch.writeFrameHeader(.data, flags: .end, stream: stream.id, payloadBytes: 0)
            }
        }
        stream.linkBytes += batch.writerIndex - start
        if stream.canSend {
            stream.isQueued = true
            queue.append(stream, sentBytes: stream.sentBytes)
        }
        stream.resumeIfDrained()
        if !stream.machine.isSending { stream.requestReceiver?.answerSent() }
        if stream.machine.isDone {
            remove(stream)
        } else if machine.role == .listener, !stream.machine.isSending {
            // Answered before the request was complete: what is left of it, nobody reads.
            reset(stream, LinkError(.cancelled, "answered already"))
        }
    }

    // MARK: pings and the end

    private func schedulePing(in delay: TimeAmount, _ context: ChannelHandlerContext) {
        pings?.cancel()
        pings = context.eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: delay) { self.ping() }
    }

    /// Ends the lane: every stream hears of it, the owner last.
    func end(_ error: LinkError) {
        guard !machine.isClosed else { return }
        if let context, error.code == .protocolViolation || error.code == .foreignPeer {
            urgent = ByteBuffer()
            writeGoAway(lastStream: 0, error)
            context.writeAndFlush(wrapOutboundOut(urgent), promise: nil)
        }
        machine.close()
        pings?.cancel()
        farewell?.cancel()
        queue.removeAll()
        let ended = streams
        streams = [:]
        for stream in ended.values.sorted(by: { $0.id < $1.id }) {
            let (answerReceiver, requestReceiver) = (stream.answerReceiver, stream.requestReceiver)
            let unseen = stream.outbox.contains { if case .request = $0 { true } else { false } }
            remove(stream)
            requestReceiver?.cancelled()
            answerReceiver?.failed(ExchangeFailure(.link, error.message, requestUnseen: unseen))
        }
        context?.close(promise: nil)
        ownerEvents.laneClosed(self, error)
    }
}

/// Who keeps a lane.
package protocol LaneOwner: AnyObject {
    /// Streams may be opened, or may come, from now on.
    func laneOpened(_ lane: Lane)
    /// The other end takes no new streams, or a sender asks for another lane; a fresh one is needed.
    func laneDrains(_ lane: Lane)
    /// The lane is over.
    func laneClosed(_ lane: Lane, _ error: LinkError)
    /// Bytes went over the wire, in TCP's payload.
    func lane(_ lane: Lane, carried bytes: WireBytes)
    /// A ping was answered after this time.
    func lane(_ lane: Lane, measured roundTrip: TimeAmount)
    /// A request came, on the listener's end; `end` tells that it has no body. `nil` where it was answered at once.
    func lane(_ lane: Lane, opened stream: LinkStream, _ request: LinkRequest, end: Bool) -> (any LinkRequestReceiver)?
}

extension LaneOwner {
    package func lane(_ lane: Lane, carried bytes: WireBytes) {}
    package func lane(_ lane: Lane, measured roundTrip: TimeAmount) {}
}

extension LinkStream {
    /// Whether the stream ends right here; takes the end off the outbox then.
    func takeEnd() -> Bool {
        guard case .end(nil)? = outbox.first else { return false }
        outbox.removeFirst()
        return true
    }
}

extension ExchangeFailure {
    /// What a RESET from the other end means.
    init(code: LinkError.Code?, _ message: String) {
        switch code {
        case .refused: self.init(.overloaded, message, requestUnseen: true)
        case .originFailed: self.init(.origin, message)
        case .cancelled, .protocolViolation, .foreignPeer, .silent, .closed, .shutOut, nil:
            self.init(.link, "the other end gave the request up: \(message)")
        }
    }
}
