import Corpus
import DeltaEngine
import EmbeddedLine
import Exchange
import NIOCore
import NIOHTTP1
import PageStore
import Testing

@testable import Sender

/// Pages without a base, which go on to the client while they come.
struct PassingPages {
    private let page = samplePage(200_000)
    private let end: SenderEnd

    init() throws { end = try SenderEnd() }

    private func request(_ fields: String = "") -> String { "GET / HTTP/1.1\r\nHost: www.example.org\r\n\(fields)\r\n" }
    private var gzip: String { request("Accept-Encoding: gzip\r\n") }

    /// Begins to answer with a page: all of its delta but these last bytes.
    private func begin(_ transfer: PageTransfer? = nil, delta: [UInt8]? = nil, without last: Int) throws -> Asked {
        let asked = try #require(end.listener.requests.last)
        let delta = try delta ?? encoded(page)
        asked.answer(.ok, ["Content-Type": "text/html", "ETag": "\"1\""], page: transfer ?? PageTransfer(of: page))
        asked.stream.send(ByteBuffer(bytes: delta.dropLast(last)))
        end.run()
        return asked
    }

    private func finish(_ asked: Asked, delta: [UInt8]? = nil, last: Int) throws {
        asked.stream.send(ByteBuffer(bytes: try (delta ?? encoded(page)).suffix(last)))
        asked.stream.finish(trailers: nil)
        end.run()
    }

    /// The bodies of chunks that came, and whether the last one did.
    private func chunks(_ text: ArraySlice<UInt8>) -> (body: [UInt8], isComplete: Bool) {
        var (rest, body) = (text, [UInt8]())
        while let line = rest.firstRange(of: Array("\r\n".utf8)),
            let count = Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16)
        {
            if count == 0 { return (body, true) }
            body += rest[line.upperBound...].prefix(count)
            rest = rest[line.upperBound...].dropFirst(count + 2)
        }
        return (body, false)
    }

    private func split(_ answer: [UInt8]) throws -> (head: String, body: ArraySlice<UInt8>) {
        let end = try #require(answer.firstRange(of: Array("\r\n\r\n".utf8)))
        return (String(decoding: answer[..<end.upperBound], as: UTF8.self), answer[end.upperBound...])
    }

    private func inflated(_ body: [UInt8]) -> (page: [UInt8], isComplete: Bool) {
        let inflater = Inflater()
        inflater.read(ByteBuffer(bytes: body))
        return (Array(buffer: inflater.body), inflater.isComplete)
    }

    @Test func anAnswerWithALengthKeepsItOverHTTP10() throws {
        let client = try end.client("GET / HTTP/1.0\r\nHost: www.example.org\r\nAccept-Encoding: gzip\r\n\r\n")
        let asked = try #require(end.listener.requests.last)
        asked.answer(.ok, ["Content-Type": "text/html", "Content-Length": "2000"])
        asked.stream.send(ByteBuffer(repeating: 0x61, count: 1000))
        end.run()
        let answer = client.received()
        #expect(answer.contains("content-length: 2000\r\n") && answer.contains("Vary: Accept-Encoding\r\n"))
        #expect(!answer.contains("Content-Encoding") && answer.hasSuffix(String(repeating: "a", count: 1000)))
    }

    @Test func aClientThatReadsSlowlyHoldsThePageBack() throws {
        var random = SeededGenerator(seed: 1)
        let page = (0..<900_000).map { _ in UInt8.random(in: 0x61...0x70, using: &random) }  // half of it is left
        let delta = try encoded(page)
        let client = try end.client(gzip)
        client.channel.isWritable = false
        let asked = try begin(PageTransfer(of: page), delta: delta, without: 0)
        asked.stream.finish(trailers: nil)
        end.run()
        var answer = Array(buffer: client.channel.takeOutput())
        #expect((64 << 10)...(256 << 10) ~= answer.count, "\(answer.count) of \(delta.count) bytes")
        client.channel.isWritable = true
        client.channel.pipeline.fireChannelWritabilityChanged()
        end.run()
        answer += Array(buffer: client.channel.takeOutput())
        #expect(inflated(chunks(try split(answer).body).body) == (page, true))
    }

    @Test func aClientThatTakesGzipReadsItWhileItComes() throws {
        let client = try end.client(gzip)
        let asked = try begin(without: 1000)
        var answer = Array(buffer: client.channel.takeOutput())
        let (head, body) = try split(answer)
        #expect(head.contains("Content-Encoding: gzip\r\n") && head.contains("ETag: W/\"1\"\r\n"))
        #expect(head.contains("Vary: Accept-Encoding\r\n") && !head.contains("Content-Length"))
        let early = inflated(chunks(body).body).page
        #expect(early.count > page.count / 2 && page.starts(with: early))

        try finish(asked, last: 1000)
        answer += Array(buffer: client.channel.takeOutput())
        let (coded, isComplete) = chunks(try split(answer).body)
        #expect(inflated(coded) == (page, true) && isComplete)
        // It is the listener's stream, in gzip's wrapper.
        #expect(coded.count == (try encoded(page)).count - 4 + 18)
        #expect(end.worker.statistics.latencies.decode.count == 1, "one page, however many pieces")
        client.send(gzip)
        #expect(end.listener.requests[1].request.offers == [PageVersion(of: page.span).prefix])
    }

    @Test func aClientThatTakesNoGzipReadsThePageWhileItComesButNotItsEnd() throws {
        let client = try end.client(request())
        let asked = try begin(without: 1)
        var answer = Array(buffer: client.channel.takeOutput())
        let (head, body) = try split(answer)
        #expect(head.contains("Content-Length: \(page.count)\r\n") && !head.contains("Content-Encoding"))
        #expect(body.count > page.count / 2 && body.count < page.count && page.starts(with: body))
        try finish(asked, last: 1)
        answer += Array(buffer: client.channel.takeOutput())
        #expect(try split(answer).body.elementsEqual(page))
    }

    @Test func aShortOneHasItsLength() throws {
        let short = samplePage(6000)
        let client = try end.client(gzip)
        end.listener.requests[0].answer(page: PageTransfer(of: short), delta: try encoded(short))
        end.run()
        let (head, body) = try split(Array(buffer: client.channel.takeOutput()))
        #expect(head.contains("Content-Length: \(body.count)\r\n") && inflated(Array(body)) == (short, true))
    }

    /// It has no chunks: without a length, a part would pass for the whole.
    @Test func aClientOfHTTP10ThatTakesGzipGetsItAtItsEndWithItsLength() throws {
        let short = samplePage(6000)
        let client = try end.client("GET / HTTP/1.0\r\nHost: www.example.org\r\nAccept-Encoding: gzip\r\n\r\n")
        let delta = try encoded(short)
        let asked = try begin(PageTransfer(of: short), delta: delta, without: 100)
        #expect(client.received() == "")
        try finish(asked, delta: delta, last: 100)
        let (head, body) = try split(Array(buffer: client.channel.takeOutput()))
        #expect(head.contains("Content-Length: \(body.count)\r\n") && inflated(Array(body)) == (short, true))
    }

    /// Both kinds of clients can tell that it isn't complete.
    @Test(arguments: ["Accept-Encoding: gzip\r\n", ""])
    func aPageThatIsAnotherAtItsEndIsBrokenOffAndNotKept(fields: String) throws {
        let client = try end.client(request(fields))
        var transfer = PageTransfer(of: page)
        transfer.check.low ^= 1
        let asked = try begin(transfer, without: 1)
        try finish(asked, last: 1)
        let body = try split(Array(buffer: client.channel.takeOutput())).body
        if fields.isEmpty {
            #expect(body.count < page.count)
        } else {
            #expect(!chunks(body).isComplete && !inflated(chunks(body).body).isComplete)
        }
        #expect(!client.channel.isActive && end.store.summary.versions == 0 && end.listener.requests.count == 1)
        #expect(end.worker.statistics.counters.hashFailures == 1)
    }

    @Test func aPageThatIsDamagedOnItsWayIsBrokenOffAndGivenUp() throws {
        let client = try end.client(gzip)
        let asked = try begin(without: 5000)
        #expect(client.received().hasPrefix("HTTP/1.1 200 "))
        asked.stream.send(ByteBuffer(repeating: 0xff, count: 120_000))  // makes more than is missing
        end.run()
        #expect(!client.channel.isActive && end.store.summary.versions == 0)
        #expect(asked.events.last == "cancelled")
    }

    @Test func aPageThatNeverEndsIsBrokenOffAndGivenUp() throws {
        let client = try end.client(gzip)
        // Blocks of deflate that hold nothing.
        let empty = [[UInt8]](repeating: [0, 0, 0, 0xff, 0xff], count: 60_000).flatMap { $0 }
        let asked = try begin(delta: try encoded(page).prefix(4) + empty, without: 0)
        #expect(!client.channel.isActive && asked.events.last == "cancelled")
    }

    @Test func aLinkThatBreaksWithinAPageBreaksItOff() throws {
        let client = try end.client(gzip)
        _ = try begin(without: 1000)
        end.link?.cut()
        end.run()
        let body = try split(Array(buffer: client.channel.takeOutput())).body
        #expect(!chunks(body).isComplete && !inflated(chunks(body).body).isComplete && !client.channel.isActive)
        #expect(end.store.summary.versions == 0)
    }

    @Test func aClientThatGoesAwayWithinAPageStopsIt() throws {
        let client = try end.client(gzip)
        let asked = try begin(without: 1000)
        client.close()
        end.run()
        #expect(asked.events.last == "cancelled")
    }

    /// As its check is another one, made of all of it.
    @Test func aPageThatIsNotKeptComesWhole() throws {
        let client = try end.client(gzip)
        let stream = try #require(end.listener.requests.last).stream
        let (short, key) = (samplePage(6000), stream.checkKey)
        let transfer = PageTransfer(
            base: nil, isKept: false, check: key.check(of: short, stream: stream.id), pageBytes: short.count)
        let delta = try encoded(short)
        let asked = try begin(transfer, delta: delta, without: 100)
        #expect(client.received() == "")
        try finish(asked, delta: delta, last: 100)
        #expect(client.received().hasPrefix("HTTP/1.1 200 ") && end.store.summary.versions == 0)
    }
}
