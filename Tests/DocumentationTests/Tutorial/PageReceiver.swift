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

    /// Asks for a page; once more, for all of it, where the delta is of no use.
    mutating func page(
        at path: String, asking ask: (PageVersion?) throws -> [UInt8]
    ) throws -> [UInt8] {
        let answer = try ask(held(at: path))
        do throws(DeltaError) {
            return try receive(answer, at: path)
        } catch {
            switch error {
            case .outputTooLarge, .pageTooLarge, .tooManySymbols, .tooManySegments, .outOfMemory:
                throw error  // all of the page is no smaller
            case .baseMissing, .wrongBase, .wrongTarget, .unknownKind, .corrupt:
                pages[path] = nil
                return try receive(try ask(nil), at: path)
            }
        }
    }
}
