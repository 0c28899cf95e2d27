import Corpus
import NIOCore
import Testing

@testable import Link

/// Bodies in blocks, as bytes.
struct BodyBlocks {
    /// Bytes that are now like text, now like nothing before, now what came up to 100 kB ago.
    private func piece(_ random: inout SeededGenerator, after body: ByteBuffer) -> ByteBuffer {
        let count = Int.random(in: 0...[10, 1000, 150_000].randomElement(using: &random)!, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: return random.bytes(count)
        case 1: return random.bytes(count, mask: 0x0101_0101_0101_0101)
        case 2: return ByteBuffer(string: String("<p>a line of a page</p>\n".cycled(count)))
        default:
            let from = Int.random(in: max(0, body.writerIndex - 100_000)...body.writerIndex, using: &random)
            return body.getSlice(at: from, length: min(count, body.writerIndex - from))!
        }
    }

    @Test(arguments: UInt64(0)..<60)
    func whatGoesInComesOutAtOnceHoweverItIsSplit(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let made = BlockEncoder()
        guard var encoder = made else { throw LinkError(.cancelled, "no memory") }
        var decoder = BlockDecoder()
        var (sent, received) = (ByteBuffer(), ByteBuffer())
        for _ in 0..<Int.random(in: 1...15, using: &random) {
            let piece = piece(&random, after: sent)
            sent.writeImmutableBuffer(piece)
            var blocks = encoder.encode(piece)
            while blocks.readableBytes > 0 {
                let count = Int.random(in: 1...[5, 20_000, 300_000].randomElement(using: &random)!, using: &random)
                decoder.append(blocks.readSlice(length: min(count, blocks.readableBytes))!)
                guard Bool.random(using: &random) || blocks.readableBytes == 0 else { continue }
                while let body = try decoder.next() { received.writeImmutableBuffer(body) }
            }
            try #require(received == sent && decoder.codedBytes == 0)  // nothing waits for the next piece
        }
    }

    @Test func aPieceThatCameUpTo64KilobytesAgoIsAFewBytes() throws {
        var random = SeededGenerator(seed: 1)
        let once = random.bytes(60_000)
        let made = BlockEncoder()
        guard var encoder = made else { throw LinkError(.cancelled, "no memory") }
        #expect(encoder.encode(once).readableBytes == 60_008)  // as it is, behind two numbers
        #expect(encoder.encode(once).readableBytes < 400)
        #expect(encoder.encode(ByteBuffer(string: "a")).readableBytes == 3)
        #expect(encoder.encode(ByteBuffer()).readableBytes == 0)
    }

    /// The example of `docs/formats/link.md`.
    @Test func aBlockRepeatsWhatCameAsItIs() throws {
        var decoder = BlockDecoder()
        let bytes: [UInt8] = [2, 2, 0x6f, 0x6b, 20, 9, 0x0b, 2, 0, 0x50, 0x6f, 0x6b, 0x6f, 0x6b, 0x6f]
        decoder.append(ByteBuffer(bytes: bytes))
        #expect(try decoder.next() == ByteBuffer(string: "ok"))
        #expect(try decoder.next() == ByteBuffer(string: "okokokokokokokookoko"))
        #expect(try decoder.next() == nil && decoder.codedBytes == 0)
    }

    private static let hostile: [([UInt8], String)] = [
        ([0, 0], "a block of 0 bytes in 0"), ([5, 0], "a block of 5 bytes in 0"), ([5, 6], "a block of 5 bytes in 6"),
        ([0x80, 1, 0, 1, 1], "a block of 65537 bytes in 1"),
        ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], "a block of 4611686018427387903 bytes in 1"),
        ([20, 4, 0x1f, 0x61, 1, 0], "a damaged block of 20 bytes"),  // cut within a run
        ([20, 3, 0x0f, 1, 0], "a damaged block of 20 bytes"),  // reaches behind the body's begin
        ([20, 2, 0x10, 0x61], "a damaged block of 20 bytes"),  // 1 byte where 20 are promised
        ([3, 2, 0xf0, 0xff], "a damaged block of 3 bytes"),  // literals that aren't there
    ]

    @Test(arguments: hostile)
    func blocksThatBreakTheRulesAreRefused(bytes: [UInt8], words: String) {
        var decoder = BlockDecoder()
        decoder.append(ByteBuffer(bytes: bytes))
        do throws(LinkError) {
            _ = try decoder.next()
            Issue.record("it was taken")
        } catch {
            #expect(error.code == .protocolViolation && error.message.hasPrefix(words), "\(error.message)")
        }
    }

    @Test(arguments: UInt64(0)..<200)
    func damagedBlocksAreRefusedOrComeOutAsLongAsTheySay(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let made = BlockEncoder()
        guard var encoder = made else { throw LinkError(.cancelled, "no memory") }
        var (body, blocks) = (ByteBuffer(), ByteBuffer())
        for _ in 0..<5 {
            let piece = piece(&random, after: body)
            body.writeImmutableBuffer(piece)
            blocks.writeImmutableBuffer(encoder.encode(piece))
        }
        for _ in 0..<Int.random(in: 1...20, using: &random) where blocks.readableBytes > 0 {
            let place = Int.random(in: 0..<blocks.readableBytes, using: &random)
            blocks.setInteger(UInt8.random(in: 0...255, using: &random), at: place)
        }
        var decoder = BlockDecoder()
        decoder.append(blocks)
        do throws(LinkError) {
            while let body = try decoder.next() { #expect((1...BodyBlock.maxBytes).contains(body.readableBytes)) }
        } catch {
            #expect(error.code == .protocolViolation)
        }
    }
}

extension SeededGenerator {
    /// Any bytes, or those that a mask leaves.
    mutating func bytes(_ count: Int, mask: UInt64 = .max) -> ByteBuffer {
        var bytes = ByteBuffer()
        while bytes.readableBytes < count { bytes.writeInteger(next() & mask) }
        return bytes.readSlice(length: count)!
    }
}

extension String {
    /// The first bytes of this text, said again and again.
    fileprivate func cycled(_ count: Int) -> String { String(repeating: self, count: count / utf8.count + 1) }
}
