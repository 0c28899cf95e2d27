import CLibdeflate
import EmbeddedLine
import HTTPRules
import Testing

@testable import Listener

struct GzipDecoderTests {
    private let page = samplePage(5000)

    @Test func whatAnOriginCodedIsDecoded() {
        for (coded, coding) in [(gzip(page), ContentCoding.gzip), (zlib(page), .deflate)] {
            #expect(GzipDecoder.decode(coded, coding: coding, limit: 250_000) == page)
        }
        let raw = rawDeflate(page)
        #expect(GzipDecoder.decode(raw, coding: .deflate, limit: 250_000) == page, "as some servers send it")
        #expect(GzipDecoder.decode(gzip([]), coding: .gzip, limit: 0) == [])
    }

    @Test func noMoreComesOutThanTheLimit() {
        for (coded, coding) in [(gzip(page), ContentCoding.gzip), (zlib(page), .deflate)] {
            #expect(GzipDecoder.decode(coded, coding: coding, limit: page.count) == page)
            #expect(GzipDecoder.decode(coded, coding: coding, limit: page.count - 1) == nil)
        }
    }

    @Test func aBombIsNotUnpacked() {
        let bomb = gzip([UInt8](repeating: 0, count: 50_000_000))
        #expect(bomb.count < 60_000 && GzipDecoder.decode(bomb, coding: .gzip, limit: 250_000) == nil)
    }

    @Test func noPartPassesForTheWhole() {
        let coded = gzip(samplePage(600))
        for count in coded.indices {
            #expect(GzipDecoder.decode(Array(coded[..<count]), coding: .gzip, limit: 250_000) == nil, "\(count) bytes")
        }
    }

    @Test func bytesBehindTheEndAreNotLost() {
        let coded = gzip(page)
        #expect(GzipDecoder.decode(coded + [0], coding: .gzip, limit: 250_000) == nil)
        #expect(GzipDecoder.decode(coded + coded, coding: .gzip, limit: 250_000) == nil)
    }

    @Test func aWrongSumIsNoticed() {
        var coded = gzip(page)
        coded[coded.count - 8] ^= 1
        #expect(GzipDecoder.decode(coded, coding: .gzip, limit: 250_000) == nil)
    }

    @Test func whatIsNotCodedIsNotDecoded() {
        for coding in [ContentCoding.gzip, .deflate, .identity, .other] {
            #expect(GzipDecoder.decode(page, coding: coding, limit: 250_000) == nil)
            #expect(GzipDecoder.decode([], coding: coding, limit: 250_000) == nil)
        }
    }
}

func gzip(_ bytes: [UInt8]) -> [UInt8] { unsafe coded(bytes, libdeflate_gzip_compress) }
func zlib(_ bytes: [UInt8]) -> [UInt8] { unsafe coded(bytes, libdeflate_zlib_compress) }
func rawDeflate(_ bytes: [UInt8]) -> [UInt8] { unsafe coded(bytes, libdeflate_deflate_compress) }

private typealias Coder = (
    OpaquePointer?, UnsafeRawPointer?, Int, UnsafeMutableRawPointer?, Int
) -> Int

private func coded(_ bytes: [UInt8], _ coder: Coder) -> [UInt8] {
    guard let compressor = unsafe libdeflate_alloc_compressor(6) else { preconditionFailure("no memory") }
    defer { unsafe libdeflate_free_compressor(compressor) }
    return unsafe [UInt8](unsafeUninitializedCapacity: bytes.count + 100) { out, count in
        count = unsafe coder(compressor, bytes, bytes.count, out.baseAddress, out.count)
    }
}
