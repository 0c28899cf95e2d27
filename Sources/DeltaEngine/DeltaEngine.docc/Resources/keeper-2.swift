import DeltaEngine

/// The newest version of each page, ready to make deltas against.
struct PageKeeper {
    private var bases: [String: DeltaBase] = [:]

    mutating func keep(_ page: [UInt8], at path: String) throws(DeltaError) -> DeltaBase {
        let base = try DeltaBase(page)
        bases[path] = base
        return base
    }
}
