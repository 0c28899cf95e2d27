import NIOCore

/// The newest answers: pages, and a few of what streamed by.
struct RecentPages: Sendable {
    struct Page: Sendable {
        var id: Int
        var site: String
        /// With its query: it is left out where somebody looks.
        var target: String
        var crossing: AccessLine.Crossing
        var pageBytes, linkBytes: Int
        var total: TimeAmount
        var ended: NIODeadline
    }

    /// Of pages; and of all else: the pictures of one page shall not push the pages out.
    private var pages = Ring<Page>(room: 48), others = Ring<Page>(room: 16)

    mutating func note(_ page: Page) {
        switch page.crossing {
        case .delta, .normal: pages.append(page)
        case .stream, .direct, .none: others.append(page)
        }
    }

    var all: [Page] { pages.all + others.all }

    /// Takes in what another loop noted; the newest stay.
    mutating func absorb(_ other: RecentPages) {
        pages.merge(other.pages) { $0.ended < $1.ended }
        others.merge(other.others) { $0.ended < $1.ended }
    }

    mutating func forget(where matches: (_ site: String, _ target: String) -> Bool) {
        pages.removeAll { matches($0.site, $0.target) }
        others.removeAll { matches($0.site, $0.target) }
    }

    /// What a target may take of memory; nearly all are shorter, and stay what they are.
    static func shortened(_ target: String) -> String {
        target.utf8.count <= 1024 ? target : String(target.prefix(1000))
    }
}

/// The last few of many.
struct Ring<Element: Sendable>: Sendable {
    let room: Int
    private var elements: [Element] = []
    /// The oldest one's place, once all places are taken.
    private var next = 0

    init(room: Int) { self.room = room }

    mutating func append(_ element: Element) {
        if elements.count < room { return elements.append(element) }
        elements[next] = element
        next = (next + 1) % room
    }

    /// Oldest first.
    var all: [Element] { Array(elements[next...] + elements[..<next]) }

    /// Takes in another one's, both in this order; the last stay.
    mutating func merge(_ other: Ring, by isEarlier: (Element, Element) -> Bool) {
        (elements, next) = ((all + other.all).sorted(by: isEarlier).suffix(room), 0)
    }

    mutating func removeAll(where matches: (Element) -> Bool) {
        (elements, next) = (all.filter { !matches($0) }, 0)
    }
}
