import NIOCore

/// A request that is over, as the dashboard sees it.
package struct ObservedRequest {
    /// What gzip would have made of the body.
    package enum Gzip {
        /// So many bytes: it was compressed for the client.
        case bytes(Int)
        /// As many as it has: it came compressed, or is no text.
        case asItIs
        /// As of other pages of its site.
        case unknown
    }

    package var site: String
    package var target: String
    /// What the client got; 0 where it was gone before.
    package var status: Int
    package var crossing: AccessLine.Crossing
    /// Of the body, before it was compressed for the client.
    package var pageBytes: Int
    package var linkBytes: Int
    package var gzip: Gzip
    package var total: TimeAmount
    package var ended: NIODeadline
    /// Where somebody watches, and the page is the same for everybody.
    package var source: PageSource?

    package init(
        site: String, target: String, status: Int, crossing: AccessLine.Crossing, pageBytes: Int, linkBytes: Int,
        gzip: Gzip = .unknown, total: TimeAmount, ended: NIODeadline, source: PageSource? = nil
    ) {
        (self.site, self.target, self.status, self.crossing) = (site, target, status, crossing)
        (self.pageBytes, self.linkBytes, self.gzip) = (pageBytes, linkBytes, gzip)
        (self.total, self.ended, self.source) = (total, ended, source)
    }
}

extension AccessLine.Crossing {
    /// Whether the body crossed the link: what went around it, or was made here, saved nothing.
    var isOverLink: Bool {
        switch self {
        case .delta, .normal, .stream: true
        case .direct, .none: false
        }
    }

    /// Whether the origin answered.
    var isAnswer: Bool { if case .none = self { false } else { true } }
}
