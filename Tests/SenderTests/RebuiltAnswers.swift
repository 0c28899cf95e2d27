import DeltaEngine
import EmbeddedLine
import Exchange
import HTTPRules
import NIOCore
import NIOHTTP1
import PageStore
import Testing

@testable import Sender

/// Pages, from the link to the client.
struct RebuiltAnswers {
    private let old = samplePage(6000, word: "old"), new = samplePage(6000, word: "new")
    private let get = "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"
    private let end: SenderEnd

    init() throws { end = try SenderEnd() }

    /// Keeps a page as an earlier answer.
    private let news = PageKey(scheme: "http", authority: "www.example.org", target: "/")

    private func keep(_ page: [UInt8]) {
        end.store.insert(page, version: PageVersion(of: page.span), key: news, owner: .shared)
    }

    @Test func aPageIsOfferedAndRebuilt() throws {
        keep(old)
        let client = try end.client(get)
        let asked = end.listener.requests[0]
        #expect(asked.request.offers == [PageVersion(of: old.span).prefix])
        asked.answer(page: PageTransfer(of: new, base: 0), delta: try encoded(new, base: old))
        let answer = client.received()
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.contains("Content-Length: \(new.count)\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n" + String(decoding: new, as: UTF8.self)))
        client.send(get)
        #expect(end.listener.requests[1].request.offers.first == PageVersion(of: new.span).prefix)
    }

    /// The listener hears of it; an older one sends a page nevertheless, and that is not kept.
    @Test func whatIsOffIsNeitherOfferedNorKept() throws {
        keep(old)
        try end.reload("listeners = 127.0.0.1:2408\ndelta.www.example.org = off")
        let client = try end.client(get)
        let asked = end.listener.requests[0]
        #expect(asked.request.offers == [] && !asked.request.isCompared)
        asked.answer(page: PageTransfer(of: new), delta: try encoded(new))
        #expect(client.received().hasSuffix(String(decoding: new, as: UTF8.self)))
        #expect(end.store.summary.versions == 1)
        client.send(get.replacing("GET", with: "POST").replacing("\r\n\r\n", with: "\r\nContent-Length: 0\r\n\r\n"))
        #expect(end.listener.requests[1].request.isCompared, "what is no page needs no word")
    }

    @Test func aVisitorIsOfferedNoPageOfAnother() throws {
        func ask(_ cookie: String) throws -> Asked {
            let client = try end.client(get.replacing("\r\n\r\n", with: "\r\nCookie: \(cookie)\r\n\r\n"))
            let asked = end.listener.requests[end.listener.requests.count - 1]
            asked.answer(page: PageTransfer(of: new), delta: try encoded(new))
            _ = client.received()
            return asked
        }
        let prefix = PageVersion(of: new.span).prefix
        #expect(try ask("id=anna").request.offers == [] && ask("id=bert").request.offers == [])
        #expect(try ask("_ga=7; id=anna").request.offers == [prefix] && ask("_ga=8").request.offers == [])
        #expect(try ask("id=cleo").request.offers == [prefix], "what was shared a moment ago")
    }

    @Test func nothingIsReleasedBeforeTheWholePageIsChecked() throws {
        let client = try end.client(get)
        let delta = try encoded(new)
        let asked = end.listener.requests[0]
        asked.answer(.ok, ["Content-Type": "text/html"], page: PageTransfer(of: new))
        asked.stream.send(ByteBuffer(bytes: delta))
        #expect(client.received() == "")
        asked.stream.finish(trailers: nil)
        #expect(client.received().hasSuffix(String(decoding: new, as: UTF8.self)))
    }

    @Test func aWrongPageIsAskedForAgainWhole() throws {
        keep(old)
        let client = try end.client(get)
        let third = samplePage(6000, word: "far")
        end.listener.requests[0].answer(page: PageTransfer(of: new, base: 0), delta: try encoded(third, base: old))
        #expect(client.received() == "")
        #expect(!end.store.offers(for: news, owner: .shared, limit: 4).contains { $0.bytes == old })
        #expect(end.listener.requests.count == 2 && end.listener.requests[1].request.offers == [])
        end.listener.requests[1].answer(page: PageTransfer(of: new), delta: try encoded(new))
        #expect(client.received().hasSuffix(String(decoding: new, as: UTF8.self)))
        #expect(end.worker.statistics.counters.hashFailures == 1)
    }

    @Test(arguments: [2, RequestBodyCopy.maxBytes + 1])
    func aWrongPageIsAskedForAgainWithTheRequestsBodyOrNotAtAll(bodyBytes: Int) throws {
        keep(old)
        let body = String(repeating: "b", count: bodyBytes)
        let client = try end.client(
            get.replacing("\r\n\r\n", with: "\r\nContent-Length: \(bodyBytes)\r\n\r\n") + body)
        let far = samplePage(6000, word: "far")
        end.listener.requests[0].answer(page: PageTransfer(of: new, base: 0), delta: try encoded(far, base: old))
        end.run()
        if bodyBytes == 2 {
            #expect(end.listener.requests.map(\.body) == [body, body] && end.listener.requests[1].events == ["end"])
        } else {
            #expect(end.listener.requests.count == 1 && client.received().hasPrefix("HTTP/1.1 527 "))
        }
    }

    @Test func aPageThatIsWrongTwiceIsAnError() throws {
        keep(old)
        let client = try end.client(get)
        for number in 0..<2 {
            let transfer = PageTransfer(of: new, base: number == 0 ? 0 : nil)
            let delta = try encoded(samplePage(6000, word: "far"), base: number == 0 ? old : nil)
            end.listener.requests[number].answer(page: transfer, delta: delta)
            end.run()
        }
        let answer = client.received()
        #expect(answer.hasPrefix("HTTP/1.1 527 ") && !answer.contains("line 1 of"))
        #expect(end.listener.requests.count == 2)
    }

    @Test func pagesThatCannotBeAreRefused() throws {
        keep(old)
        var tooLong = PageTransfer(of: new)
        tooLong.pageBytes = 1 << 27
        let cases: [(String, HTTPResponseStatus, PageTransfer, String)] = [
            (get, .ok, PageTransfer(of: new, base: 1), "527"), (get, .ok, tooLong, "527"),
            (get, .notFound, PageTransfer(of: new), "502"),
            ("DELETE / HTTP/1.1\r\nHost: www.example.org\r\n\r\n", .ok, PageTransfer(of: new), "502"),
        ]
        for (request, status, transfer, code) in cases {
            let client = try end.client(request)
            let asked = end.listener.requests[end.listener.requests.count - 1]
            asked.answer(status, ["Content-Type": "text/html"], page: transfer)
            asked.stream.send(ByteBuffer(bytes: try encoded(new)))
            #expect(client.received().hasPrefix("HTTP/1.1 \(code) "), "\(status) \(transfer)")
            end.run()
            #expect(asked.events.last == "cancelled")
        }
    }

    @Test func aDeltaLongerThanItsPageIsCutOff() throws {
        let client = try end.client(get)
        let asked = end.listener.requests[0]
        asked.answer(.ok, ["Content-Type": "text/html"], page: PageTransfer(of: new))
        asked.stream.send(ByteBuffer(repeating: 0, count: new.count + 1025))
        #expect(client.received().hasPrefix("HTTP/1.1 527 "))
    }

    @Test func aClientThatTakesGzipGetsIt() throws {
        let client = try end.client("GET / HTTP/1.1\r\nHost: www.example.org\r\nAccept-Encoding: gzip\r\n\r\n")
        end.listener.requests[0].answer(page: PageTransfer(of: new), delta: try encoded(new))
        end.run()
        let answer = Array(buffer: client.channel.takeOutput())
        let head = String(decoding: answer.prefix { $0 < 0x80 && $0 != 0x1f }, as: UTF8.self)
        #expect(head.contains("Content-Encoding: gzip\r\n") && head.contains("Vary: Accept-Encoding\r\n"))
        #expect(gunzip(Array(answer[head.utf8.count...]), count: new.count) == new)
    }
}
