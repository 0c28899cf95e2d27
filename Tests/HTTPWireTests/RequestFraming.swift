import HTTPWire
import NIOCore
import NIOHTTP1
import Testing

struct RequestFraming {
    static let chunked = "Transfer-Encoding: chunked"

    @Test(arguments: [
        Case.post("B01-cl-te", "Content-Length: 4\r\n\(chunked)", "0\r\n\r\nGET /x HTTP/1.1\r\n\r\n"),
        .post("B02-te-cl", "\(chunked)\r\nContent-Length: 4", "5\r\nhello\r\n0\r\n\r\n"),
        .post("B03-te-xchunked", "Transfer-Encoding: xchunked\r\nContent-Length: 5"),
        .post("B03-alone", "Transfer-Encoding: xchunked"),
        .post("B04-te-identity", "Transfer-Encoding: identity\r\nContent-Length: 5"),
        .post("B04-alone", "Transfer-Encoding: identity"),
        .post("B05-te-not-final", "Transfer-Encoding: chunked, gzip"),
        .post("B05-chunked-twice", "Transfer-Encoding: chunked, chunked"), .post("B05-empty", "Transfer-Encoding: "),
        Case("B06-te-http10", "POST /p HTTP/1.0\r\nHost: site.test\r\n\(chunked)\r\n\r\n0\r\n\r\n"),
        .post("B07-te-twice", "\(chunked)\r\n\(chunked)", "0\r\n\r\n"),
        .post("B08-te-vtab", "Transfer-Encoding: \u{B}chunked", "0\r\n\r\n"),
        .post("B09-te-obs-fold", "Transfer-Encoding:\r\n chunked\r\nContent-Length: 5"),
        .post("B10-te-quoted", "Transfer-Encoding: \"chunked\"\r\nContent-Length: 5"),
        .post("B11 +5", "Content-Length: +5"), .post("B11 -1", "Content-Length: -1"),
        .post("B11 0x5", "Content-Length: 0x5"), .post("B11 5 5", "Content-Length: 5 5"),
        .post("B11 empty", "Content-Length: "), .post("B11 1e1", "Content-Length: 1e1"),
        .post("B11 5_0", "Content-Length: 5_0"), .post("B11 5;", "Content-Length: 5;"),
        .post("B11 Arabic-Indic", "Content-Length: \u{665}"),
        .post("B12-cl-overflow", "Content-Length: 18446744073709551621"),
        .post("B12-2^63", "Content-Length: 9223372036854775808"),
        .post("B13-cl-two-diff", "Content-Length: 5\r\nContent-Length: 6"),
        .post("B14-cl-two-same", "Content-Length: 5\r\nContent-Length: 5"),
        .post("B15-cl-list-same", "Content-Length: 5, 5"),
    ])
    func doubtfulFramingGoesNoFurther(_ doubtful: Case) {
        let parsed = parseRequests([doubtful.bytes])
        #expect([.badRequest, .notImplemented].contains(parsed.failure?.status))
        #expect(parsed.order == "", "not even the head may go on")
    }

    @Test(
        arguments: ["0x5", "+5", "5 ", "\t5", "5_", "", "G", "-5", "10000000000000005", " 5", "5 ;a=b", "5\u{0}", ";a"]
            .map { Case.chunked("B16/B17 \($0)", "\($0)\r\nhello\r\n0\r\n\r\n") } + [
                .chunked("B19-chunk-ext-1m", "5;\(String(repeating: "a", count: 1 << 20))\r\nhello\r\n0\r\n\r\n"),
                .chunked("B20-chunk-no-crlf", "5\r\nhelloXX0\r\n\r\n"),
                .chunked("B20-one-more", "5\r\nhello!\r\n0\r\n\r\n"),
                .chunked("B21-chunk-bare-lf", "5\nhello\n0\n\n"), .chunked("B22-chunk-ext-lf", "2;\nxx\r\n0\r\n\r\n"),
                .chunked("B22-ext-cr", "2;a\rb\r\nxx\r\n0\r\n\r\n"),
                .chunked("B23-trailer-space", "0\r\nX-T : 1\r\n\r\n"),
                .chunked("B23-trailer-fold", "0\r\nX-T: 1\r\n 2\r\n\r\n"),
                .chunked("B23-trailer-lf", "0\r\nX-T: 1\n\r\n"),
            ])
    func brokenChunksAreA400(_ broken: Case) {
        let parsed = parseRequests([broken.bytes])
        #expect(parsed.failure?.status == .badRequest)
        #expect(parsed.ends == 0, "the request must never look complete")
    }

    @Test(arguments: ["5;a=b;c=\"d\"", "5", "00005", "5;"])
    func chunkExtensionsAreSkippedB18(_ size: String) {
        let parsed = parseRequests([Case.chunked("", "\(size)\r\nhello\r\n0;x\r\n\r\n").bytes])
        #expect(parsed.body == Array("hello".utf8) && parsed.ends == 1 && parsed.failure == nil)
    }

    @Test func trailersStayTrailersB23() {
        let parsed = parseRequests([Case.chunked("", "0\r\nX-T: 1\r\n\r\n").bytes])
        #expect(parsed.trailers == ["X-T=1"])
        #expect(parsed.fields == [["Host=site.test", "Transfer-Encoding=chunked"]])
    }

    @Test func forbiddenTrailersAreDroppedB24() {
        let trailers = "Content-Length: 5\r\nHost: x\r\nAuthorization: y\r\nX-T: 1\r\nTransfer-Encoding: chunked"
        let parsed = parseRequests([Case.chunked("", "0\r\n\(trailers)\r\n\r\n").bytes])
        #expect(parsed.trailers == ["X-T=1"] && parsed.failure == nil)
    }

    @Test(arguments: [
        Case.post("B25-trunc-cl", "Content-Length: 10"), .chunked("B26-trunc-chunked", "5\r\nhello\r\n"),
        .chunked("B26-in-trailers", "0\r\nX: y\r\n"), Case("half a head", "GET / HTTP/1.1\r\nHo"),
    ])
    func aCutRequestNeverLooksComplete(_ cut: Case) {
        let parsed = parseRequests([cut.bytes])
        #expect(parsed.cutShort && parsed.ends == 0)
    }

    @Test func aLargeUploadArrivesWholeB27() {
        let chunk = [UInt8](repeating: 7, count: 65_536)
        var pieces = [Case.chunked("", "").bytes]
        for _ in 0..<128 { pieces.append(Array("10000\r\n".utf8) + chunk + Array("\r\n".utf8)) }
        pieces.append(Array("0\r\n\r\n".utf8))
        let parsed = parseRequests(pieces)
        #expect(parsed.body.count == 8 << 20 && parsed.body.allSatisfy { $0 == 7 } && parsed.ends == 1)
    }
}
