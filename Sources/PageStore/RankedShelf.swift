/// A shelf with its length, in the order of a listing: by bytes, then by address, so that a listing repeats.
struct RankedShelf: Comparable {
    private let shelf: Holdings.Shelf
    private let bytes: Int

    init(_ shelf: Holdings.Shelf, bytes: Int) { (self.shelf, self.bytes) = (shelf, bytes) }

    static func < (one: RankedShelf, other: RankedShelf) -> Bool {
        (one.bytes, other.shelf.key.address) < (other.bytes, one.shelf.key.address)
    }

    static func == (one: RankedShelf, other: RankedShelf) -> Bool {
        one.bytes == other.bytes && one.shelf.key == other.shelf.key
    }

    func address(showsPrivate: Bool) -> StoredAddress {
        let isPrivate = shelf.owner != .shared
        return StoredAddress(
            address: isPrivate && !showsPrivate ? "\(shelf.key.site)/…" : shelf.key.address,
            isPrivate: isPrivate, versions: shelf.count, bytes: bytes)
    }
}

extension Holdings {
    /// The length of all versions on a shelf.
    func bytes(on shelf: Shelf) -> Int {
        var (slot, bytes) = (shelf.items.first, 0)
        while slot != .none {
            bytes += pages[items[slot].page].stored.bytes.count
            slot = itemsOfShelf.next(slot)
        }
        return bytes
    }
}
