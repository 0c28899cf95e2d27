import HTTPRules
import NIOHTTP1
import Testing

struct Codings {
    @Test(arguments: [
        ("gzip", true), ("br, GZIP;q=0.5", true), ("x-gzip", true), ("*", true), ("gzip;q=0", false),
        ("gzip;q=0.000", false),
        ("*, gzip;q=0", false), ("gzip;q=0.001", true), ("gzip ; q=1.0", true), ("identity", false), ("br", false),
        ("", false),
        ("*;q=0", false), ("gzip;q=2", false), ("gzip;q=", false), ("gzipped", false),
    ])
    func weightsDecideAboutGzip(_ value: String, _ accepted: Bool) {
        #expect(AcceptEncoding([value]).acceptsGzip == accepted)
    }

    private func decide(
        _ answer: [(String, String)] = [], type: String = "text/html", status: HTTPResponseStatus = .ok,
        request: HTTPHeaders = ["Accept-Encoding": "gzip"], bytes: Int? = 5000
    ) -> ClientCompression.Decision {
        ClientCompression().decide(
            request: request, method: .GET, status: status, answer: HTTPHeaders([("Content-Type", type)] + answer),
            bytes: bytes)
    }

    @Test func whatMayBeCompressed() {
        #expect(decide() == .compress && decide(bytes: nil) == .compress && decide(request: [:]) == .varyOnly)
        #expect(
            decide(bytes: 511) == .leave && decide(type: "image/png") == .leave
                && decide(type: "text/event-stream") == .leave)
        #expect(decide(status: .partialContent) == .leave && decide(status: .notModified) == .leave)
        for field in [
            ("Cache-Control", "max-age=1, No-Transform"), ("Content-Encoding", "br"), ("Content-Range", "bytes 0-1/2"),
            ("Content-Digest", "x"),
        ] {
            #expect(decide([field]) == .leave, "C20: \(field)")
        }
    }

    private static let html: HTTPHeaders = ["content-type": "text/html"]
    private static let bodies: [(HTTPHeaders, Bool)] = [
        (html, true), (["content-type": "text/event-stream; charset=utf-8"], true),
        (["content-type": "application/json", "content-length": "512"], true),
        (["content-type": "text/html", "content-encoding": "identity"], true),
        (["content-type": "text/html", "content-length": "511"], false),
        (["content-type": "text/html", "content-encoding": "br"], false),
        (["content-type": "image/png"], false), ([:], false),
    ]

    @Test(arguments: bodies)
    func textsThatAreNotCompressedYetAreOnTheLink(answer: HTTPHeaders, expected: Bool) {
        for status in [HTTPResponseStatus.ok, .notFound, .partialContent] {
            #expect(LinkCompression.isWorthwhile(method: .POST, status: status, answer: answer) == expected)
        }
    }

    @Test func answersWithoutABodyAreNotCompressedOnTheLink() {
        #expect(!LinkCompression.isWorthwhile(method: .HEAD, status: .ok, answer: Self.html))
        for status in [HTTPResponseStatus.noContent, .notModified, .switchingProtocols] {
            #expect(!LinkCompression.isWorthwhile(method: .GET, status: status, answer: Self.html))
        }
    }

    @Test func aCompressedAnswerSaysSoC21() {
        var fields: HTTPHeaders = [
            "Content-Length": "5000", "ETag": "\"a\"", "Vary": "Cookie", "Accept-Ranges": "bytes",
        ]
        ClientCompression.edit(&fields)
        #expect(lines(fields) == ["Vary: Cookie", "Content-Encoding: gzip", "ETag: W/\"a\"", "Vary: Accept-Encoding"])
    }

    @Test(arguments: ["Accept-Encoding", "Cookie, accept-encoding", "*"])
    func varyIsSaidOnce(_ vary: String) {
        var fields: HTTPHeaders = ["Vary": vary, "ETag": "W/\"a\""]
        ClientCompression.edit(&fields)
        #expect(fields["vary"] == [vary] && fields["etag"] == ["W/\"a\""])
    }

    @Test(arguments: [
        (nil, ContentCoding.identity), ("identity", .identity), ("gzip", .gzip), ("X-GZip", .gzip),
        ("deflate", .deflate),
        ("br", .other), ("gzip, br", .other), ("identity, gzip", .gzip),
    ])
    func originsCodingsAreKnown(_ value: String?, _ coding: ContentCoding) {
        #expect(ContentCoding(value.map { ["Content-Encoding": $0] } ?? [:]) == coding)
    }

    @Test func aDecodedAnswerSaysSo() {
        var fields: HTTPHeaders = ["Content-Encoding": "gzip", "Content-Length": "9", "ETag": "\"a\"", "X": "y"]
        ContentCoding.editDecoded(&fields)
        #expect(lines(fields) == ["X: y", "ETag: W/\"a\"", "Vary: Accept-Encoding"])
        #expect(!ContentCoding.mayDecode(status: .ok, answer: ["Cache-Control": "no-transform"]))
        #expect(
            !ContentCoding.mayDecode(status: .partialContent, answer: [:])
                && ContentCoding.mayDecode(status: .ok, answer: [:]))
    }
}
