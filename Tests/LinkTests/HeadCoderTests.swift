import Corpus
import Exchange
import NIOCore
import NIOHPACK
import NIOHTTP1
import Testing

@testable import Link

/// Heads as bytes, and what their lengths tell.
struct HeadCoderTests {
    private var encoder = HeadEncoder(tableBytes: 65_536, maxHeadBytes: 131_072)
    private var decoder = HeadDecoder(tableBytes: 65_536, maxHeadBytes: 131_072)

    private mutating func bytes(_ fields: HTTPHeaders) throws -> Int {
        try encoder.payload(of: .get("/", fields)).readableBytes
    }

    @Test mutating func aRepeatedHeadIsAFewBytes() throws {
        let fields: HTTPHeaders = ["accept": "text/html,*/*;q=0.8", "cookie": "session=0123456789abcdef0123"]
        let first = try bytes(fields)
        let second = try bytes(fields)
        // Offers 1; method, scheme 1 each; authority 1; path 3; each field 1.
        #expect(first > 40 && second <= 9)
    }

    @Test(arguments: ["cookie", "authorization", "proxy-authorization"])
    mutating func shortSecretsAreNeverRemembered(name: String) throws {
        let short = HTTPHeaders([(name, String(repeating: "s", count: 19))])
        var payload = try encoder.payload(of: .get("/", short))
        payload.moveReaderIndex(forwardBy: 1)
        var plain = HPACKDecoder(allocator: .init(), maxDynamicTableSize: 65_536)
        let marks = try plain.decodeHeaders(from: &payload).filter { $0.name == name }.map(\.indexable)
        #expect(marks == [.neverIndexed])
        #expect(try bytes(short) == bytes(short))  // all of it, every time
        let long = HTTPHeaders([(name, String(repeating: "s", count: 20))])
        #expect(try bytes(long) > bytes(long) + 10)
    }

    @Test(arguments: ["etag", "date", "set-cookie", "if-none-match", "x-request-id", "content-length"])
    mutating func whatIsUniqueDoesNotPushOthersOut(name: String) throws {
        let kept: HTTPHeaders = ["x-kept": "a value that should stay"]
        _ = try bytes(kept)
        let remembered = try bytes(kept)
        for number in 0..<800 {
            _ = try bytes([name: "value \(number) of many, long enough to fill the table in no time"])
        }
        #expect(try bytes(kept) == remembered)
    }

    @Test mutating func targetsAndErrorsAreNotRemembered() throws {
        let target = "/a/long/target/that/comes/often/enough"
        let first = try encoder.payload(of: .get(target)).readableBytes
        let warm = try encoder.payload(of: .get(target)).readableBytes
        #expect(first - warm < 20 && warm > 20)  // only the authority got shorter
        let failure = ExchangeFailure(.origin, "no origin there")
        let sizes = try (0..<3).map { _ in
            try encoder.payload(of: .status(502), failure: failure).readableBytes
        }
        #expect(sizes[1] == sizes[2] && sizes[2] > 10)  // status and cause only got shorter
    }

    /// What makes guessing useless: a field is either found whole, or costs the same as any other of its length.
    @Test mutating func aGuessThatIsNearlyRightIsNoShorter() throws {
        let secret = "session=Xq3vBp81kZ0aTn7RwLs2"
        _ = try bytes(["cookie": secret])
        let near = try bytes(["cookie": String(secret.dropLast()) + "3"])
        let far = try bytes(["cookie": "tessioo=Yr4wCq92lA1bUo8SxMt3"])
        #expect(abs(near - far) <= 2)  // Huffman codes differ by bits, not by what was sent before
    }

    @Test mutating func manyHeadsSurviveInOrder() throws {
        var random = SeededGenerator(seed: 7)
        for number in 0..<600 {
            var fields = HTTPHeaders()
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let name = ["accept", "Cookie", "X-A", "x-a", "ETag", "set-cookie"].randomElement(using: &random)!
                fields.add(name: name, value: String(UInt64.random(in: 0...200, using: &random) << 50, radix: 36))
            }
            let request = LinkRequest.get("/\(number)", fields, offers: [UInt64](repeating: 7, count: number % 17))
            var payload = try encoder.payload(of: request)
            let read = try decoder.request(&payload)
            let sent = fields.map { [$0.name.lowercased(), $0.value] }
            #expect(read.fields.map { [$0.name, $0.value] } == sent)
            #expect(read.target == request.target && read.offers == request.offers)
            var trailers = try encoder.payload(ofTrailers: fields)
            #expect(try decoder.trailers(&trailers).map { [$0.name, $0.value] } == sent)
        }
    }

    @Test mutating func everyCharacterOfAValueSurvives() throws {
        let characters =
            (0x20...0x7e).map { String(Unicode.Scalar($0)) } + (0xa0...0xff).map { String(Unicode.Scalar($0)!) }
        for value in characters + ["\t", "", characters.joined(), "{}{}{}{}", "aaaaaaaaaa"] {
            for _ in 0..<2 {
                var payload = try encoder.payload(of: .status(200, ["x-value": value, "etag": value]))
                let read = try decoder.answer(&payload, isPage: false).answer.head.headers
                #expect(read.map { Array($0.value.utf8) } == [Array(value.utf8), Array(value.utf8)])
            }
        }
    }

    @Test mutating func textsThatAreEqualButForTheirBytesAreTwo() throws {
        let twins = ["a\u{323}\u{307}", "a\u{307}\u{323}"]
        #expect(twins[0] == twins[1])
        for value in twins {
            var payload = try encoder.payload(of: .status(200, ["x-value": value]))
            let read = try decoder.answer(&payload, isPage: false).answer.head.headers
            #expect(read.map { Array($0.value.utf8) } == [Array(value.utf8)])
        }
    }

    /// A field that is asked for often must be found however many others are remembered.
    @Test mutating func theOldestIsForgottenFirstAndAnyOtherIsFound() throws {
        let fields = (0..<600).map { HTTPHeaders([("x-name-\($0)", "one value of \($0)")]) }
        for field in fields { _ = try bytes(field) }
        let known = try fields.map { try bytes($0) <= 10 }
        #expect(known.allSatisfy { $0 })
        for number in 0..<2000 { _ = try bytes(["x-other": "\(number)"]) }
        #expect(try bytes(fields[0]) > 20)
    }

    @Test(arguments: [0, 100, 4096, 65_536, 1_048_576])
    func tablesOfAnySizeAgree(tableBytes: Int) throws {
        var encoder = HeadEncoder(tableBytes: tableBytes, maxHeadBytes: 131_072)
        var decoder = HeadDecoder(tableBytes: tableBytes, maxHeadBytes: 131_072)
        for number in 0..<500 {
            let fields: HTTPHeaders = ["x-\(number % 50)": "\(number)", "y": String(repeating: "y", count: number)]
            var payload = try encoder.payload(of: .status(200, fields))
            #expect(try decoder.answer(&payload, isPage: false).answer.head.headers == fields)
        }
    }

    @Test func aHeadThatThePeerWouldNotTakeIsNotSentAndNamesBothSizes() throws {
        var encoder = HeadEncoder(tableBytes: 4096, maxHeadBytes: 8192)
        let long: HTTPHeaders = ["x": String(repeating: "x", count: 8192)]
        let error = #expect(throws: LinkError.self) { try encoder.payload(of: .status(200, long)) }
        #expect(error?.message == "a head of 8267 bytes; the other end takes up to 8192")
        var decoder = HeadDecoder(tableBytes: 4096, maxHeadBytes: 8192)
        for _ in 0..<2 {  // the tables agree still
            var payload = try encoder.payload(of: .status(200, ["a": "b"]))
            #expect(try decoder.answer(&payload, isPage: false).answer.head.headers == ["a": "b"])
        }
    }

    // MARK: what a peer may not send

    private func block(_ fields: [(String, String)]) throws -> ByteBuffer {
        var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
        var block = ByteBuffer()
        try encoder.encode(headers: HPACKHeaders(fields), to: &block)
        return block
    }

    private static let rightRequest: [(String, String)] = [
        (":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/"),
    ]

    private static let brokenRequests: [([(String, String)], String)] = [
        ([(":path", "/")], "a request without method, scheme, authority or path"),
        (rightRequest + [(":path", "/")], ":path in a request, or twice"),
        (rightRequest + [(":status", "200")], ":status in a request, or twice"),
        ([("a", "b")] + rightRequest, ":method comes after a field"),
        (rightRequest + [("a b", "c")], "a field's name has a forbidden byte"),
        (rightRequest + [("a", "b\r\nc: d")], "field a has a forbidden byte"),
        (rightRequest + [("a", "b\u{0}")], "field a has a forbidden byte"),
        (Array(rightRequest.dropFirst()) + [(":method", "GET /")], "a method with a forbidden byte"),
        ([rightRequest[0], (":scheme", "ftp"), rightRequest[2], rightRequest[3]], "a request with scheme ftp"),
        (
            [rightRequest[0], rightRequest[1], (":authority", "a b"), rightRequest[3]],
            "an authority with a forbidden byte"
        ),
        (Array(rightRequest.dropLast()) + [(":path", "/a b")], "a target with a forbidden byte"),
        (Array(rightRequest.dropLast()) + [(":path", "")], "a target with a forbidden byte"),
    ]

    @Test(arguments: brokenRequests)
    mutating func requestsThatBreakTheRulesAreRefusedInWords(fields: [(String, String)], words: String) throws {
        var payload = ByteBuffer(bytes: [0])
        payload.writeImmutableBuffer(try block(fields))
        #expect(throws: LinkError.violation(words)) { try decoder.request(&payload) }
    }

    @Test(arguments: [
        ([], "a request without a count of offers, or over 16"),
        ([17], "a request without a count of offers, or over 16"),
        ([1, 0, 0], "a request ends within its offers"),
    ])
    mutating func offersThatBreakTheRulesAreRefused(bytes: [UInt8], words: String) {
        var payload = ByteBuffer(bytes: bytes)
        #expect(throws: LinkError.violation(words)) { try decoder.request(&payload) }
    }

    private static let zeros = [UInt8](repeating: 0, count: 16)
    private static let brokenAnswers: [([UInt8], Bool, String?)] = [
        ([], false, "an answer ends within its report"), ([0], false, "an answer ends within its report"),
        ([0, 0, 1, 0, 0], true, "an answer ends within its page's description"),
        ([0, 0, 34] + zeros + [0], true, "a page of 0 bytes, or from offer 17"),
        (
            [0, 0, 0] + zeros + [0xc0, 0, 0, 0, 0x80, 0, 0, 0], true,
            "a page of 2147483648 bytes, or from offer 0"
        ),
        ([0, 0], false, "an answer without a valid status"),
        ([0, 0, 0xbf], false, nil), ([0, 0, 0x80], false, nil), ([0, 0, 0x40, 0xff], false, nil),
    ]

    @Test(arguments: brokenAnswers)
    mutating func answersThatBreakTheRulesAreRefused(bytes: [UInt8], isPage: Bool, words: String?) {
        var payload = ByteBuffer(bytes: bytes)
        let error = #expect(throws: LinkError.self) { try decoder.answer(&payload, isPage: isPage) }
        #expect(error?.code == .protocolViolation)
        if let words {
            #expect(error?.message == words)
        } else {
            #expect(error?.message.hasPrefix("a damaged head") == true)
        }
    }

    @Test(arguments: ["", "99", "1000", "-200", "abc"])
    mutating func statusesOutOfRangeAreRefused(status: String) throws {
        var payload = ByteBuffer(bytes: [0, 0])
        payload.writeImmutableBuffer(try block([(":status", status)]))
        #expect(throws: LinkError.violation("an answer without a valid status")) {
            try decoder.answer(&payload, isPage: false)
        }
    }

    @Test mutating func trailersHaveNoPseudoFields() throws {
        var payload = try block([(":status", "200")])
        #expect(throws: LinkError.violation(":status in trailers")) { try decoder.trailers(&payload) }
    }

    @Test mutating func aHeadLongerThanTheBoundIsRefused() throws {
        var decoder = HeadDecoder(tableBytes: 4096, maxHeadBytes: 8192)
        // A field that is remembered once and named 4,000 times: 1 byte each on the link.
        var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
        var payload = ByteBuffer()
        try encoder.encode(headers: HPACKHeaders([("bomb", String(repeating: "b", count: 3000))]), to: &payload)
        payload.writeRepeatingByte(0xbe, count: 4000)
        #expect(throws: LinkError.self) { try decoder.trailers(&payload) }
    }
}
