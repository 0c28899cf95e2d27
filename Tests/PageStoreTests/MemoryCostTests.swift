import CGlibc
import DeltaEngine
import PageStore
import Testing

/// What the store says that it uses, against what the allocator says.
///
/// Each load has a process of its own: the allocator counts what other tests do as well.
@Suite(.serialized) struct MemoryCostTests {
    struct Load: Codable, Sendable, CustomTestStringConvertible {
        let pages: Int
        let pageBytes: Int
        var isPrivate = false
        var isIndexed = false

        var testDescription: String {
            "\(pages) × \(pageBytes) B\(isPrivate ? ", private" : "")\(isIndexed ? ", indexed" : "")"
        }
    }

    @Test(arguments: [
        // Tables just before they grow, just after, and half way.
        Load(pages: 98_000, pageBytes: 256), Load(pages: 66_000, pageBytes: 256), Load(pages: 50_000, pageBytes: 256),
        Load(pages: 98_000, pageBytes: 256, isPrivate: true), Load(pages: 50_000, pageBytes: 256, isPrivate: true),
        Load(pages: 20_000, pageBytes: 2000), Load(pages: 1000, pageBytes: 100_000),
        Load(pages: 2000, pageBytes: 10_000, isIndexed: true), Load(pages: 400, pageBytes: 100_000, isIndexed: true),
    ])
    func memoryIsCountedToATenth(load: Load) async {
        await #expect(processExitsWith: .success) { [load] in
            let before = Self.bytesInUse()
            let store = MemoryPageStore(limits: PageStoreLimits(memoryBytes: 1 << 30, versionsPerPage: 1))
            for number in 0..<load.pages { try Self.insert(number, of: load, into: store) }
            let (real, counted) = (Self.bytesInUse() - before, store.summary.memoryBytes)
            #expect((0.9...1.1).contains(Double(counted) / Double(real)), "counted \(counted) bytes of \(real)")
        }
    }

    private static func insert(_ number: Int, of load: Load, into store: MemoryPageStore) throws {
        var bytes = [UInt8](repeating: 0, count: load.pageBytes)
        for digit in 0..<4 { bytes[digit] = UInt8(truncatingIfNeeded: number >> (8 * digit)) }
        let key = PageKey(scheme: "https", authority: "www.example.org", target: "/articles/2026/11/\(number)")
        let owner = load.isPrivate ? PageOwner(rawValue: UInt64(number) + 1) : .shared
        store.insert(bytes, version: PageVersion(of: bytes.span), key: key, owner: owner)
        guard load.isIndexed, let page = store.offers(for: key, owner: owner, limit: 1).first else { return }
        _ = try store.base(of: page)
    }

    private static func bytesInUse() -> Int {
        let info = mallinfo2()
        return Int(info.uordblks + info.hblkhd)
    }
}
