import NIOCore

/// The failures of late: the same thing again counts up.
///
/// Sites that nobody answered for may take a quarter of the room: whoever asks for made-up ones pushes nothing else out.
struct RecentFailures {
    static let room = 64, roomForStrangers = 16
    private static let mostCharacters = 300

    struct Row {
        var failure: ObservedFailure
        var count = 1
        var isStranger: Bool
    }

    private(set) var rows: [Row] = []

    /// Notes a failure; `isStranger` says that its site isn't known.
    mutating func note(_ failure: ObservedFailure, isStranger: Bool) {
        var failure = failure
        failure.site = String(failure.site.prefix(Self.mostCharacters))
        failure.target = RecentPages.shortened(failure.target)
        failure.what = String(failure.what.prefix(Self.mostCharacters))
        if let same = find(failure) {
            let count = rows.remove(at: same).count
            return rows.append(Row(failure: failure, count: count + 1, isStranger: isStranger))
        }
        if isStranger, rows.count(where: \.isStranger) >= Self.roomForStrangers {
            rows.remove(at: rows.firstIndex(where: \.isStranger) ?? 0)
        } else if rows.count >= Self.room {
            rows.removeFirst()
        }
        rows.append(Row(failure: failure, isStranger: isStranger))
    }

    private func find(_ failure: ObservedFailure) -> Int? {
        rows.firstIndex { $0.failure.kind == failure.kind && $0.failure.site == failure.site }
    }

    /// Takes in what another loop noted; the newest stay.
    mutating func absorb(_ other: RecentFailures) {
        for row in other.rows {
            guard let same = find(row.failure) else {
                rows.append(row)
                continue
            }
            rows[same].count += row.count
            if rows[same].failure.time < row.failure.time { rows[same].failure = row.failure }
        }
        rows.sort { $0.failure.time < $1.failure.time }
        rows.removeFirst(max(0, rows.count - Self.room))
    }

    mutating func forget(where matches: (_ site: String, _ target: String) -> Bool) {
        rows.removeAll { matches($0.failure.site, $0.failure.target) }
    }
}
