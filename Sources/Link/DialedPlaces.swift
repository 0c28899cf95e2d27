/// Which connections a listener has to open to one sender: each event loop of the sender needs one, and where a connection
/// ends up is seen only once it is open.
///
/// A value; whoever keeps it opens and closes. Connections have numbers, which it gives.
package struct DialedPlaces: Sendable {
    /// What shall become of a connection that was opened.
    package enum Fate: Hashable, Sendable {
        /// It is needed; one that it replaces, if any, shall finish what it has.
        case keep(replaces: Int?)
        /// Its place has one already: it shall end.
        case surplus
    }

    private struct Holder {
        var connection: Int
        /// Whether a fresh one shall take over.
        var isStale = false
    }

    private var holders: [Int: Holder] = [:]
    /// How many places there are; the first connection tells.
    private var placeCount = 1
    /// Connections that are being opened, and whether they are stale before they are open.
    private var dialing: [Int: Bool] = [:]
    private var lastConnection = 0
    /// Whether no connection was of use lately: then one attempt at a time is enough.
    private var isFailing = true

    package init() {}

    /// How many places have no fresh connection, or none at all.
    private var missing: Int { placeCount - holders.values.count { !$0.isStale } }

    /// The connections to open now; for each, ``opened(_:place:of:)`` or ``ended(_:hasFailed:)`` follows.
    package mutating func dial() -> [Int] {
        let wanted = isFailing ? min(1, missing) : missing
        let count = max(0, wanted - dialing.count)
        let fresh = (0..<count).map { lastConnection + 1 + $0 }
        lastConnection += count
        for connection in fresh { dialing[connection] = false }
        return fresh
    }

    /// A connection is open; the sender said that it is at `place`, 1 to `count`.
    package mutating func opened(_ connection: Int, place: Int, of count: Int) -> Fate {
        let fresh = Holder(connection: connection, isStale: dialing.removeValue(forKey: connection) ?? false)
        if count != placeCount {  // another process than before
            placeCount = count
            holders = holders.filter { $0.key <= count }
        }
        guard let holder = holders[place] else {
            holders[place] = fresh
            return .keep(replaces: nil)
        }
        guard holder.isStale, !fresh.isStale else { return .surplus }
        holders[place] = fresh
        return .keep(replaces: holder.connection)
    }

    /// The sender serves a connection: it accepts this listener.
    package mutating func proved() { isFailing = false }

    /// A connection is over, could not be opened, or is not to count any more.
    package mutating func ended(_ connection: Int, hasFailed: Bool) {
        dialing[connection] = nil
        if let place = holders.first(where: { $0.value.connection == connection })?.key { holders[place] = nil }
        if hasFailed { isFailing = true }
    }

    /// A fresh connection shall take over from each.
    package mutating func replaceAll() {
        for place in holders.keys { holders[place]?.isStale = true }
        for connection in dialing.keys { dialing[connection] = true }
    }
}
