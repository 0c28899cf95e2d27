/// Which pages are kept, and for whom: `stream.size`, `store.size`, `store.versions`, `delta.HOST`.
package struct PageSettings: Equatable, Sendable {
    /// Whether one visitor's private page may be the base of another's.
    package enum Sharing: String, CaseIterable, Sendable {
        /// Yes: all of a site's pages are alike, whoever asks.
        case shared
        /// No: private pages are compared with pages of the same visitor only.
        case `private`
    }

    /// `stream.size`: larger bodies are passed on as they come.
    package var streamBytes: Int
    /// `store.size`: memory for kept pages.
    package var storeBytes: Int
    /// `store.versions`: how many versions of one page are kept.
    package var versionsPerPage: Int
    /// `delta.HOST`, `delta.default`.
    package var sharing: HostTable<Sharing>

    init(_ settings: inout Settings) {
        streamBytes = settings.takeBytes("stream.size", default: 250_000, in: 0...64_000_000)
        storeBytes = settings.takeBytes("store.size", default: 256_000_000, in: 0...1_000_000_000_000)
        versionsPerPage = settings.take("store.versions", default: 4, in: 1...16)
        sharing = settings.takeTable("delta.", expected: "shared or private", parse: Sharing.init)
        if sharing.fallback == nil { sharing.fallback = .private }
    }
}
