package import NIOHTTP1

/// The head of an answer, and what came with it.
package struct Answer: Sendable {
    /// Status and fields, without those that concern one connection only.
    package var head: HTTPResponseHead
    /// Where the body is a page, how it comes; `nil` for a body as it is.
    package var page: PageTransfer?
    /// What the origin's side reports.
    package var report: OriginReport

    package init(head: HTTPResponseHead, page: PageTransfer? = nil, report: OriginReport = OriginReport()) {
        self.head = head
        self.page = page
        self.report = report
    }
}

/// How the body of a page crosses the link: as a delta, and what it has to make.
package struct PageTransfer: Hashable, Sendable {
    /// The place of the delta's base in the request's offers; `nil` where it stands alone.
    package var base: Int?
    /// Whether both ends keep this version as a base.
    ///
    /// Then ``check`` is the first half of its SHA-256, which names it; else it is what ``PageCheckKey`` makes, in a
    /// quarter of the time.
    package var isKept: Bool
    /// What the rebuilt page is checked against.
    package var check: PageCheck
    /// The page's length in bytes.
    package var pageBytes: Int

    package init(base: Int?, isKept: Bool, check: PageCheck, pageBytes: Int) {
        self.base = base
        self.isKept = isKept
        self.check = check
        self.pageBytes = pageBytes
    }
}

/// 16 bytes that only the right page makes, as two big-endian numbers.
package struct PageCheck: Hashable, Sendable {
    package var high: UInt64, low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(_ words: (high: UInt64, low: UInt64)) { (high, low) = words }
}

/// What the origin's side noticed about one exchange, for the `Railgun` header and the statistics.
package struct OriginReport: Hashable, Sendable {
    /// The bits of the `Railgun` header's flags.
    package var flags: UInt8
    /// From the request's start to the answer's head, in microseconds.
    package var microseconds: UInt64

    package init(flags: UInt8 = 0, microseconds: UInt64 = 0) {
        self.flags = flags
        self.microseconds = microseconds
    }
}
