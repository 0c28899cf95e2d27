import Corpus
import DeltaEngine
import PageStore
import Testing

@testable import SharedStore

struct SharedItemTests {
    private let page = [UInt8](String(repeating: "a page of a site. ", count: 100).utf8)

    @Test(arguments: UInt64(0)..<50) func aPageComesBackFromItsItem(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let page = random.bytes(random.integer(in: 0...5000), in: seed.isMultiple(of: 2) ? 0...3 : 0...255)
        let version = PageVersion(of: page.span)
        let item = SharedItem.encode(page, version: version)
        #expect(item.count <= page.count + 40)
        let back = try #require(SharedItem.decode(item, prefix: version.prefix, maxPageBytes: 5000))
        #expect(back.bytes == page && back.version == version)
    }

    @Test(arguments: UInt64(0)..<200) func whatWasChangedIsRefused(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let version = PageVersion(of: page.span)
        var item = SharedItem.encode(page, version: version)
        switch seed % 3 {
        case 0: item[random.integer(in: 0...item.count - 1)] ^= UInt8(1 << random.integer(in: 0...7))
        case 1: item.removeLast(random.integer(in: 1...item.count))
        default: item += random.bytes(random.integer(in: 1...50), in: 0...255)
        }
        // Two bytes of the header mean nothing.
        if let back = SharedItem.decode(item, prefix: version.prefix, maxPageBytes: 1 << 20) {
            #expect(back.bytes == page && back.version == version)
        }
    }

    @Test func anotherPageUnderTheNameIsRefused() {
        let version = PageVersion(of: page.span)
        let item = SharedItem.encode(page, version: version)
        #expect(SharedItem.decode(item, prefix: version.prefix ^ 1, maxPageBytes: 1 << 20) == nil)
    }

    @Test func aPageThatSaysItIsTooLargeIsRefusedBeforeRoomIsMadeForIt() {
        let version = PageVersion(of: page.span)
        var item = SharedItem.encode(page, version: version)
        #expect(SharedItem.decode(item, prefix: version.prefix, maxPageBytes: page.count - 1) == nil)
        item.replaceSubrange(4..<8, with: [255, 255, 255, 255])
        #expect(SharedItem.decode(item, prefix: version.prefix, maxPageBytes: 1 << 24) == nil)
    }

    @Test func anItemThatIsLongerThanAnyPageIsNotLookedAt() {
        let page = [UInt8](0..<100)
        let version = PageVersion(of: page.span)
        // LZ4 without a match: two bytes more than the page.
        let item = [1, 1, 0, 0, 0, 0, 0, 100] + version.bytes + [0xF0, 85] + page
        #expect(SharedItem.decode(item, prefix: version.prefix, maxPageBytes: 102)?.bytes == page)
        #expect(SharedItem.decode(item, prefix: version.prefix, maxPageBytes: 101) == nil)
    }

    @Test func namesDifferByClassAndVersion() {
        #expect(SharedItem.key(prefix: 0xAB, owner: .shared) == "railgun1:0000000000000000:00000000000000ab")
        #expect(SharedItem.key(prefix: .max, owner: PageOwner(rawValue: .max)).utf8.count == 42)
    }
}
