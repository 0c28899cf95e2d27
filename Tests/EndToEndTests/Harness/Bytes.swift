import Crypto
import Foundation

extension [UInt8] {
    /// One byte for each character, which must be below U+0100: so every byte can be written in a literal.
    init(latin1 text: String) { self = text.unicodeScalars.map { UInt8($0.value) } }

    /// A gzip file with these bytes inside, not compressed any further.
    ///
    /// Byte for byte no other tool writes it so.
    var gzipStored: [UInt8] {
        precondition(count < 65_536, "one stored block")
        var crc: UInt32 = .max
        for byte in self {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        func little(_ value: UInt32, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 255) } }
        let size = UInt32(count)
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + little(size, 2) + little(~size, 2) + self
            + little(~crc, 4) + little(size, 4)
    }
}

/// Text of bytes, one character a byte.
func latin1(_ bytes: some Sequence<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
    return String(text)
}

/// A long body that is never held whole: blocks of bytes without pattern, each different, and the hash of all.
struct LongBody: Sendable {
    static let blockBytes = 65_536
    let byteCount: Int
    private let block: [UInt8]

    init(byteCount: Int) {
        precondition(byteCount.isMultiple(of: Self.blockBytes))
        self.byteCount = byteCount
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        block = (0..<Self.blockBytes).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(state >> 56)
        }
    }

    var blockCount: Int { byteCount / Self.blockBytes }

    func block(_ index: Int) -> [UInt8] {
        var copy = block
        for place in 0..<8 { copy[place] = UInt8(index >> (8 * place) & 255) }
        return copy
    }

    var hash: String {
        var hash = SHA256()
        for index in 0..<blockCount { hash.update(data: block(index)) }
        return hash.finalize().hex
    }
}

extension SHA256Digest {
    var hex: String { map { String(format: "%02x", $0) }.joined() }
}

extension [UInt8] {
    var sha256: String { SHA256.hash(data: self).hex }
}
