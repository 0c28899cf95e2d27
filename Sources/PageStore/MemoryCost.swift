internal import DeltaEngine

/// What is kept costs in memory, in bytes, allocator and tables included; `MemoryCostTests` measures whether it holds.
enum MemoryCost {
    /// The array's header and the allocator's, around a page's bytes.
    private static let arrayBytes = 48
    /// A `StoredPage` and its lock.
    private static let pageObjectBytes = 80 + 80

    /// One page without its index.
    static func page(_ stored: StoredPage) -> Int { stored.bytes.capacity + arrayBytes + pageObjectBytes }

    /// The index of a page of so many bytes.
    static func index(_ base: DeltaBase) -> Int { base.memoryBytes - base.bytes.count + 64 }

    /// The string of an address; what has up to 15 bytes lies in the key itself.
    static func address(_ key: PageKey) -> Int { key.address.utf8.count < 16 ? 0 : key.address.utf8.count + 48 }

    /// Places in the tables, used or not: tables never shrink, unless all has to leave.
    ///
    /// Dictionaries are half full on average.
    static func tables(pageSlots: Int, shelfSlots: Int, itemSlots: Int) -> Int {
        pageSlots * 72 + shelfSlots * 100 + itemSlots * 68
    }
}
