import DeltaEngine

/// The end that has pages.
struct PageSender: ~Copyable {
    private var keeper = PageKeeper()
    private var encoder: DeltaEncoder

    init() throws(DeltaError) {
        encoder = try DeltaEncoder()
    }

    /// What to send to somebody who holds a version of the page, or none.
    mutating func answer(
        _ page: [UInt8], at path: String, to held: PageVersion?
    ) throws(DeltaError) -> [UInt8] {
        let base = keeper.base(at: path, version: held)
        let newest = try keeper.keep(page, at: path)
        return []
    }
}
