/// Who leaves next where room is needed: items in four lists, in each the least recently used first.
///
/// Shared pages and visitors' have half of the room each, and in each half those that nobody has asked for again have a
/// quarter; all of it is anybody's as long as nobody else needs it. So a flood of addresses or of cookies pushes out what
/// is like itself.
struct Departures {
    /// What is in one of the lists.
    struct Kind {
        var isPrivate = false
        /// Whether it was offered or used as a base since it came.
        var isUsed = false

        fileprivate var place: Int { (isPrivate ? 2 : 0) + (isUsed ? 1 : 0) }
    }

    private struct List {
        var ends = Chains.Ends()
        var count = 0
        var bytes = 0
    }

    private var chains = Chains()
    private var lists = [List](repeating: List(), count: 4)

    /// Adds an item that is charged with so many bytes, at least 1: as the last one of its kind to leave, or the first.
    mutating func add(_ slot: Slot, _ kind: Kind, bytes: Int, asFirst: Bool = false) {
        if asFirst {
            chains.prepend(slot, to: &lists[kind.place].ends)
        } else {
            chains.append(slot, to: &lists[kind.place].ends)
        }
        lists[kind.place].count += 1
        lists[kind.place].bytes += bytes
    }

    /// Removes an item that is charged with so many bytes.
    mutating func remove(_ slot: Slot, _ kind: Kind, bytes: Int) {
        chains.remove(slot, from: &lists[kind.place].ends)
        lists[kind.place].count -= 1
        lists[kind.place].bytes -= bytes
    }

    /// Charges an item with more.
    mutating func charge(_ kind: Kind, bytes: Int) { lists[kind.place].bytes += bytes }

    /// The next one to leave; there has to be one.
    var next: Slot {
        let (shared, visitors) = (lists[0...1], lists[2...3])
        func bytes(_ half: ArraySlice<List>) -> Int { half.reduce(0) { $0 + $1.bytes } }
        func count(_ half: ArraySlice<List>) -> Int { half.reduce(0) { $0 + $1.count } }
        let (larger, other) = bytes(visitors) > bytes(shared) ? (visitors, shared) : (shared, visitors)
        // One page alone may take more than its share of a small store: it stays until the next one comes.
        return Self.next(count(larger) > 1 || count(other) == 0 ? larger : other)
    }

    private static func next(_ half: ArraySlice<List>) -> Slot {
        let (fresh, used) = (half[half.startIndex], half[half.startIndex + 1])
        if used.count == 0 { return fresh.ends.first }
        return fresh.count > 1 && 3 * fresh.bytes > used.bytes ? fresh.ends.first : used.ends.first
    }
}
