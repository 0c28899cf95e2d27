import EmbeddedLine
import Exchange
import HTTPRules
import NIOCore
import NIOHTTP1
import PageStore
import Testing

@testable import Sender

/// What a listener with a valid certificate may not bring to a client.
struct HostileListeners {
    private struct Case: CustomTestStringConvertible {
        let testDescription: String
        let answer: @Sendable (Asked) throws -> Void

        init(_ name: String, _ answer: @escaping @Sendable (Asked) throws -> Void) {
            (testDescription, self.answer) = (name, answer)
        }

        /// A whole answer with one field.
        init(_ name: String, _ value: String) {
            self.init("\(name): \(value.debugDescription)") { asked in
                asked.answer(.ok, ["content-type": "text/plain", name: value])
                asked.stream.send(ByteBuffer(string: "forged"))
                asked.stream.finish(trailers: nil)
            }
        }
    }

    private let get = "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"

    private static func status(_ code: Int) -> Case {
        Case("status \(code)") { asked in
            asked.answer(.custom(code: UInt(code), reasonPhrase: ""))
            asked.stream.send(ByteBuffer(string: "forged"))
            asked.stream.finish(trailers: nil)
        }
    }

    private static func page(_ name: String, _ transfer: PageTransfer, delta: [UInt8]) -> Case {
        Case(name) { $0.answer(page: transfer, delta: delta) }
    }

    private static let text = samplePage(6000, word: "forged")
    private static let broken: [Case] = [
        Case("x-a", "a\r\nX-Smuggled: 1"), Case("x-a", "a\r\n\r\nHTTP/1.1 200 OK"), Case("x-a", "a\rb"),
        Case("x-a", "a\nb"), Case("x-a", "a\0b"), Case("x a", "1"), Case("x-a\r\nx-smuggled", "1"), Case("", "1"),
        Case(":status", "200"), Case("transfer-encoding", "gzip"), Case("content-length", "+6"),
        Case("content-length", "18446744073709551622"), Case("content-length", "6, 6"), Case("content-length", ""),
        Case("two lengths") { $0.answer(.ok, ["content-length": "6", "content-length": "7"]) },
        Case("a length and chunks") { $0.answer(.ok, ["content-length": "6", "transfer-encoding": "chunked"]) },
        status(0), status(99), status(1000),
        Case("101 unasked") {
            $0.answer(.switchingProtocols, ["upgrade": "websocket"])
            $0.stream.send(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\nforged"))
        },
        page("a page from an offer that was not made", PageTransfer(of: text, base: 3), delta: [1, 2, 3]),
        page(
            "a page of 2^31 - 1 bytes",
            PageTransfer(base: nil, isKept: true, check: PageCheck(high: 1, low: 2), pageBytes: Int(Int32.max)),
            delta: [1]),
        page("a delta that is none", PageTransfer(of: text), delta: [UInt8](repeating: 0xFF, count: 500)),
        page(
            "a delta longer than its page", PageTransfer(of: [UInt8]("short".utf8)),
            delta: [UInt8](repeating: 0, count: 2000)),
        Case("a page that is another one than its check says") {
            $0.answer(page: PageTransfer(of: [UInt8](repeating: 0x61, count: text.count)), delta: try encoded(text))
        },
        Case("a page with status 404") {
            $0.answer(.notFound, ["content-type": "text/html"], page: PageTransfer(of: text))
            $0.stream.send(ByteBuffer(bytes: try encoded(text)))
            $0.stream.finish(trailers: nil)
        },
    ]

    @Test(arguments: broken)
    private func noSuchAnswerReachesAClientAsWhole(hostile: Case) throws {
        let end = try SenderEnd()
        let client = try end.client(get)
        try hostile.answer(end.listener.requests[0])
        end.run()
        // Where the lane itself is given up, the request waits for another one.
        end.advance(seconds: 30)
        let got = client.received()
        #expect(!got.contains("Smuggled") && !got.contains("forged\r\n"), "\(got)")
        let isRefused = got.hasPrefix("HTTP/1.1 502 ") || got.hasPrefix("HTTP/1.1 527 ")
        let isCut = !client.channel.isActive && !got.contains("forged")
        #expect(isRefused || isCut, "\(got)")
    }

    @Test(arguments: ["forged and more", "few"]) func aBodyThatIsNotAsLongAsItsLengthIsCut(body: String) throws {
        let end = try SenderEnd()
        let client = try end.client(get)
        let asked = end.listener.requests[0]
        asked.answer(.ok, ["content-type": "image/png", "content-length": "6"])
        asked.stream.send(ByteBuffer(string: body))
        asked.stream.finish(trailers: nil)
        let got = client.received()
        #expect(!client.channel.isActive && got.contains("Content-Length: 6\r\n") == got.contains("Content-Length"))
        #expect(!got.contains("and more"))
    }

    @Test func fieldsForOneConnectionStayBehind() throws {
        let end = try SenderEnd()
        let client = try end.client(get)
        let asked = end.listener.requests[0]
        asked.answer(
            .ok,
            [
                "connection": "x-hop, close", "x-hop": "1", "keep-alive": "timeout=1", "upgrade": "h2c",
                "proxy-connection": "close", "content-length": "2", "content-type": "image/png",
            ])
        asked.stream.send(ByteBuffer(string: "ok"))
        asked.stream.finish(trailers: nil)
        let got = client.received().lowercased()
        for name in ["x-hop", "keep-alive", "upgrade", "proxy-connection", "connection: close"] {
            #expect(!got.contains(name), "\(got)")
        }
        #expect(got.hasSuffix("\r\n\r\nok") && client.channel.isActive)
    }

    @Test func chunksThatAListenerAnnouncesAreMadeHere() throws {
        let end = try SenderEnd()
        let client = try end.client(get)
        let asked = end.listener.requests[0]
        asked.answer(.ok, ["transfer-encoding": "chunked", "content-type": "image/png"])
        asked.stream.send(ByteBuffer(string: "0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"))
        asked.stream.finish(trailers: nil)
        let got = client.received()
        #expect(got.hasSuffix("\r\n\r\n18\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n\r\n0\r\n\r\n"), "\(got)")
        #expect(got.ranges(of: "chunked").count == 1)
    }

    @Test func interimAnswersAreAsManyAsMayBe() throws {
        let end = try SenderEnd()
        let client = try end.client(get)
        let asked = end.listener.requests[0]
        for _ in 0..<1000 { asked.stream.interim(HTTPResponseHead(version: .http1_1, status: .processing)) }
        let got = client.received()
        #expect(got.ranges(of: "HTTP/1.1 102").count == ResponseRules.maxInterimAnswers)
        #expect(got.contains("HTTP/1.1 502 "), "\(got.suffix(200))")
        #expect(asked.events == ["cancelled"])
    }

    @Test func trailersThatWouldChangeTheAnswerAreDropped() throws {
        let end = try SenderEnd()
        let client = try end.client(get)
        let asked = end.listener.requests[0]
        asked.answer(.ok, ["content-type": "image/png"])
        asked.stream.send(ByteBuffer(string: "ok"))
        asked.stream.finish(trailers: ["content-length": "9", "set-cookie": "a=b", "x-t": "1"])
        #expect(client.received().hasSuffix("2\r\nok\r\n0\r\nx-t: 1\r\n\r\n"))
    }
}
