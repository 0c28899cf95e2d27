/// What is noted under a name, and goes on without it where there is no room.
protocol NamedFigures: Sendable {
    init()
    /// Takes in what was noted elsewhere under the same name.
    mutating func absorb(_ other: Self)
    /// Takes in what was noted under a name that is forgotten.
    mutating func absorbNameless(_ other: Self)
    /// What rows are shown by: the greatest first.
    var rank: Int { get }
}

/// The names that are met most, of however many: room for some, each with what is noted of it.
///
/// What loses its place, or never gets one, is counted without a name. A newcomer takes the place of the least frequent name
/// only after as many others asked in vain as that one was met: whoever makes names up has to ask as often as the visitors
/// of a real site do, for each that he pushes out. It costs no memory meanwhile. (After "space-saving", Metwally et al.
/// 2005, which lets every newcomer in.)
struct FrequentNames<Figures: NamedFigures>: Sendable {
    struct Row: Sendable {
        var name: String
        fileprivate var digest: UInt64
        fileprivate var weight: Int
        var figures = Figures()
    }

    /// Longer names have no row.
    private static var mostNameBytes: Int { 255 }
    /// After so many notes, what was met earlier counts half: sites that are gone leave in the end.
    private static var notesOfAnAge: Int { 1 << 16 }

    let room: Int
    private(set) var rows: [Row] = []
    /// What has no row.
    var other = Figures()
    private var inVain = 0
    private var notes = 0

    init(room: Int) { self.room = room }

    /// The figures of a row, to be changed in place.
    subscript(row: Int) -> Figures {
        _read { yield rows[row].figures }
        _modify { yield &rows[row].figures }
    }

    /// The row of a name, which is met once more; `nil` where it has none.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - mayEnter: Whether it may get a row now.
    /// - Complexity: O(`room`), without allocation where the name has a row.
    mutating func row(of name: Substring, mayEnter: Bool) -> Int? {
        let digest = Self.digest(name)
        age()
        if let row = find(name, digest) {
            rows[row].weight += 1
            return row
        }
        guard mayEnter, name.utf8.count <= Self.mostNameBytes else { return nil }
        guard rows.count == room else {
            rows.append(Row(name: String(name), digest: digest, weight: 1))
            return rows.count - 1
        }
        guard let least = rows.indices.min(by: { rows[$0].weight < rows[$1].weight }) else { return nil }
        inVain += 1
        guard inVain > rows[least].weight else { return nil }
        inVain = 0
        other.absorbNameless(rows[least].figures)
        rows[least] = Row(name: String(name), digest: digest, weight: rows[least].weight + 1)
        return least
    }

    /// The row of a name that has one.
    func find(_ name: Substring) -> Int? { find(name, Self.digest(name)) }

    private func find(_ name: Substring, _ digest: UInt64) -> Int? {
        rows.firstIndex { $0.digest == digest && $0.name.utf8.elementsEqual(name.utf8) }
    }

    /// Forgets names; what was noted of them stays, without a name.
    mutating func forget(where matches: (String) -> Bool) {
        for row in rows.indices.reversed() where matches(rows[row].name) {
            other.absorbNameless(rows[row].figures)
            rows.remove(at: row)
        }
    }

    private mutating func age() {
        notes += 1
        guard notes == Self.notesOfAnAge else { return }
        notes = 0
        for row in rows.indices { rows[row].weight /= 2 }
    }

    /// FNV-1a: whoever makes two names meet gains one comparison.
    private static func digest(_ name: Substring) -> UInt64 {
        name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

extension FrequentNames {
    /// Takes in what another loop noted; there may be more rows than there is room, until ``trim()``.
    mutating func absorb(_ added: FrequentNames) {
        for row in added.rows {
            if let here = find(row.name[...], row.digest) {
                rows[here].figures.absorb(row.figures)
            } else {
                rows.append(row)
            }
        }
        other.absorb(added.other)
    }

    /// Leaves the greatest their names, in this order.
    mutating func trim() {
        rows.sort { $0.figures.rank > $1.figures.rank }
        for row in rows.dropFirst(room) { other.absorbNameless(row.figures) }
        rows.removeLast(max(0, rows.count - room))
    }
}
