import Corpus
import Reports

/// A page of the demo site: where it is, and what it is like.
enum DemoPage: String, CaseIterable {
    case news, shop, product, forum, account
    case stations = "api/stations.json"
    case feed = "feed.xml"

    var path: String { "/\(rawValue)" }

    var kind: CorpusGenerator.Kind {
        switch self {
        case .news: .newsHome
        case .shop: .shopList
        case .product: .siblingProducts
        case .forum, .account: .forumThread
        case .stations: .jsonAPI
        case .feed: .rssFeed
        }
    }

    var contentType: String {
        switch kind.fileExtension {
        case "json": "application/json"
        case "xml": "application/rss+xml; charset=utf-8"
        default: "text/html; charset=utf-8"
        }
    }

    /// What the index says of it.
    var about: HTML {
        switch self {
        case .news: "A news site’s front page: headlines move, counters count."
        case .shop: "A shop’s list: prices and stock move, other people buy."
        case .product: "A shop’s product page: another product each time, in the same frame."
        case .forum: "A forum: new posts, who is online."
        case .account: "The forum as one visitor sees it, who is known by a cookie: private, not to be stored."
        case .stations: "A JSON interface: the bicycles at 260 stations."
        case .feed: "A feed of news, in RSS."
        }
    }
}
