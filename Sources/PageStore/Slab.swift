/// Where something lies in a slab; also what chains and dictionaries keep of it, in a third of a reference's room.
typealias Slot = Int32

extension Slot {
    /// Nowhere.
    static let none: Slot = -1
}

/// Values at fixed places that are used again: no allocation for each, and no reference counting to walk through them.
struct Slab<Element: Sendable>: Sendable {
    private var elements: [Element?] = []
    private var free: [Slot] = []

    /// How many are in use.
    var count: Int { elements.count - free.count }
    /// How many places there are; never falls.
    var slots: Int { elements.count }

    mutating func insert(_ element: Element) -> Slot {
        if let slot = free.popLast() {
            elements[Int(slot)] = element
            return slot
        }
        elements.append(element)
        return Slot(elements.count - 1)
    }

    mutating func remove(_ slot: Slot) {
        elements[Int(slot)] = nil
        free.append(slot)
    }

    /// The element at a place that is in use.
    subscript(slot: Slot) -> Element {
        _read { yield elements[Int(slot)]! }
        _modify { yield &elements[Int(slot)]! }
    }

    /// Whether a place is in use.
    func isUsed(_ slot: Slot) -> Bool { elements[Int(slot)] != nil }

    /// The elements in use among places `range`, which may reach past the end.
    func elements(in range: Range<Int>) -> [Element] {
        elements[range.clamped(to: elements.indices)].compactMap { $0 }
    }
}
