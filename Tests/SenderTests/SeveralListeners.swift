import DeltaEngine
import EmbeddedLine
import Exchange
import Foundation
import HTTPRules
import Link
import NIOCore
import NIOHTTP1
import PageStore
import Testing

@testable import Sender

/// Requests of a sender with more than one listener.
struct SeveralListeners {
    private let get = "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"
    private let post = "POST / HTTP/1.1\r\nHost: www.example.org\r\nContent-Length: 2\r\n\r\nab"
    private static let two = "127.0.0.1:2408 127.0.0.2:2408"
    private let end: SenderEnd

    init() throws { end = try SenderEnd("listeners.policy = primary", listeners: Self.two) }

    @Test func aGetWhoseLinkBreaksGoesToTheOtherOne() throws {
        let client = try end.client(get)
        #expect(end.listeners.map(\.requests.count) == [1, 0])
        end.links[0].cut()
        end.run()
        #expect(end.listeners.map(\.requests.count) == [1, 1])
        end.listeners[1].requests[0].answer(.noContent)
        end.listeners[1].requests[0].stream.finish(trailers: nil)
        #expect(client.received().hasPrefix("HTTP/1.1 204 "))
        #expect(end.worker.statistics.counters.linkRetriesElsewhere == 1)
    }

    @Test func aDeltaWhoseLinkBreaksBeforeItIsCompleteComesFromTheOtherOne() throws {
        let (old, page) = (samplePage(6000, word: "old"), samplePage(6000))
        let key = PageKey(scheme: "http", authority: "www.example.org", target: "/")
        end.store.insert(old, version: PageVersion(of: old.span), key: key, owner: .shared)
        let client = try end.client(get)
        let asked = end.listeners[0].requests[0]
        asked.answer(.ok, ["Content-Type": "text/html"], page: PageTransfer(of: page, base: 0))
        asked.stream.send(ByteBuffer(bytes: try encoded(page, base: old).dropLast()))
        end.run()
        end.links[0].cut()
        end.run()
        try #require(end.listeners[1].requests.count == 1)
        end.listeners[1].requests[0].answer(page: PageTransfer(of: page), delta: try encoded(page))
        #expect(client.received().hasSuffix(String(decoding: page, as: UTF8.self)))
    }

    @Test func aPostWhoseLinkBreaksIsNotRepeated() throws {
        let client = try end.client(post)
        end.links[0].cut()
        #expect(client.received().hasPrefix("HTTP/1.1 527 ") && end.listeners[1].requests.isEmpty)
    }

    @Test func aPutIsSentAgainWithItsBody() throws {
        _ = try end.client(post.replacing("POST", with: "PUT"))
        #expect(end.listeners[0].requests[0].body == "ab")
        end.links[0].cut()
        end.run()
        #expect(end.listeners[1].requests.map(\.body) == ["ab"] && end.listeners[1].requests[0].events == ["end"])
    }

    @Test func aPutIsNotSentAgainWhenItsBodyWasLong() throws {
        let body = String(repeating: "x", count: RequestBodyCopy.maxBytes + 1)
        let client = try end.client(
            "PUT / HTTP/1.1\r\nHost: www.example.org\r\nContent-Length: \(body.count + 1)\r\n\r\n" + body)
        end.links[0].cut()
        #expect(client.received().hasPrefix("HTTP/1.1 527 ") && end.listeners[1].requests.isEmpty)
    }

    @Test func aPostThatIsRefusedGoesToTheOtherOneWithItsBody() throws {
        _ = try end.client(post)
        end.listeners[0].requests[0].stream.reset(LinkError(.refused, "no room"))
        end.run()
        #expect(end.listeners[1].requests.map(\.body) == ["ab"])
    }

    @Test(arguments: ["127.0.0.1:2408|127.0.0.2:2408 127.0.0.3:2408", "127.0.0.1:2408|127.0.0.2:2408"])
    func anotherListenerIsBetterThanAnotherPathAndThatBetterThanNone(listeners: String) throws {
        let end = try SenderEnd("listeners.policy = primary", listeners: listeners)
        _ = try end.client(get)
        let used = try #require(end.listeners.firstIndex { !$0.requests.isEmpty })
        #expect(used < 2)
        end.links[used].cut()
        end.run()
        #expect(end.listeners.map(\.requests.count).reduce(0, +) == 2)
        #expect(end.listeners[1 - used].requests.count == (end.listeners.count == 2 ? 1 : 0))
    }

    @Test func whoIsRefusedByBothIsTold() throws {
        let client = try end.client(get)
        end.listeners[0].requests[0].stream.reset(LinkError(.refused, "no room"))
        end.run()
        end.listeners[1].requests[0].stream.reset(LinkError(.refused, "no room"))
        #expect(client.received().hasPrefix("HTTP/1.1 503 "))
    }

    @Test func aListenerThatRefusesAgainAndAgainIsPassedByAndTriedAgain() throws {
        for place in 0..<3 {
            _ = try end.client(get)
            guard end.listeners[0].requests.count > place else { continue }
            end.listeners[0].requests[place].stream.reset(LinkError(.refused, "no room"))
            end.run()
        }
        while end.worker.lanes[0].circuit == .closed {  // its share falls: not each request goes there
            let before = end.listeners[0].requests.count
            _ = try end.client(get)
            if end.listeners[0].requests.count > before {
                end.listeners[0].requests[before].stream.reset(LinkError(.refused, "no room"))
                end.run()
            }
        }
        let before = end.listeners[0].requests.count
        for _ in 0..<20 { _ = try end.client(get) }
        #expect(end.listeners[0].requests.count == before)
        end.advance(seconds: 30)
        _ = try end.client(get)
        #expect(end.listeners[0].requests.count == before + 1)
        end.listeners[0].requests[before].answer(.noContent)
        end.run()
        #expect(end.worker.lanes[0].circuit == .closed && end.worker.lanes[0].share < 1)
    }

    @Test func aListenerThatGoesIsLeftAtOnce() throws {
        end.links[0].listenerLane.drain()
        end.run()
        _ = try end.client(get)
        #expect(end.listeners.map(\.requests.count) == [0, 1])
    }

    @Test func aFullListenerLeavesRequestsToTheOtherOne() throws {
        let end = try SenderEnd("listeners.policy = primary", listeners: Self.two, maxStreams: 2)
        for _ in 0..<4 { _ = try end.client(get) }
        #expect(end.listeners.map(\.requests.count) == [2, 2])
        let client = try end.client(get)
        #expect(client.received().hasPrefix("HTTP/1.1 503 "))
    }

    @Test func theStatisticsTellOfEachLaneAndItsListener() throws {
        let json = try JSONEncoder().encode(end.worker.lanes[1])
        let lane = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        #expect(lane["address"] as? String == "127.0.0.2:2408" && lane["state"] as? String == "open")
        #expect(lane["listener"] as? String == "127.0.0.2:2408" && lane["group"] as? String == "default")
        #expect(lane["policy"] as? String == "primary" && lane["circuit"] as? String == "closed")
        #expect(lane["share"] as? Double == 1 && lane["failures"] as? Int == 0)
    }

    @Test func newSettingsKeepLanesThatStay() throws {
        let lane = end.links[1].senderLane
        end.worker.updateLinks(
            ["default": .init(listeners: [[.init(host: "127.0.0.2", port: 2408)]], policy: .primary)], tls: nil)
        end.run()
        #expect(lane.isOpen && !end.links[0].senderLane.isOpen && end.worker.lanes.count == 1)
        _ = try end.client(get)
        #expect(end.listeners.map(\.requests.count) == [0, 1])
    }
}
