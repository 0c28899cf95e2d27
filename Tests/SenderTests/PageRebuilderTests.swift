import CLibdeflate
import DeltaEngine
import EmbeddedLine
import Exchange
import NIOCore
import PageStore
import Testing

@testable import Sender

struct PageRebuilderTests {
    private let old = samplePage(6000, word: "old"), new = samplePage(6000, word: "new")
    private let key = PageCheckKey(high: 1, low: 2)

    private func rebuild(
        _ delta: [UInt8], base: [UInt8]? = nil, _ transfer: PageTransfer, stream: UInt32 = 1, compresses: Bool = false
    ) throws -> Result<RebuiltPage, RebuildFailure> {
        let store = MemoryPageStore(limits: PageStoreLimits(memoryBytes: 1 << 24, versionsPerPage: 4))
        var stored: StoredPage?
        if let base {
            let version = PageVersion(of: base.span)
            let key = PageKey(scheme: "http", authority: "a", target: "/")
            store.insert(base, version: version, key: key, owner: .shared)
            stored = store.page(prefix: version.prefix, key: key, owner: .shared)
        }
        return PageRebuilder(maxPageBytes: 1 << 20).rebuild(
            RebuildJob(
                delta: ByteBuffer(bytes: delta), base: stored, transfer: transfer, key: key, stream: stream,
                compresses: compresses))
    }

    @Test func aKeptPageIsRebuiltAndNamed() throws {
        let page = try rebuild(try encoded(new, base: old), base: old, PageTransfer(of: new, base: 0)).get()
        #expect(page.bytes == new && page.kept == PageVersion(of: new.span) && page.gzip == nil)
    }

    @Test func aPageThatIsNotKeptIsCheckedByTheLanesKey() throws {
        let delta = try encoded(new, base: old)
        let transfer = PageTransfer(base: 0, isKept: false, check: key.check(of: new, stream: 1), pageBytes: new.count)
        let page = try rebuild(delta, base: old, transfer).get()
        #expect(page.bytes == new && page.kept == nil)
        #expect(throws: RebuildFailure.self) { try rebuild(delta, base: old, transfer, stream: 2).get() }
    }

    @Test func noWrongPageIsReleased() throws {
        let (delta, whole) = (try encoded(new, base: old), try encoded(new))
        let right = PageTransfer(of: new, base: 0)
        var (otherCheck, otherLength) = (right, right)
        otherCheck.check.low ^= 1
        otherLength.pageBytes += 1
        let wrong: [(String, [UInt8], [UInt8]?, PageTransfer)] = [
            ("another base", delta, samplePage(6000, word: "far"), right), ("no base", delta, nil, right),
            ("another check", delta, old, otherCheck), ("another length", delta, old, otherLength),
            ("another page", try encoded(old), nil, right), ("nothing", [], old, right),
            ("half of it", Array(whole.prefix(whole.count / 2)), nil, right), ("a page as it is", new, old, right),
        ]
        for (what, delta, base, transfer) in wrong {
            #expect(throws: RebuildFailure.self, "\(what)") { try rebuild(delta, base: base, transfer).get() }
        }
    }

    @Test func aDeltaThatMakesMoreThanWasAnnouncedIsRefusedUnmade() throws {
        var transfer = PageTransfer(of: new)
        transfer.pageBytes -= 1
        let failure = try #require(throws: RebuildFailure.self) { try rebuild(try encoded(new), transfer).get() }
        #expect(
            failure.message == DeltaError.outputTooLarge(byteCount: new.count, limit: new.count - 1).description)
    }

    @Test func noFlippedBitIsReleased() throws {
        let delta = try encoded(new, base: old)
        for place in delta.indices {
            var damaged = delta
            damaged[place] ^= 1 << (place % 8)
            let page = try? rebuild(damaged, base: old, PageTransfer(of: new, base: 0)).get()
            #expect(page == nil || page?.bytes == new, "byte \(place)")
        }
    }

    @Test func aClientsGzipIsMadeOfTheRightPage() throws {
        let page = try rebuild(try encoded(new), PageTransfer(of: new), compresses: true).get()
        #expect(gunzip(try #require(page.gzip), count: new.count) == new)
    }

    @Test func gzipIsNotUsedWhereItIsNoShorter() {
        #expect(GzipEncoder.encode([]) == nil && GzipEncoder.encode([1, 2, 3]) == nil)
        var random = SystemRandomNumberGenerator()
        #expect(GzipEncoder.encode((0..<5000).map { _ in .random(in: 0...255, using: &random) }) == nil)
        #expect(GzipEncoder.encode(new)!.count < new.count / 4)
    }
}

func gunzip(_ coded: [UInt8], count: Int) -> [UInt8] {
    guard let decompressor = unsafe libdeflate_alloc_decompressor() else { preconditionFailure("no memory") }
    defer { unsafe libdeflate_free_decompressor(decompressor) }
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { out, made in
        let result = unsafe libdeflate_gzip_decompress(
            decompressor, coded, coded.count, out.baseAddress, out.count, &made)
        if result != LIBDEFLATE_SUCCESS { made = 0 }
    }
}
