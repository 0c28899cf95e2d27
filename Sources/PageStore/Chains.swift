/// Doubly linked lists of slots; a slot is in at most one list of the same `Chains`.
struct Chains {
    /// Both ends of one list.
    struct Ends {
        var first = Slot.none
        var last = Slot.none
    }

    private struct Links {
        var previous = Slot.none
        var next = Slot.none
    }

    private var links: [Links] = []

    /// The slot after this one; ``Slot/none`` at the end.
    func next(_ slot: Slot) -> Slot { links[Int(slot)].next }
    /// The slot before this one; ``Slot/none`` at the start.
    func previous(_ slot: Slot) -> Slot { links[Int(slot)].previous }

    mutating func append(_ slot: Slot, to ends: inout Ends) {
        while links.count <= Int(slot) { links.append(Links()) }
        links[Int(slot)] = Links(previous: ends.last)
        if ends.last == .none { ends.first = slot } else { links[Int(ends.last)].next = slot }
        ends.last = slot
    }

    mutating func prepend(_ slot: Slot, to ends: inout Ends) {
        while links.count <= Int(slot) { links.append(Links()) }
        links[Int(slot)] = Links(next: ends.first)
        if ends.first == .none { ends.last = slot } else { links[Int(ends.first)].previous = slot }
        ends.first = slot
    }

    mutating func remove(_ slot: Slot, from ends: inout Ends) {
        let removed = links[Int(slot)]
        if removed.previous == .none {
            ends.first = removed.next
        } else {
            links[Int(removed.previous)].next = removed.next
        }
        if removed.next == .none {
            ends.last = removed.previous
        } else {
            links[Int(removed.next)].previous = removed.previous
        }
    }
}

/// One list of slots, the least recently moved first.
struct Order {
    private var chains = Chains()
    private var ends = Chains.Ends()

    /// The first slot; ``Slot/none`` where the list is empty.
    var first: Slot { ends.first }

    mutating func append(_ slot: Slot) { chains.append(slot, to: &ends) }
    mutating func prepend(_ slot: Slot) { chains.prepend(slot, to: &ends) }
    mutating func remove(_ slot: Slot) { chains.remove(slot, from: &ends) }

    mutating func moveToEnd(_ slot: Slot) {
        guard ends.last != slot else { return }
        remove(slot)
        append(slot)
    }
}
