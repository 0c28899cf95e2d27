import EmbeddedLine
import NIOEmbedded
import Testing

@testable import Sender

/// Lanes that a listener opened itself, as one event loop of the sender sees them.
struct DialedLanes {
    private let get = "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"
    private let end: SenderEnd
    private let listener = ScriptedListener()

    init() throws {
        end = try SenderEnd(isLinked: false)
        end.worker.updateLinks(["default": .init(dialed: ["inner.example.org"])], tls: nil)
    }

    private func dial() -> EmbeddedLink {
        EmbeddedLink(
            sender: AcceptedLane(EmbeddedChannel(), worker: end.worker), listener: listener, loop: end.loop)
    }

    @Test func aListenerWhoseGroupGoesIsAskedForAnotherLaneAndTheOldOneCarriesOnUntilItIsDone() throws {
        let link = dial()
        let client = try end.client(get)
        link.run()
        end.worker.updateLinks(["other": .init(dialed: ["inner.example.org"])], tls: nil)
        link.run()
        #expect(listener.drains == 1)
        listener.requests[0].answer(.noContent)
        listener.requests[0].stream.finish(trailers: nil)
        link.run()
        #expect(client.received().hasPrefix("HTTP/1.1 204 ") && link.listenerLane.eventLoop == nil)
    }

    @Test func aLaneThatComesWhileTheSenderDrainsIsAskedForAnotherAndServesUntilThen() throws {
        end.worker.drain()
        let link = dial()
        #expect(listener.drains == 1)
        _ = try end.client(get)
        link.run()
        #expect(listener.requests.count == 1)
    }

    @Test func oneListenerOpensSoManyLanesAndNoMore() {
        let links = (0...end.worker.lanesOfListener).map { _ in dial() }
        for link in links { link.run() }
        #expect(links.dropLast().allSatisfy(\.senderLane.isOpen) && !links.last!.senderLane.isOpen)
        for link in links { link.cut() }
    }

    @Test func aLaneGivesWayWhereItsReplacementCame() throws {
        let old = dial()
        let client = try end.client(get)
        old.run()
        end.worker.drain()
        old.run()
        let fresh = dial()
        old.run()
        #expect(listener.drains == 2 && !old.senderLane.isOpen && fresh.senderLane.isOpen)
        listener.requests[0].answer(.noContent)
        listener.requests[0].stream.finish(trailers: nil)
        old.run()
        #expect(client.received().hasPrefix("HTTP/1.1 204 ") && old.listenerLane.eventLoop == nil)
    }
}
