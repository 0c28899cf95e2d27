import DeltaEngine

/// The end that wants pages.
struct PageReceiver: ~Copyable {
    private var pages: [String: [UInt8]] = [:]
    private var decoder = DeltaDecoder(outputLimit: 10_000_000)

    /// The version to name when asking.
    func held(at path: String) -> PageVersion? {
        pages[path].map { PageVersion(of: $0.span) }
    }
}
