import DeltaEngine
import HTTPRules
@testable import Listener
import PageStore
@testable import SharedStore

/// What comes compressed: an origin's body, or an item of a shared store.
///
/// It comes out whole and within its limit, or not at all.
///
/// The first byte says which of them, the next two what the limit is.
func testItems(_ input: [UInt8]) {
    guard input.count >= 3 else { return }
    let bytes = Array(input.dropFirst(3))
    let limit = Int(input[1]) << 8 | Int(input[2])
    switch input[0] % 4 {
    case 0, 1:
        let coding = input[0] % 4 == 0 ? ContentCoding.gzip : .deflate
        guard let body = GzipDecoder.decode(bytes, coding: coding, limit: limit) else { return }
        precondition(body.count <= limit)
    case 2:
        let version = PageVersion(of: bytes.span)
        let item = SharedItem.encode(bytes, version: version)
        let page = SharedItem.decode(item, prefix: version.prefix, maxPageBytes: bytes.count)
        precondition(page?.bytes == bytes && page?.version == version)
        var damaged = item
        damaged[limit % item.count] ^= input[0] | 1
        let other = SharedItem.decode(damaged, prefix: version.prefix, maxPageBytes: bytes.count)
        precondition(other == nil || other?.bytes == bytes)
    default:
        let page = SharedItem.decode(bytes, prefix: 0, maxPageBytes: limit)
        precondition(page == nil)  // what begins with eight zero bytes of SHA-256 isn't found by chance
    }
}
