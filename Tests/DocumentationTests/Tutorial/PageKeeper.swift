import DeltaEngine

/// The newest version of each page, ready to make deltas against.
struct PageKeeper {
    private var bases: [String: DeltaBase] = [:]

    mutating func keep(_ page: [UInt8], at path: String) throws(DeltaError) -> DeltaBase {
        let base = try DeltaBase(page)
        bases[path] = base
        return base
    }

    func base(at path: String, version: PageVersion?) -> DeltaBase? {
        guard let base = bases[path], base.version == version else { return nil }
        return base
    }
}
