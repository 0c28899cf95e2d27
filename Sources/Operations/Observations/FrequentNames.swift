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
        var figures = Figures()
    }

    /// Longer names have no row.
    private static var mostNameBytes: Int { 255 }
    /// After so many notes, what was met earlier counts half: sites that are gone leave in the end.
    private static var notesOfAnAge: Int { 1 << 16 }

    let room: Int
    private(set) var rows: [Row] = []
    /// Of each row its name's hash, and how often it was met: apart, so that a search looks at these alone.
    private var digests: [Int] = [], weights: [Int] = []
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

    /// Meets a name once more.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - mayEnter: Whether it may get a row now.
    /// - Returns: Its row; `nil` where it has none.
    /// - Complexity: O(`room`), without allocation where the name has a row.
    mutating func row(of name: Substring, mayEnter: Bool) -> Int? {
        let digest = Self.digest(name)
        age()
        if let row = find(name, digest) {
            weights[row] += 1
            return row
        }
        guard mayEnter, name.utf8.count <= Self.mostNameBytes else { return nil }
        guard rows.count == room else {
            append(Row(name: String(name)), digest, weight: 1)
            return rows.count - 1
        }
        guard let least = weights.indices.min(by: { weights[$0] < weights[$1] }) else { return nil }
        inVain += 1
        guard inVain > weights[least] else { return nil }
        inVain = 0
        other.absorbNameless(rows[least].figures)
        rows[least] = Row(name: String(name))
        (digests[least], weights[least]) = (digest, weights[least] + 1)
        return least
    }

    /// The row of a name that has one.
    func find(_ name: Substring) -> Int? { find(name, Self.digest(name)) }

    private func find(_ name: Substring, _ digest: Int) -> Int? {
        guard let row = digests.firstIndex(of: digest) else { return nil }
        return rows[row].name == name ? row : nil  // two names of one hash: the second has no row
    }

    private mutating func append(_ row: Row, _ digest: Int, weight: Int) {
        rows.append(row)
        digests.append(digest)
        weights.append(weight)
    }

    private mutating func remove(_ row: Int) {
        other.absorbNameless(rows[row].figures)
        rows.remove(at: row)
        digests.remove(at: row)
        weights.remove(at: row)
    }

    /// Forgets names; what was noted of them stays, without a name.
    mutating func forget(where matches: (String) -> Bool) {
        for row in rows.indices.reversed() where matches(rows[row].name) {
            remove(row)
        }
    }

    private mutating func age() {
        notes += 1
        guard notes == Self.notesOfAnAge else { return }
        notes = 0
        for row in weights.indices { weights[row] /= 2 }
    }

    private static func digest(_ name: Substring) -> Int {
        var hasher = Hasher()
        hasher.combine(name)
        return hasher.finalize()
    }
}

extension FrequentNames {
    /// Takes in what another loop noted; there may be more rows than there is room.
    mutating func absorb(_ added: FrequentNames) {
        for (index, row) in added.rows.enumerated() {
            if let here = find(row.name[...], added.digests[index]) {
                rows[here].figures.absorb(row.figures)
            } else {
                append(row, added.digests[index], weight: added.weights[index])
            }
        }
        other.absorb(added.other)
    }

    /// The greatest, as many as there is room for, and the sum of all others.
    var ranked: (rows: [Row], other: Figures) {
        let sorted = rows.sorted { $0.figures.rank > $1.figures.rank }
        var other = other
        for row in sorted.dropFirst(room) { other.absorbNameless(row.figures) }
        return (Array(sorted.prefix(room)), other)
    }
}
