import Exchange
import Link
import NIOCore
import NIOEmbedded
import NIOHTTP1

/// Hands an input to a lane, as what its other end says after a right start.
///
/// The first byte's lowest bit: a listener's lane, or a sender's with three open streams. The rest of it: how many bytes come
/// at once, 0 for all.
func testLane(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let role: LinkRole = first & 1 == 0 ? .listener : .sender
    let owner = Owner()
    let loop = EmbeddedEventLoop()
    let lane = Lane(role: role, settings: LaneSettings(), owner: owner)
    let channel = EmbeddedChannel(handler: lane, loop: loop)
    channel.connect(to: try! SocketAddress(ipAddress: "127.0.0.1", port: 2408), promise: nil)
    func say(_ bytes: some Collection<UInt8>) {
        guard channel.isActive else { return }
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
        loop.run()
        while (try? channel.readOutbound(as: ByteBuffer.self)) != nil {}
    }

    say(Array("RAILGUN\u{1}".utf8) + [0, 0, 5, 2, 0x80, 0, 0x40, 0])  // 16,384 bytes of credit: soon used up
    var receivers: [Receiver] = []
    for _ in 0..<3 where role == .sender {
        let request = LinkRequest(
            method: "POST", scheme: "https", authority: "a", target: "/", fields: ["b": "c"], offers: [1, 2])
        let receiver = Receiver()
        receiver.stream = lane.open(request, receiver: receiver)
        receiver.stream?.send(ByteBuffer(repeating: 0, count: 20_000))
        receivers.append(receiver)
    }
    loop.run()

    var rest = input.dropFirst()
    let pieceBytes = first >> 1 == 0 ? rest.count : Int(first >> 1)
    while !rest.isEmpty {
        say(rest.prefix(pieceBytes))
        rest = rest.dropFirst(pieceBytes)
    }
    loop.advanceTime(by: .seconds(4))
    lane.close()
    loop.run()
    precondition(lane.streamCount == 0 && owner.closings == 1)
    // Each answer ends once: complete or failed.
    for receiver in receivers { precondition(receiver.endings == 1) }
}

/// Takes an answer, or a request, and hands all of it on at once.
final class Receiver: AnswerReceiver, LinkRequestReceiver {
    var endings = 0
    weak var stream: LinkStream?

    func received(interim head: HTTPResponseHead) { precondition(endings == 0) }
    func received(_ answer: Answer) { precondition(endings == 0) }
    func received(_ body: ByteBuffer) {
        precondition(endings == 0)
        stream?.consumed(body.readableBytes)
    }
    func receivedEnd(trailers: HTTPHeaders?) { endings += 1 }
    func failed(_ failure: ExchangeFailure) { endings += 1 }
    func requestBecameWritable() { stream?.send(ByteBuffer(repeating: 0, count: 1000)) }
    func received(requestBody body: ByteBuffer) { stream?.consumed(body.readableBytes) }
    func receivedRequestEnd(trailers: HTTPHeaders?) {
        stream?.send(ByteBuffer(repeating: 0, count: 20_000))
        stream?.finish(trailers: trailers)
    }
    func cancelled() {}
    func answerSent() {}
    func answerBecameWritable() {}
}

/// Answers each request; fails those for `/f`.
final class Owner: LaneOwner {
    var closings = 0
    private var receivers: [Receiver] = []

    func laneOpened(_ lane: Lane) {}
    func laneDrains(_ lane: Lane) {}
    func laneClosed(_ lane: Lane, _ error: LinkError) { closings += 1 }

    func lane(
        _ lane: Lane, opened stream: LinkStream, _ request: LinkRequest, end: Bool
    ) -> (any LinkRequestReceiver)? {
        guard request.target != "/f" else {
            stream.fail(ExchangeFailure(.origin, "no"))
            return nil
        }
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: request.fields)
        stream.answer(Answer(head: head))
        let receiver = Receiver()
        receiver.stream = stream
        receivers.append(receiver)
        if end { receiver.receivedRequestEnd(trailers: nil) }
        return receiver
    }
}
