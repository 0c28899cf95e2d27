import EmbeddedLine
import Exchange
import HTTPRules
import NIOCore
import NIOHTTP1
import Testing

@testable import Sender

/// What becomes of requests while there is no link, or when it breaks.
struct WithoutLink {
    private let get = "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"

    @Test func aRequestWaitsForTheLink() throws {
        let end = try SenderEnd(isLinked: false)
        let client = try end.client(get)
        end.advance(seconds: 1)
        #expect(client.received() == "")
        end.openLink()
        #expect(end.listener.requests.count == 1)
    }

    @Test func itWaitsForTwoSeconds() throws {
        let end = try SenderEnd(isLinked: false)
        let client = try end.client(get)
        end.advance(seconds: 3)
        let answer = client.received()
        #expect(answer.hasPrefix("HTTP/1.1 527 ") && answer.contains("is interrupted"))
        end.openLink()
        #expect(end.listener.requests.isEmpty && client.channel.isActive)
    }

    @Test func aClientThatGoesWhileItWaitsIsForgotten() throws {
        let end = try SenderEnd(isLinked: false)
        try end.client(get).close()
        end.openLink()
        #expect(end.listener.requests.isEmpty && end.worker.statistics.counters.requestsCancelled == 1)
    }

    @Test func aRequestThatWaitsGoesOnInTheGroupThatAReloadNames() throws {
        let end = try SenderEnd(isLinked: false)
        let client = try end.client(get)
        end.advance(seconds: 1)
        try end.reload("listeners.new = 127.0.0.1:2409\nsite.default = new")
        #expect(client.received() == "")
        end.openLink()
        #expect(end.listener.requests.count == 1)
    }

    @Test func aRequestThatWaitsIsToldWhereAReloadNamesNoGroupForItsSite() throws {
        let end = try SenderEnd(isLinked: false)
        let client = try end.client(get)
        try end.reload("listeners.new = 127.0.0.1:2409\nsite.shop.example.org = new")
        #expect(client.received().hasPrefix("HTTP/1.1 421 "))
    }

    @Test func aHostWithAnOriginIsAskedDirectly() throws {
        let end = try SenderEnd("origin.www.example.org = http://192.0.2.1:8080", isLinked: false)
        let client = try end.client(get)
        let origin = end.origins.connections[0]
        #expect(
            origin.address.port == 8080 && origin.received().hasPrefix("GET / HTTP/1.1\r\nHost: www.example.org\r\n"))
        origin.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        #expect(client.received().hasSuffix("\r\n\r\nok"))
        #expect(end.worker.statistics.counters.pagesDirect == 1)
    }

    @Test func aHostOfNoGroupIsMisdirected() throws {
        let end = try SenderEnd("site.shop.example.org = default", isLinked: false)
        let client = try end.client(get)
        #expect(client.received().hasPrefix("HTTP/1.1 421 ") && end.listener.requests.isEmpty)
    }

    @Test func aGetWhoseLinkBreaksIsAskedOnceMore() throws {
        let end = try SenderEnd("origin.www.example.org = http://192.0.2.1:8080")
        let client = try end.client(get)
        end.link?.cut()
        #expect(end.origins.connections.count == 1 && client.received() == "")
        end.origins.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        #expect(client.received().hasSuffix("ok"))
        #expect(end.worker.statistics.counters.linkRetries == 1)
    }

    @Test func aPostWhoseLinkBreaksIsNotRepeated() throws {
        let end = try SenderEnd("origin.www.example.org = http://192.0.2.1:8080")
        let client = try end.client("POST / HTTP/1.1\r\nHost: www.example.org\r\nContent-Length: 2\r\n\r\nab")
        end.link?.cut()
        #expect(client.received().hasPrefix("HTTP/1.1 527 ") && end.origins.connections.isEmpty)
    }
}
