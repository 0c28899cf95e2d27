import HTTPWire
import NIOCore
import NIOHTTP1
import Testing

struct AnswerSyntax {
    @Test(arguments: [
        Case.answer("D05-resp-cl-te", "Content-Length: 3\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        .answer("D06-resp-cl-diff", "Content-Length: 5\r\nContent-Length: 6", "hello"),
        .answer("D07-resp-cl-bad", "Content-Length: 5x", "hello"), .answer("D08-resp-obs-fold", "X: a\r\n b"),
        .answer("D09-resp-sp-colon", "X-A : b"), .answer("D10-resp-nul", "X: a\0b"),
        .answer("D11-resp-bare-cr", "X: a\rb"),
        .answer("D11-bare-lf", "X: a\nY: b"), Case("D18-garbage", "\u{1}\u{2}garbage"),
        Case("D19-http09-resp", "<html>hello"),
        Case("D20-bad-status", "HTTP/1.1 20 OK\r\n\r\n"), Case("D20-four-digits", "HTTP/1.1 2000 OK\r\n\r\n"),
        Case("D20-no-space", "HTTP/1.1 200OK\r\n\r\n"), Case("D20-zero", "HTTP/1.1 020 OK\r\n\r\n"),
        Case("D20-version", "HTTP/2.0 200 OK\r\n\r\n"), Case("D20-icy", "ICY 200 OK\r\n\r\n"),
        .answer("D25-head-1m", "X: \(String(repeating: "a", count: 1 << 20))"),
        .answer("gzip as transfer coding", "Transfer-Encoding: gzip, chunked", "0\r\n\r\n"),
        Case("chunked in 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ])
    func brokenAnswersAreRefused(_ broken: Case) {
        let parsed = parseAnswers([broken.bytes])
        #expect(parsed.failure != nil && parsed.order == "")
    }

    @Test(arguments: [
        ("D01-head", "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n", HTTPMethod.HEAD),
        ("D02-204", "HTTP/1.1 204 No Content\r\n\r\n", .GET),
        ("D03-304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\nETag: \"a\"\r\n\r\n", .GET),
        ("D21-no-reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", .GET),
        ("D22-status-599", "HTTP/1.1 599 unknown\r\nContent-Length: 0\r\n\r\n", .GET),
    ])
    func answersWithoutABodyEndWithTheirHead(_ id: String, _ text: String, _ method: HTTPMethod) {
        let parsed = parseAnswers(text, to: method)
        #expect(parsed.order == "HE" && parsed.failure == nil && !parsed.cutShort)
    }

    @Test func reasonsOfUnknownStatusesAreKept() {
        #expect(parseAnswers("HTTP/1.1 599 so so\r\nContent-Length: 0\r\n\r\n").heads == ["599 so so HTTP/1.1"])
    }

    @Test(arguments: [
        Case("D04-204-with-body", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"),
        Case(
            "D29-extra-bytes",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno"),
    ])
    func bytesBehindAnAnswerAreNeverOne(_ extra: Case) {
        let parsed = parseAnswers([extra.bytes])
        #expect(parsed.heads.count == 1 && parsed.ends == 1)
        #expect(parsed.failure?.reason == "the origin sent bytes that nobody asked for")
    }

    @Test func unaskedBytesSpoilTheConnectionBeforeTheNextRequest() {
        var parser = ResponseParser()
        parser.append(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        #expect(!parser.isIdle)
        parser.expectAnswer(to: .GET)
        #expect(throws: WireError.self) { try parser.next() }
    }

    @Test(arguments: [
        Case.answer("D12-trunc-cl", "Content-Length: 100", "hello"),
        .answer("D13-trunc-chunked", "Transfer-Encoding: chunked", "5\r\nhello\r\n"), Case("D23-empty", ""),
        Case("D24-half-head", "HTTP/1.1 200 OK\r\nX"),
    ])
    func aCutAnswerNeverLooksComplete(_ cut: Case) {
        let parsed = parseAnswers([cut.bytes])
        #expect(parsed.cutShort && parsed.ends == 0)
    }

    @Test(arguments: ["HTTP/1.1", "HTTP/1.0"])
    func bodiesMayEndWithTheConnectionD16D17(_ version: String) {
        let parsed = parseAnswers("\(version) 200 OK\r\n\r\nhello")
        #expect(parsed.body == Array("hello".utf8) && parsed.order == "HBE" && !parsed.cutShort)
    }

    @Test func interimAnswersComeBeforeTheFinalOneC14() {
        let parsed = parseAnswers(
            "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        #expect(parsed.heads == ["103 Early Hints HTTP/1.1", "200 OK HTTP/1.1"] && parsed.order == "HHBE")
    }

    @Test func after101AllBytesAreTheOtherProtocols() {
        let parsed = parseAnswers("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nHTTP/1.1 200 \n\0")
        #expect(parsed.body == Array("HTTP/1.1 200 \n\0".utf8) && parsed.order == "HB")
    }

    @Test func setCookieLinesStayApartD26() {
        let parsed = parseAnswers(
            "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nX: y\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n")
        #expect(parsed.fields == [["Set-Cookie=a=1", "X=y", "Set-Cookie=b=2", "Content-Length=0"]])
    }

    @Test func trailersStayTrailersD36() {
        let parsed = parseAnswers(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-T: 1\r\nSet-Cookie: x\r\n\r\n")
        #expect(parsed.trailers == ["X-T=1"])
    }
}
