import DeltaEngine

/// The newest version of each page, ready to make deltas against.
struct PageKeeper {
    private var bases: [String: DeltaBase] = [:]
}
