import Foundation

/// A site whose pages are made up: the same seed makes the same pages on every machine.
protocol GeneratedSite: Sendable {
    /// Makes up the site as it is when the sequence begins.
    init(random: SeededGenerator)
    /// Lets time pass until the next visit.
    mutating func advance()
    /// The page as the server sends it now; what each response has of its own differs from call to call.
    mutating func page() -> String
}

/// Makes sequences of dynamic pages from a seed, so that measuring needs no data at hand.
///
/// Pages change as those of real sites do: headlines rotate, counters count, times tell how long ago, tokens and
/// identifiers are new in each response, prices and stock move, and now and then a deployment changes every asset's name.
package struct CorpusGenerator: Sendable {
    /// What is made; each becomes a corpus of this name.
    package enum Kind: String, CaseIterable, Sendable {
        case forumThread = "forum-thread"
        case newsHome = "home-news"
        case jsonAPI = "json-api"
        case rssFeed = "rss-feed"
        case shopList = "shop-list"
        case siblingProducts = "siblings-products"

        /// How the names of its files end.
        package var fileExtension: String {
            switch self {
            case .forumThread, .newsHome, .shopList, .siblingProducts: "html"
            case .jsonAPI: "json"
            case .rssFeed: "xml"
            }
        }

        fileprivate var site: any GeneratedSite.Type {
            switch self {
            case .forumThread: ForumThread.self
            case .newsHome: NewsHome.self
            case .jsonAPI: StationStatus.self
            case .rssFeed: NewsFeed.self
            case .shopList: ShopList.self
            case .siblingProducts: ProductPages.self
            }
        }
    }

    /// The versions of one page, without end; the first ones are the same however many are taken.
    package struct Versions: Sequence, IteratorProtocol {
        private var site: any GeneratedSite
        private var isFirst = true

        fileprivate init(site: any GeneratedSite) { self.site = site }

        /// Makes the next version.
        package mutating func next() -> [UInt8]? {
            if !isFirst { site.advance() }
            isFirst = false
            return [UInt8](site.page().utf8)
        }
    }

    /// What everything is made from.
    package var seed: UInt64

    /// Creates a generator.
    package init(seed: UInt64) { self.seed = seed }

    /// The versions of the page of this kind, oldest first.
    package func versions(of kind: Kind) -> Versions {
        Versions(site: kind.site.init(random: SeededGenerator(seed: seed, stream: kind.rawValue)))
    }

    /// Writes a corpus: a folder for each kind, in it `0000.html` and so on.
    ///
    /// Files of the same names are replaced; others are left alone.
    ///
    /// - Parameters:
    ///   - folder: Where to; made where it is missing.
    ///   - versionCount: How many versions of each page, up to 10,000, so that names sort in order.
    ///   - onFile: Called for each file written, with its size in bytes.
    /// - Throws: ``CorpusError/unwritable(path:reason:)``.
    package func write(to folder: URL, versionCount: Int, onFile: (Kind, Int) -> Void) throws(CorpusError) {
        precondition((1...10_000).contains(versionCount), "versionCount \(versionCount): use 1...10,000")
        for kind in Kind.allCases {
            let subfolder = folder.appending(path: kind.rawValue, directoryHint: .isDirectory)
            try CorpusError.writing(subfolder) {
                try FileManager.default.createDirectory(at: subfolder, withIntermediateDirectories: true)
            }
            for (index, page) in versions(of: kind).prefix(versionCount).enumerated() {
                let name = "\(String(index + 10_000).dropFirst()).\(kind.fileExtension)"
                let file = subfolder.appending(path: name, directoryHint: .notDirectory)
                try CorpusError.writing(file) { try Data(page).write(to: file) }
                onFile(kind, page.count)
            }
        }
    }
}
