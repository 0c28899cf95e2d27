import DeltaEngine

/// The end that wants pages.
struct PageReceiver: ~Copyable {
    private var pages: [String: [UInt8]] = [:]
    private var decoder = DeltaDecoder(outputLimit: 10_000_000)

    /// The version to name when asking.
    func held(at path: String) -> PageVersion? {
        pages[path].map { PageVersion(of: $0.span) }
    }

    /// Rebuilds the page from what was sent, and keeps it.
    mutating func receive(_ answer: [UInt8], at path: String) throws(DeltaError) -> [UInt8] {
        let file = try DeltaFile(parsing: answer.span)
        let base = pages[path] ?? []
        let page = try file.rebuild(from: base.span, with: &decoder)
        pages[path] = page
        return page
    }
}
