import Corpus
import HTTPWire
import NIOCore
import NIOHTTP1
import Testing

/// However the bytes are cut, the same comes out.
struct Splits {
    static let requests =
        "\r\nGET /a?b HTTP/1.1\r\nHost: site.test\r\nX-A: \u{E9}\r\n\r\nPOST /p HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "5;x=y\r\nhello\r\nA\r\n0123456789\r\n0\r\nX-T: 1\r\n\r\nPUT /q HTTP/1.1\r\nHost: s\r\nContent-Length: 3\r\n\r\nabcGET /z HTTP/1.0\r\n\r\n"
    static let answers =
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 299 So so\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\nX-T: 1\r\n\r\n"
    static let broken = "POST /p HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nhelloX\r\n"

    @Test(arguments: [Case("A43-requests", requests), Case("A43-broken", broken), Case("A43-answers", answers)])
    func everyCutInTwoGivesTheSame(_ whole: Case) {
        let parse: ([[UInt8]]) -> Parsed = whole.id == "A43-answers" ? { parseAnswers($0) } : { parseRequests($0) }
        let expected = parse([whole.bytes])
        #expect(!expected.heads.isEmpty)
        for cut in 0...whole.bytes.count {
            #expect(parse([Array(whole.bytes[..<cut]), Array(whole.bytes[cut...])]) == expected, "cut at \(cut)")
        }
        #expect(parse(whole.bytes.map { [$0] }) == expected, "byte by byte")
    }

    @Test(arguments: UInt64(0)..<200)
    func randomCutsGiveTheSame(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = Array(Self.requests.utf8)
        var (pieces, start) = ([[UInt8]](), 0)
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 1...40, using: &random))
            pieces.append(Array(bytes[start..<end]))
            start = end
        }
        #expect(parseRequests(pieces) == parseRequests([bytes]))
    }

    /// Changed bytes may be refused or mean another request, but never crash, and never make two cuts disagree.
    @Test(arguments: UInt64(0)..<300)
    func changedBytesNeverMakeCutsDisagree(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let isAnswer = seed.isMultiple(of: 2)
        var bytes = Array((isAnswer ? Self.answers : Self.requests).utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let position = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: position)
            default: bytes.insert([0x0D, 0x0A, 0x20, 0x3A, 0x30].randomElement(using: &random)!, at: position)
            }
        }
        let parse: ([[UInt8]]) -> Parsed = isAnswer ? { parseAnswers($0) } : { parseRequests($0) }
        #expect(parse(bytes.map { [$0] }) == parse([bytes]))
    }
}
