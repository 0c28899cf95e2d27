/// How large the pages of a store are, and how long ago they were used.
package struct StoreDistribution: Hashable, Sendable {
    /// Some of the pages.
    package struct Share: Hashable, Sendable {
        package var pages = 0
        package var bytes = 0
    }

    /// The most bytes of a page in each of ``sizes``; the last one has no bound.
    package static let sizeBounds = [4_000, 16_000, 64_000, 256_000, 1_000_000]
    /// The most seconds since the last use in each of ``ages``; the last one has no bound.
    package static let ageBounds = [60, 600, 3_600, 86_400]

    package private(set) var sizes = [Share](repeating: Share(), count: sizeBounds.count + 1)
    package private(set) var ages = [Share](repeating: Share(), count: ageBounds.count + 1)
    /// The most memory that the store may use, in bytes.
    package internal(set) var limitBytes = 0

    package init() {}

    mutating func add(bytes: Int, ageSeconds: Int) {
        let size = Self.sizeBounds.firstIndex { bytes <= $0 } ?? Self.sizeBounds.count
        let age = Self.ageBounds.firstIndex { ageSeconds <= $0 } ?? Self.ageBounds.count
        sizes[size].pages += 1
        sizes[size].bytes += bytes
        ages[age].pages += 1
        ages[age].bytes += bytes
    }
}

extension Holdings {
    /// Adds the pages whose first item lies at one of these places.
    func addPages(at places: Range<Int>, to distribution: inout StoreDistribution) {
        for place in places.clamped(to: 0..<items.slots) {
            let slot = Slot(place)
            guard items.isUsed(slot), pages[items[slot].page].items.first == slot else { continue }
            distribution.add(
                bytes: pages[items[slot].page].stored.bytes.count, ageSeconds: Int(seconds) - Int(items[slot].used))
        }
    }
}
