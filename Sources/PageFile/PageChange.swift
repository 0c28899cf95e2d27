internal import DeltaEngine
internal import PageStore

/// What happened in memory, and is to be written down.
enum PageChange: Sendable {
    case insert(bytes: [UInt8], version: PageVersion, item: FiledItem)
    case remove(PageVersion)

    /// What it takes in the file, about.
    var byteCount: Int {
        switch self {
        case .insert(let bytes, _, let item): bytes.count + item.address.utf8.count + 512
        case .remove: 0
        }
    }
}

/// An address of a page in one class.
struct FiledItem: Sendable {
    let address: String
    let owner: PageOwner
    /// Milliseconds since 1970; `nil` for what everyone may use.
    ///
    /// The time of day, as nothing else lasts over a restart: where it jumps, pages go sooner, or as late as new ones.
    let expiry: Int64?
}

/// What waits to be written: a value.
struct PendingChanges: Sendable {
    /// The most uses that are noted: of more, nobody will tell which were the last.
    static let maxUses = 1 << 16

    private(set) var changes: [PageChange] = []
    private(set) var uses: Set<PageVersion> = []
    private(set) var bytes = 0
    /// Versions that found no room here, or came while the file could not be written.
    private(set) var dropped = 0
    /// Whether the file takes anything.
    var isOpen = true

    /// Adds a change; returns whether it is the first to wait.
    mutating func add(_ change: PageChange, byteLimit: Int) -> Bool {
        guard isOpen, bytes + change.byteCount <= byteLimit else {
            if case .insert = change { dropped += 1 }
            return false
        }
        bytes += change.byteCount
        changes.append(change)
        return changes.count == 1
    }

    mutating func noteUse(_ version: PageVersion) {
        if isOpen, uses.count < Self.maxUses { uses.insert(version) }
    }

    /// Takes what waits.
    mutating func take() -> (changes: [PageChange], uses: Set<PageVersion>) {
        defer { (changes, uses, bytes) = ([], [], 0) }
        return (changes, uses)
    }

    /// Forgets what could not be written.
    mutating func drop(_ lost: [PageChange] = []) {
        for case .insert in changes + lost { dropped += 1 }
        _ = take()
    }
}
